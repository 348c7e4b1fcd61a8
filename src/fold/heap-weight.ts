import type { Weight } from '../capture/walked-stack.ts';
import type { CaptureStack } from '../capture.ts';

export type HeapView = 'all' | 'unfreed';

/** What a stack weighs in a view; the reader has checked that a capture in mode `full` has `unfreed` everywhere. */
export function weightIn(stack: CaptureStack, view: HeapView): Weight {
  return view === 'all' ? stack.alloc : stack.unfreed!;
}
