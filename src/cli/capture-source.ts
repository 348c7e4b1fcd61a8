import type { Capture } from '../capture.ts';
import { type FrameChoice, foldHeap } from '../fold/heap.ts';
import type { HeapView } from '../fold/heap-metadata.ts';
import type { Source } from './pictures.ts';

/** A view of a capture, and at hand the others that it has. Throws a UserError where it has not got it. */
export function sourceOf(capture: Capture, view: HeapView, frames: FrameChoice): Source {
  const others = viewsOf(capture).filter((other) => other !== view);
  return {
    profile: foldHeap(capture, view, frames),
    otherViews: () => others.map((other) => foldHeap(capture, other, frames)),
  };
}

function viewsOf({ header }: Capture): readonly HeapView[] {
  return header.mode === 'full' ? ['all', 'unfreed'] : ['all'];
}
