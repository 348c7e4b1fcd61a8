import type { View } from '../profile/metadata.ts';

/** What happened to what a view shows, for tables. */
export const viewWords: Readonly<Record<View, string>> = {
  all: 'allocated',
  unfreed: 'not freed',
  mmap: 'mapped',
  mapped: 'not unmapped',
  all_and_mmap: 'allocated, and mapped under [mmap]',
  unfreed_and_mapped: 'not freed, and under [mmap] not unmapped',
  resident: 'became resident',
};
