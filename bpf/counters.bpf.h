/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef MEMSTACKS_COUNTERS_BPF_H
#define MEMSTACKS_COUNTERS_BPF_H

#include "heap.h"

/* By CPU, so that CPUs do not wait for each other; the sum counts. */
struct weight counters[COUNTER_ROWS][COUNTER_COLUMNS];

/* Atomic: other threads add at the same time, on this CPU too, where the program may be preempted. */
static __always_inline void add(struct weight *weight, __u64 bytes)
{
	__sync_fetch_and_add(&weight->bytes, bytes);
	__sync_fetch_and_add(&weight->calls, 1);
}

static __always_inline void count(enum counter which, __u64 bytes)
{
	struct weight *weight = &counters[bpf_get_smp_processor_id() % COUNTER_ROWS][which];

	if (bytes)
		__sync_fetch_and_add(&weight->bytes, bytes);
	__sync_fetch_and_add(&weight->calls, 1);
}

#endif
