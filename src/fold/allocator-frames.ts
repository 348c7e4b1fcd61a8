import type { WalkedStack } from '../capture/walked-stack.ts';
import type { Capture, CaptureFrame, CaptureProcess } from '../capture.ts';
import { shorterNames } from '../symbol-name.ts';

/** The frames of a stack, root first, as indexes into the capture's. */
export type FramesOf = (stack: WalkedStack) => readonly number[];

/**
 * Stacks without the frames of the allocator at their leaf: the traced function, and from there
 * outwards all up to the outermost one in an unbroken row that is an allocating function (one that
 * the capture lists for the file that serves malloc, or one of the language, see `isAllocating`); what stands between two of them and lies in such a file goes too. A
 * stack of nothing else keeps its outermost frame.
 */
export function withoutAllocator(capture: Capture): FramesOf {
  const { frames, processes } = capture;
  const ofLanguage = frames.map((each) => each.kind === 'function' && isAllocating(each.name));
  const parts = processes.map((process) => allocatorParts(process, capture, ofLanguage));
  return (stack) => {
    const partOf = parts[stack.process]!;
    let kept = placeOfTraced(stack.frames, frames);
    for (let at = kept - 1; at > 0; at--) {
      const part = partOf[stack.frames[at]!];
      if (part === 'none') break;
      if (part === 'function') kept = at;
    }
    return stack.frames.slice(0, Math.max(kept, 1));
  };
}

/** What a frame is to the allocator: one of its functions, other code in its file, or nothing. */
type Part = 'function' | 'inside' | 'none';

/** Of every frame of the capture, for a process. */
function allocatorParts(
  { allocators }: CaptureProcess,
  { frames, modules }: Capture,
  ofLanguage: readonly boolean[],
): readonly Part[] {
  const functions = new Map(allocators.map((each) => [each.path, new Set(each.functions)]));
  return frames.map((frame, number) => {
    if (ofLanguage[number]) return 'function';
    if (!('module' in frame)) return 'none';
    const own = functions.get(modules[frame.module!]!.path);
    if (frame.kind === 'function' && own?.has(frame.name)) return 'function';
    return own ? 'inside' : 'none';
  });
}

/**
 * Place of the function that was traced: the leaf, but for what was inlined into it. Past the end
 * where the leaf is no code: a remark, such as that there is no stack.
 */
function placeOfTraced(stack: readonly number[], frames: readonly CaptureFrame[]): number {
  let place = stack.length - 1;
  while (place > 0 && frames[stack[place]!]!.inlined) place--;
  return frames[stack[place]!]!.kind === 'label' ? stack.length : place;
}

/**
 * A function that C++ or Rust themselves put between a program and malloc: operator new, `allocate` of
 * the standard library's classes (and libc++'s `__libcpp_` forms); Rust's `__rust_`, `__rdl_` and
 * `__rg_` functions, and those of modules called `alloc` in the alloc, core and std crates.
 */
export function isAllocating(name: string): boolean {
  const [, bare] = shorterNames(name);
  return allocatingFunctions.some((pattern) => pattern.test(bare));
}

const allocatingFunctions = [
  /^operator new(?:\[\])?$/,
  /^(?:std|__gnu_cxx)::(?:\w+(?:<…>)?::)*(?:allocate|__libcpp_(?:allocate|operator_new))(?:\[abi:\w+\])?(?:<…>)?$/,
  /^(?:__rustc(?:\[\w+\])?::)?__(?:rust|rdl|rg)_\w+$/,
  /^<?(?:alloc|core|std)::(?:\w+::)*alloc::[\w<]/,
];
