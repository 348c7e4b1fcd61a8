import { type CaptureMapping, faultHow, pageBits } from '../capture/faults.ts';
import type { PageKind } from '../profile/residency.ts';

/**
 * What RSS counts a page as, as the kernel's mm_counter() has it; undefined where it counts nothing: not
 * there, in swap, the page of zeros, or of a device. What is not said of shared memory is taken from the mapping.
 */
export function kindOf(what: number, mapping: CaptureMapping | undefined): PageKind | undefined {
  if (what < 0 || what & (pageBits.swapped | pageBits.zero)) return undefined;
  if (mapping && !countsInRss(mapping)) return undefined;
  if (!(what & pageBits.file)) return 'anon';
  return what & pageBits.shmem || mapping?.kind === 'shmem' ? 'shmem' : 'file';
}

/** What a page of a mapping counts as once it is there, by how it was touched; undefined if not in RSS. */
export function mappedKind({ kind, perms }: CaptureMapping, how: number): PageKind | undefined {
  if (!countsInRss({ kind })) return undefined;
  const isCopy = perms.endsWith('p') && how !== faultHow.read;
  if (kind === 'anon' || isCopy) return 'anon';
  return kind === 'shmem' ? 'shmem' : 'file';
}

/** Pages of hugetlbfs have a counter of their own, those of devices and [vvar] none. */
function countsInRss({ kind }: Pick<CaptureMapping, 'kind'>): boolean {
  return kind !== 'hugetlb' && kind !== 'special';
}
