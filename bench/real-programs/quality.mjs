import { basename } from 'node:path';
import { MeasuringFailed } from '../children.mjs';

/**
 * How good the stacks of a capture are (its format: bpf/README.md). Weights are `{ bytes, calls }`;
 * `stops` has one for each reason and place of walks that did not reach the start of their thread.
 */
export function qualityOf(capture) {
  const lines = capture.trimEnd().split('\n').map(JSON.parse);
  const { modules, frames, stacks, end } = sorted(lines);
  const quality = {
    all: weight(),
    complete: weight(),
    byFramePointer: weight(),
    stops: new Map(),
    frames: { all: 0, named: 0 }, // each as often as there were calls
    allocators: new Map(), // calls by module
    lost: lostOf(end),
  };
  for (const stack of stacks) {
    const frame = (number) => placeOf(frames[number], modules);
    addWeights(quality, stack, frame(stack.frames[0]));
    const allocator = frame(stack.frames.at(-1));
    quality.allocators.set(allocator, (quality.allocators.get(allocator) ?? 0) + stack.alloc[1]);
    countNames(quality.frames, stack, frames);
  }
  checkAgainst(end, quality);
  return quality;
}

function sorted(lines) {
  return {
    modules: lines.filter((line) => 'module' in line && 'path' in line),
    frames: lines.filter((line) => 'frame' in line),
    stacks: lines.filter((line) => 'stack' in line),
    end: lines.at(-1).end,
  };
}

function weight() {
  return { bytes: 0, calls: 0 };
}

function add(sum, [bytes, calls]) {
  sum.bytes += bytes;
  sum.calls += calls;
}

function placeOf({ label, module }, modules) {
  return basename(modules[module]?.path ?? `[${label ?? 'unknown'}]`);
}

function addWeights(quality, { alloc, walk_end, fp_frames }, place) {
  add(quality.all, alloc);
  if (fp_frames !== undefined) add(quality.byFramePointer, alloc);
  if (walk_end === undefined) return add(quality.complete, alloc);
  const stop = `${walk_end} in ${place}`;
  if (!quality.stops.has(stop)) quality.stops.set(stop, weight());
  add(quality.stops.get(stop), alloc);
}

function countNames(counts, { frames, alloc }, allFrames) {
  counts.all += frames.length * alloc[1];
  counts.named += frames.filter((number) => allFrames[number].name !== undefined).length * alloc[1];
}

/** Calls by reason; a stack that was cut is no lost call. */
function lostOf({ lost }) {
  const { stacks_cut: _, ...others } = lost;
  return new Map(Object.entries(others).map(([reason, { calls }]) => [reason, calls]));
}

/** A collector that says otherwise where walks ended would make all stacks look complete. */
function checkAgainst({ lost, notes }, { all, complete, byFramePointer }) {
  const stopped = (notes.broken_stacks ?? 0) + (lost.stacks_cut?.calls ?? 0);
  if (all.calls - complete.calls !== stopped || byFramePointer.calls !== (notes.fp_stacks ?? 0))
    throw new MeasuringFailed('the stacks of the capture contradict its end: run make -C bpf');
}
