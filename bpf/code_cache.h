/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Unwind rows for the code that HotSpot, the Java virtual machine, makes at run time. */
#ifndef MEMSTACKS_CODE_CACHE_H
#define MEMSTACKS_CODE_CACHE_H

#include "collector.h"
#include "hotspot.h"
#include "unwind.h"

#define MAX_CODE_ROWS MAX_CODE_BLOCKS

struct code_rows {
	uint64_t low, high; /* where the code may lie; the rows' addresses are relative to low */
	struct unwind_row *row;
	uint32_t nr; /* 0: they are not known */
	unsigned version; /* changes with the rows, and is never 0 then */
};

/* Whether the process has libjvm.so mapped. */
bool has_hotspot(const struct process *process);
/* NULL when there are none. */
const struct code_rows *code_rows_of(const struct process *process);
/* Whether a mapping lies where they count. */
bool is_in_code_cache(const struct process *process, const struct mapping *mapping);
/*
 * Reads them when that is due, at the latest half a second after the last time; sooner when walks have ended early.
 * `broken_walks` is the number of those so far. True when they have changed.
 */
bool follow_code_cache(struct process *process, uint32_t broken_walks);

#endif
