/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Between the parts of the capture writer. */
#ifndef MEMSTACKS_CAPTURE_H
#define MEMSTACKS_CAPTURE_H

#include "frames.h"

/* What the end line adds up over all stacks. */
struct sums {
	struct weight alloc, freed, unfreed, younger, exec, broken, by_fp;
	uint64_t others_cut; /* faults and mappings whose stack is cut */
	struct weight mmap, munmapped, mapped; /* --mmap */
	struct weight exec_mapped, allocator_mapped; /* left out of these, and of all of them */
};

void write_frames(FILE *out);
void write_stacks(FILE *out, const struct run *run, const struct ledger *ledger, struct sums *sums);
/* The line of a stack of faults, by the number that the kernel knows it by. */
uint32_t line_of_stack(uint32_t number);

/* --- capture_maps.c --- */
/* What --mmap has counted at a stack, and what of it is still mapped. */
struct map_weights {
	struct weight mmap, munmapped, mapped;
};
/* Adds it to the sums. False where the stack is the allocator's own affair. */
bool take_map_weights(const struct ledger *ledger, unsigned index, struct map_weights *weights, struct sums *sums);
void write_map_weights(FILE *out, const struct map_weights *weights);

/* --- capture_faults.c --- */
void write_process_rss(FILE *out, const struct process *process);
void write_pages(FILE *out);

#endif
