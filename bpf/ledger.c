// SPDX-License-Identifier: MIT
/* Reads what the BPF programs added up. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "resident.h"
#include "heap.skel.h"

struct weight read_counter(struct heap_bpf *skel, enum counter which)
{
	struct weight sum = { 0, 0 };

	for (unsigned row = 0; row < COUNTER_ROWS; row++) {
		const volatile struct weight *weight = &skel->bss->counters[row][which];

		sum.bytes += weight->bytes;
		sum.calls += weight->calls;
	}
	return sum;
}

void read_counters(struct heap_bpf *skel, struct weight counters[NR_COUNTERS])
{
	for (unsigned i = 0; i < NR_COUNTERS; i++)
		counters[i] = read_counter(skel, i);
}

uint64_t unfinished_calls(const struct weight counters[NR_COUNTERS])
{
	uint64_t entered = counters[COUNT_ENTERED].calls, ended = 0;

	for (unsigned i = COUNT_ALLOCATED; i <= COUNT_ABANDONED; i++)
		ended += counters[i].calls;
	return entered > ended ? entered - ended : 0;
}

uint64_t lost_calls(struct heap_bpf *skel)
{
	static const enum counter losses[] = { COUNT_STACK_TABLE_FULL, COUNT_LIVE_TABLE_FULL, COUNT_NO_THREAD_RECORD,
					       COUNT_ABANDONED, COUNT_MISSED_FREE, COUNT_PROCESS_TABLE_FULL };
	uint64_t calls = 0;

	for (unsigned i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		calls += read_counter(skel, losses[i]).calls;
	return calls;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

const struct stack *stack_at(const struct ledger *ledger, unsigned index)
{
	return (const struct stack *)(ledger->stacks + index * ledger->stack_size);
}

static void read_stacks(int map, struct ledger *ledger)
{
	uint64_t key, *previous = NULL;

	while (bpf_map_get_next_key(map, previous, &key) == 0) {
		ledger->ids = grow(ledger->ids, ledger->nr_stacks, sizeof(key));
		ledger->ids[ledger->nr_stacks++] = key;
		previous = &key;
	}
	qsort(ledger->ids, ledger->nr_stacks, sizeof(key), by_value);
	ledger->stacks = allocate(ledger->nr_stacks * ledger->stack_size);
	ledger->younger = allocate(ledger->nr_stacks * sizeof(*ledger->younger));
	for (unsigned i = 0; i < ledger->nr_stacks; i++)
		if (bpf_map_lookup_elem(map, &ledger->ids[i], ledger->stacks + i * ledger->stack_size))
			die(1, "cannot read the stacks: %s", strerror(errno));
}

/* From here on the calls of a stack of faults are the faults. */
static void count_stack_faults(int map, struct ledger *ledger)
{
	for (unsigned i = 0; i < ledger->nr_stacks; i++) {
		struct stack *stack = (struct stack *)(ledger->stacks + i * ledger->stack_size);
		uint64_t faults = 0;

		if (stack->number && bpf_map_lookup_elem(map, &stack->number, &faults) == 0)
			stack->alloc.calls = faults;
	}
}

/* Which blocks --older leaves out, and what they weigh. */
struct cut {
	uint64_t born_after_ns; /* CLOCK_MONOTONIC */
	uint32_t sample_bytes;
};

/* What a recorded block counts in its stack's sums; weight_of in counters.bpf.h. */
static struct weight weight_of(uint64_t size, uint32_t sample_bytes)
{
	if (!sample_bytes)
		return (struct weight){ size, 1 };
	if (size >= sample_bytes)
		return (struct weight){ size, CALL_ONE };
	return (struct weight){ size ? sample_bytes : 0, (uint64_t)sample_bytes * CALL_ONE / (size ? size : 1) };
}

static void add_young_block(struct ledger *ledger, const struct block *block, const struct cut *cut)
{
	struct weight weight = weight_of(block->size, cut->sample_bytes);
	uint64_t *id = bsearch(&block->stack, ledger->ids, ledger->nr_stacks, sizeof(*id), by_value);

	if (!id || block->born_ns <= cut->born_after_ns)
		return;
	ledger->younger[id - ledger->ids].bytes += weight.bytes;
	ledger->younger[id - ledger->ids].calls += weight.calls;
}

