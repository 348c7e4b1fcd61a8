/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* --interval: what was unfreed, or mapped, while tracing. */
#ifndef MEMSTACKS_GROWTH_H
#define MEMSTACKS_GROWTH_H

#include <stdio.h>
#include "collector.h"

/* Takes the reading that is due, if one is. Returns when the next one is, CLOCK_MONOTONIC; UINT64_MAX without any. */
uint64_t read_growth(struct heap_bpf *skel, const struct run *run);
/* Header and stack of a capture: when the readings were taken, and what each has of a stack, by its key. */
void write_reading_times(FILE *out, const struct run *run);
void write_growth(FILE *out, const struct run *run, uint64_t stack);
/* Likewise of a stack that mapped memory. */
void write_map_growth(FILE *out, const struct run *run, uint64_t stack);

#endif
