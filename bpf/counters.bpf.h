/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef MEMSTACKS_COUNTERS_BPF_H
#define MEMSTACKS_COUNTERS_BPF_H

#include "heap.h"

/* By CPU, so that CPUs do not wait for each other; the sum counts. */
struct weight counters[COUNTER_ROWS][COUNTER_COLUMNS];

/* Per process: how often it has unloaded libraries, and when each layout of its code began, CLOCK_MONOTONIC. */
volatile __u32 layouts[MAX_PROCESSES];
volatile __u64 layout_began[MAX_PROCESSES][MOST_LAYOUTS + 1];

/* Settings, fixed before loading: record one of so many calls, or one call in so many bytes; 0 records all. */
const volatile __u32 sample_calls;
const volatile __u32 sample_bytes;

/*
 * What a recorded allocation stands for, so that sums over the recorded ones are estimates without bias for all.
 * With sample_bytes it was taken with the probability size / sample_bytes, and calls are fixed-point
 * numbers (CALL_ONE); with sample_calls the helper multiplies in the end.
 */
static __always_inline struct weight weight_of(__u64 size)
{
	struct weight weight = { size, sample_bytes ? CALL_ONE : 1 };

	if (!sample_bytes || size >= sample_bytes)
		return weight;
	weight.bytes = size ? sample_bytes : 0;
	weight.calls = (__u64)sample_bytes * CALL_ONE / (size ?: 1);
	return weight;
}

/* Whether chance takes this call. A request for nothing counts as one for a byte. */
static __always_inline bool is_sampled(__u64 size)
{
	__u64 chance;

	if (!sample_calls && !sample_bytes)
		return true;
	chance = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32(); /* 32 bits alone would favour some sizes */
	if (sample_calls)
		return chance % sample_calls == 0;
	return chance % sample_bytes < (size ?: 1);
}

/* Atomic: other threads add at the same time, on this CPU too, where the program may be preempted. */
static __always_inline void add(struct weight *sum, struct weight more)
{
	__sync_fetch_and_add(&sum->bytes, more.bytes);
	__sync_fetch_and_add(&sum->calls, more.calls);
}

static __always_inline void count(enum counter which, __u64 bytes)
{
	struct weight *weight = &counters[bpf_get_smp_processor_id() % COUNTER_ROWS][which];

	if (bytes)
		__sync_fetch_and_add(&weight->bytes, bytes);
	__sync_fetch_and_add(&weight->calls, 1);
}

#endif
