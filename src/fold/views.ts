import type { Capture } from '../capture.ts';
import { UserError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { foldHeap } from './heap.ts';
import type { HeapView } from './heap-weight.ts';
import { foldMaps, foldMemory, type MapView } from './maps.ts';
import { foldResident, type ResidentChoice } from './resident.ts';
import type { FrameChoice } from './stack-tree.ts';

/** What a capture can be folded to. */
export type View = HeapView | MapView | 'resident';

export const views: readonly View[] = ['all', 'unfreed', 'mmap', 'mapped', 'resident'];

/** What is made of a capture; the resident choice means nothing in other views. */
export interface ViewChoice {
  /** Default: what the capture is for: of allocations and mappings both. */
  readonly view?: View | undefined;
  readonly frames?: FrameChoice;
  readonly resident?: ResidentChoice;
}

/** Folds a capture to one view. Throws a UserError for a view that it does not have. */
export function foldView(capture: Capture, choice: ViewChoice): Profile {
  const profile = folded(capture, choice);
  const { stacks } = profile.meta;
  if (stacks === undefined || !choice.frames?.addresses) return profile;
  return { ...profile, meta: { ...profile.meta, stacks: { ...stacks, addresses: true } } };
}

function folded(capture: Capture, { view, frames, resident }: ViewChoice): Profile {
  const chosen = view ?? naturalView(capture);
  if (chosen === 'resident') return foldResident(capture, { ...resident, ...frames });
  if (chosen === 'mmap' || chosen === 'mapped') return foldMaps(capture, chosen, frames);
  return view === undefined
    ? foldMemory(capture, chosen, frames)
    : foldHeap(capture, chosen, frames);
}

/** The other views that the capture gives; what it is too broken for is not among them. */
export function foldOtherViews(capture: Capture, choice: ViewChoice): Profile[] {
  const chosen = choice.view ?? naturalView(capture);
  return views.flatMap((view) => {
    if (view === chosen) return [];
    try {
      return [foldView(capture, { ...choice, view, frames: framesIn(view, choice) })];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

/** Resident pages have no allocator's frames to hide. */
function framesIn(view: View, { frames = {} }: ViewChoice): FrameChoice {
  return view === 'resident' ? { ...frames, hideAllocator: false } : frames;
}

/** What a capture is for, where nobody asks for anything else. */
export function naturalView({ header: { kind, mode } }: Capture): View {
  if (kind === 'faults') return 'resident';
  return mode === 'full' ? 'unfreed' : 'all';
}
