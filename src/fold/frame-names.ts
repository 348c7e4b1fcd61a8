import type { Capture, CaptureFrame, CaptureModule } from '../capture.ts';
import type { Frame, FrameDetails } from '../frame.ts';

/**
 * The frames of a capture as they are shown. Code without a symbol is named after its module, and
 * with `addresses` by its place there, never after a neighbouring symbol.
 */
export function namedFrames({ frames, modules }: Capture, addresses: boolean): Frame[] {
  const names = modules.map(baseName);
  return frames.map((frame) => namedFrame(frame, { modules: names, addresses }));
}

/** What a module is called in names of frames: the file without its folders. */
export function baseName({ path }: CaptureModule): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Naming {
  /** Base names of the capture's modules. */
  readonly modules: readonly string[];
  readonly addresses: boolean;
}

function namedFrame(frame: CaptureFrame, { modules, addresses }: Naming): Frame {
  const details = detailsOf(frame);
  switch (frame.kind) {
    case 'function':
      return frame.module === undefined
        ? { name: frame.name, ...details }
        : { name: frame.name, module: modules[frame.module]!, ...details };
    case 'offset': {
      const module = modules[frame.module]!;
      const place = addresses ? placeIn(module, frame.offset) : module;
      return { name: inBrackets(place), module, ...details };
    }
    case 'address':
      return { name: addresses ? `[unknown ${hex(frame.address)}]` : '[unknown]', ...details };
    case 'label':
      return { name: inBrackets(frame.label) };
  }
}

function detailsOf({ file, line, kernel, inlined, jit }: CaptureFrame): FrameDetails {
  return {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(kernel && { kernel }),
    ...(inlined && { inlined }),
    ...(jit && { jit }),
  };
}

/** In a file it is an offset; where there is no file, such as in `[anon]`, the address itself. */
function placeIn(module: string, offset: number): string {
  const name = bracketed.exec(module)?.[1];
  return name === undefined ? `${module}+${hex(offset)}` : `${name} ${hex(offset)}`;
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

const bracketed = /^\[(.*)\]$/s;

function inBrackets(text: string): string {
  return bracketed.test(text) ? text : `[${text}]`;
}