/* In batches: a system call for every live block would take seconds. */
static void read_younger(int map, struct ledger *ledger, const struct cut *cut)
{
	uint32_t room = 65536, nr, batch;
	struct block_key *keys = allocate(room * sizeof(*keys));
	struct block *blocks = allocate(room * sizeof(*blocks));
	void *in = NULL;
	int err;

	do {
		nr = room;
		err = bpf_map_lookup_batch(map, in, &batch, keys, blocks, &nr, NULL);
		if (err && errno != ENOENT)
			die(1, "cannot read the live blocks: %s", strerror(errno));
		for (uint32_t i = 0; i < nr; i++)
			add_young_block(ledger, &blocks[i], cut);
		in = &batch;
	} while (!err);
	free(keys);
	free(blocks);
}

struct scale {
	uint64_t factor, divisor;
};

static void scale_nearest(struct weight *weight, const struct scale *scale)
{
	weight->bytes *= scale->factor;
	weight->calls = (weight->calls * scale->factor + scale->divisor / 2) / scale->divisor;
}

/* What is taken off a sum may not become more than it. */
static void scale_down(struct weight *weight, const struct scale *scale)
{
	weight->bytes *= scale->factor;
	weight->calls = weight->calls * scale->factor / scale->divisor;
}

static struct scale scale_of(const struct settings *settings)
{
	return (struct scale){
		.factor = settings->sample_calls ? settings->sample_calls : 1,
		.divisor = settings->sample_bytes ? CALL_ONE : 1,
	};
}

void estimate(struct weight *sum, const struct settings *settings)
{
	const struct scale scale = scale_of(settings);

	scale_nearest(sum, &scale);
}

/* From sums over the calls that chance took to estimates for all. */
static void scale_stacks(struct ledger *ledger, const struct settings *settings)
{
	const struct scale scale = scale_of(settings);

	for (unsigned i = 0; i < ledger->nr_stacks; i++) {
		struct stack *stack = (struct stack *)(ledger->stacks + i * ledger->stack_size);

		if (stack->number || stack->kind == STACK_MAPS)
			continue; /* every fault and every mapping is recorded */
		scale_nearest(&stack->alloc, &scale);
		scale_nearest(&stack->freed, &scale);
		scale_down(&stack->untracked, &scale);
		scale_down(&ledger->younger[i], &scale);
	}
}

static uint64_t missed_probes(struct heap_bpf *skel)
{
	struct bpf_program *program;
	uint64_t missed = 0;

	bpf_object__for_each_program(program, skel->obj) {
		struct bpf_prog_info info = { 0 };
		uint32_t length = sizeof(info);

		/* What interrupts the first is its own walk, where the stack is absent; the second, what the kernel takes for itself. */
		if (program == skel->progs.on_kernel_fault || program == skel->progs.on_page_alloc)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) == 0)
			missed += info.recursion_misses;
	}
	return missed;
}

void read_ledger(struct heap_bpf *skel, const struct settings *settings, uint64_t end_ns, struct ledger *ledger)
{
	uint64_t older_ns = settings->older_ms * 1000000;
	struct cut cut = { end_ns > older_ns ? end_ns - older_ns : 0, settings->sample_bytes };

	memset(ledger, 0, sizeof(*ledger));
	ledger->stack_size = STACK_SIZE(settings->max_frames);
	read_counters(skel, ledger->counters);
	for (unsigned i = 0; i < nr_processes; i++) {
		ledger->execs[i] = skel->bss->execs[i];
		ledger->forks[i] = skel->bss->forks[i];
	}
	ledger->unfollowed_forks = skel->bss->unfollowed_forks;
	ledger->missed_probes = missed_probes(skel);
	ledger->lost_map_events = skel->bss->lost_map_events;
	ledger->failed_maps = skel->bss->failed_maps;
	for (unsigned i = 0; i < NR_FAULT_COUNTERS; i++)
		ledger->faults[i] = read_fault_counter(skel, i);
	read_stacks(bpf_map__fd(skel->maps.stacks), ledger);
	count_stack_faults(bpf_map__fd(skel->maps.stack_faults), ledger);
	if (older_ns)
		read_younger(bpf_map__fd(skel->maps.blocks), ledger, &cut);
	scale_stacks(ledger, settings);
}
