/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Between the parts of the capture writer. */
#ifndef MEMSTACKS_CAPTURE_H
#define MEMSTACKS_CAPTURE_H

#include "frames.h"

/* What the end line adds up over all stacks. */
struct sums {
	struct weight alloc, freed, unfreed, younger, exec, broken, by_fp;
	uint64_t faults_cut; /* faults whose stack is cut */
};

void write_weight(FILE *out, const char *key, const struct weight *weight);
void write_frames(FILE *out);
void write_stacks(FILE *out, const struct run *run, const struct ledger *ledger, struct sums *sums);
/* The line of a stack of faults, by the number that the kernel knows it by. */
uint32_t line_of_stack(uint32_t number);

/* --- capture_faults.c --- */
void write_process_rss(FILE *out, const struct process *process);
void write_pages(FILE *out);

#endif
