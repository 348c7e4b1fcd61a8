/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* --mmap in the helper: from what the programs tell to sums by stack. */
#ifndef MEMSTACKS_RANGES_H
#define MEMSTACKS_RANGES_H

#include "collector.h"
#include "maps.h"

/* --- ranges.c: the ledger --- */
/* In the order of the kernel. */
void apply_map_event(const struct map_event *event);
/* After the last one: calls under way count as done. */
void finish_map_events(void);
struct map_sums {
	struct weight mmap; /* all that was mapped */
	struct weight munmapped; /* of it; a call counts when nothing is left of its range */
};
/* Of a stack, by its key. */
struct map_sums map_sums_of(uint64_t stack);
/* Unless an exec has released it. */
struct weight still_mapped(struct map_sums all);
/* What allocators have mapped for themselves, as far as the programs could tell. */
struct weight allocator_maps(void);
/* Calls that have unmapped what was not recorded, too. */
uint64_t untracked_unmaps(void);

/* --- watch_maps.c: hearing of it --- */
/* Before loading. */
void choose_map_events(struct heap_bpf *skel, const struct settings *settings);
/* Ends the helper where the kernel cannot tell. */
void watch_maps(struct heap_bpf *skel);
/* Readable when there is much to drain; -1 without --mmap. */
int map_events_fd(void);
void drain_map_events(void);
void unwatch_maps(void);
/* Whether the kernel has the tracepoints. */
bool kernel_has_map_events(void);

#endif
