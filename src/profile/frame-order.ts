import type { Frame } from '../frame.ts';
import { kindsOf } from './frame-words.ts';

/** Siblings by name, module, file, line and kind; texts in code units: no locale. */
export function compareFrames(left: Frame, right: Frame): number {
  return (
    compare(left.name, right.name) ||
    compare(left.module ?? '', right.module ?? '') ||
    compare(left.file ?? '', right.file ?? '') ||
    (left.line ?? 0) - (right.line ?? 0) ||
    compare(kindsOf(left).join(), kindsOf(right).join())
  );
}

/** Of each frame, its place among all when they are sorted; equal ones in their order. */
export function ranksOf(frames: readonly Frame[]): Int32Array {
  const order = Array.from(frames.keys());
  order.sort((a, b) => compareFrames(frames[a]!, frames[b]!));
  const rank = new Int32Array(frames.length);
  for (const [place, index] of order.entries()) rank[index] = place;
  return rank;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
