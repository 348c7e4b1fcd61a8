import type { FramePaths } from '../capture/paths.ts';
import type { WalkedStack } from '../capture/walked-stack.ts';
import type { Capture, CaptureProcess } from '../capture.ts';
import { shorterNames } from '../symbol-name.ts';

/** What is shown of a stack, as a path of the capture. */
export type PathOf = (stack: WalkedStack) => number;

/**
 * Stacks without the frames of the allocator at their leaf: the traced function, and from there
 * outwards all up to the outermost one in an unbroken row that is an allocating function (one that
 * the capture lists for the file that serves malloc, or one of the language, see `isAllocating`); what stands between two of them and lies in such a file goes too. A
 * stack of nothing else keeps its outermost frame.
 */
export function withoutAllocator(capture: Capture): PathOf {
  const { frames, processes, paths } = capture;
  const { parent, frame } = paths;
  const ofLanguage = frames.map((each) => each.kind === 'function' && isAllocating(each.name));
  const parts = processes.map((process) => allocatorParts(process, capture, ofLanguage));
  return (stack) => {
    const partOf = (path: number) => parts[stack.process]![frame[path]!] ?? 'none';
    let kept = pathOfTraced(stack.path, capture);
    // A remark, such as that there is no stack, is no code.
    if (frames[frame[kept]!]!.kind === 'label') return stack.path;
    for (let at = parent[kept]!; partOf(at) !== 'none'; at = parent[at]!)
      if (partOf(at) === 'function') kept = at;
    return isOutermost(kept, paths) ? kept : parent[kept]!;
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

/** The path up to the function that was traced: the leaf, but for what was inlined into it. */
function pathOfTraced(path: number, { frames, paths }: Capture): number {
  let traced = path;
  while (frames[paths.frame[traced]!]!.inlined && !isOutermost(traced, paths))
    traced = paths.parent[traced]!;
  return traced;
}

function isOutermost(path: number, { parent, frame }: FramePaths): boolean {
  return frame[parent[path]!]! < 0;
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
