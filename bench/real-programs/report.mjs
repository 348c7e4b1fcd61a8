import { table } from '../figures.mjs';

/** Percent of the calls and of the bytes in stacks that reach the start of their thread or process. */
const GOAL = 99;

/**
 * One row for each mode of each program; `results` are `{ program, mode, quality }`. Complete and
 * by frame pointer (fp) are of stacks, named is of frames, each as often as it was called.
 */
export function qualityTable(results) {
  return table([
    [
      'program',
      'allocator',
      'mode',
      'calls',
      '% complete',
      'of bytes',
      'goal',
      '',
      '% by fp',
      '% named',
      'lost',
    ],
    ...results.map(row),
  ]);
}

function row({ program, mode, quality }) {
  const { all, complete, byFramePointer, frames } = quality;
  const calls = share(complete.calls, all.calls);
  const bytes = share(complete.bytes, all.bytes);
  return [
    program,
    allocatorOf(quality),
    mode,
    `${all.calls}`,
    percent(calls),
    percent(bytes),
    `${GOAL}`,
    Math.min(calls, bytes) >= GOAL ? 'ok' : 'MISSED',
    percent(share(byFramePointer.calls, all.calls)),
    percent(share(frames.named, frames.all)),
    `${[...quality.lost.values()].reduce((sum, each) => sum + each, 0)}`,
  ];
}

/** What stopped the walks of the others, and what was lost, a line each. */
export function stopLines(results) {
  return results.flatMap(({ program, mode, quality }) =>
    [...stopsOf(quality), ...lossesOf(quality)].map((text) => `${program}, ${mode}: ${text}\n`),
  );
}

function stopsOf({ all, stops }) {
  const ordered = [...stops].sort(([, a], [, b]) => b.calls - a.calls);
  return ordered.map(([stop, { calls, bytes }]) => {
    const shares = [share(calls, all.calls), share(bytes, all.bytes)].map((part) =>
      part.toFixed(3),
    );
    return `${stop}: ${calls} calls, ${shares[0]} % of them, ${shares[1]} % of the bytes`;
  });
}

function lossesOf({ lost }) {
  return [...lost].map(([reason, calls]) => `lost, ${reason}: ${calls} calls`);
}

/** The module that most calls went to. */
function allocatorOf({ allocators }) {
  const [most] = [...allocators].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'none';
}

function share(part, whole) {
  return whole === 0 ? 0 : (100 * part) / whole;
}

/** Rounded down: 100.00 is all of them. */
function percent(value) {
  return (Math.floor(value * 100 + 1e-9) / 100).toFixed(2);
}
