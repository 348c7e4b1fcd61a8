// SPDX-License-Identifier: MIT
/* What was unfreed, or mapped, at intervals while tracing: tells what grows from what stays. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "growth.h"
#include "ranges.h"
#include "heap.skel.h"

/* Past it every other reading goes, and the interval doubles: a trace may last as long as it likes. */
#define MOST_READINGS 128
#define BATCH 4096
/* Captures tell times in milliseconds, and no two readings are of the same one. */
#define LEAST_NS 1000000

struct amount {
	uint64_t stack; /* key of the stacks map */
	struct weight kept; /* unfreed; of stacks of --mmap mapped */
};

struct reading {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	struct amount *amounts; /* by stack; those that are not zero */
	unsigned nr;
};

static struct reading readings[MOST_READINGS];
static unsigned nr_readings;
static uint64_t interval_ns, next_ns;

static int by_stack(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = ((const struct amount *)right)->stack;

	return (a > b) - (a < b);
}

static int by_stacks(const void *left, const void *right)
{
	return by_stack(&((const struct amount *)left)->stack, right);
}

static uint64_t less(uint64_t from, uint64_t freed, uint64_t untracked)
{
	return freed + untracked < from ? from - freed - untracked : 0;
}

/* The program that it was of has replaced itself by another: nothing of it is left. */
static bool is_gone(struct heap_bpf *skel, const struct stack *stack)
{
	return stack->nr_frames && stack->image != skel->bss->execs[stack->process];
}

static struct weight unfreed_of(const struct stack *stack)
{
	return (struct weight){
		less(stack->alloc.bytes, stack->freed.bytes, stack->untracked.bytes),
		less(stack->alloc.calls, stack->freed.calls, stack->untracked.calls),
	};
}

static void add_amount(struct reading *reading, uint64_t id, const struct stack *stack)
{
	const struct weight kept = stack->kind == STACK_MAPS ? still_mapped(map_sums_of(id)) : unfreed_of(stack);

	if (!kept.bytes && !kept.calls)
		return;
	reading->amounts = grow(reading->amounts, reading->nr, sizeof(*reading->amounts));
	reading->amounts[reading->nr++] = (struct amount){ id, kept };
}

/* In batches: the program goes on meanwhile, and a reading shall be of one moment. */
static void read_amounts(struct heap_bpf *skel, const struct settings *settings, struct reading *reading)
{
	size_t size = STACK_SIZE(settings->max_frames);
	uint64_t *ids = allocate(BATCH * sizeof(*ids));
	char *stacks = allocate(BATCH * size);
	uint32_t nr, batch;
	void *in = NULL;
	int err;

	do {
		nr = BATCH;
		err = bpf_map_lookup_batch(bpf_map__fd(skel->maps.stacks), in, &batch, ids, stacks, &nr, NULL);
		if (err && errno != ENOENT)
			die(1, "cannot read the stacks: %s", strerror(errno));
		for (uint32_t i = 0; i < nr; i++) {
			const struct stack *stack = (const struct stack *)(stacks + i * size);

			if (!stack->number && !is_gone(skel, stack))
				add_amount(reading, ids[i], stack);
		}
		in = &batch;
	} while (!err);
	free(ids);
	free(stacks);
	qsort(reading->amounts, reading->nr, sizeof(*reading->amounts), by_stacks);
}

static void drop_every_other(void)
{
	for (unsigned i = 0; i < nr_readings; i++) {
		if (i % 2 == 0)
			free(readings[i].amounts);
		else
			readings[i / 2] = readings[i];
	}
	nr_readings /= 2;
	interval_ns *= 2;
}

static uint64_t at_least(uint64_t ns, uint64_t least)
{
	return ns < least ? least : ns;
}

uint64_t read_growth(struct heap_bpf *skel, const struct run *run)
{
	if (!run->settings->interval)
		return UINT64_MAX;
	if (!interval_ns) {
		interval_ns = at_least(run->settings->interval * 1e9, LEAST_NS);
		next_ns = run->start_ns + interval_ns;
	}
	if (clock_ns() < next_ns)
		return next_ns;
	if (nr_readings == MOST_READINGS)
		drop_every_other();
	drain_map_events();
	readings[nr_readings] = (struct reading){ .at_ns = clock_ns() };
	read_amounts(skel, run->settings, &readings[nr_readings]);
	nr_readings++;
	next_ns = run->start_ns + (uint64_t)(nr_readings + 1) * interval_ns;
	while (next_ns <= clock_ns())
		next_ns += interval_ns; /* missed for want of time */
	next_ns = at_least(next_ns, readings[nr_readings - 1].at_ns + LEAST_NS);
	return next_ns;
}

void write_reading_times(FILE *out, const struct run *run)
{
	if (!run->settings->interval)
		return;
	fprintf(out, ",\"interval_us\":%" PRIu64, (uint64_t)(run->settings->interval * 1e6 + 0.5));
	fputs(",\"snapshots\":[", out);
	for (unsigned i = 0; i < nr_readings; i++)
		fprintf(out, "%s%" PRIu64, i ? "," : "", (readings[i].at_ns - run->start_ns + 500000) / 1000000);
	putc(']', out);
}

static struct weight amount_at(const struct reading *reading, uint64_t stack)
{
	const struct amount *amount = bsearch(&stack, reading->amounts, reading->nr, sizeof(*amount), by_stack);

	return amount ? amount->kept : (struct weight){ 0, 0 };
}

static bool is_in_readings(uint64_t stack)
{
	for (unsigned i = 0; i < nr_readings; i++)
		if (bsearch(&stack, readings[i].amounts, readings[i].nr, sizeof(struct amount), by_stack))
			return true;
	return false;
}

/* Unlike that of mappings, what is unfreed may be an estimate. */
static void write_amounts(FILE *out, const struct run *run, uint64_t stack, bool sampled)
{
	for (unsigned i = 0; i < nr_readings; i++) {
		struct weight kept = amount_at(&readings[i], stack);

		if (sampled)
			estimate(&kept, run->settings);
		fprintf(out, "%s[%" PRIu64 ",%" PRIu64 "]", i ? "," : "", (uint64_t)kept.bytes, (uint64_t)kept.calls);
	}
	putc(']', out);
}

void write_growth(FILE *out, const struct run *run, uint64_t stack)
{
	if (!run->settings->interval || !is_in_readings(stack))
		return;
	fputs(",\"unfreed_at\":[", out);
	write_amounts(out, run, stack, true);
}

void write_map_growth(FILE *out, const struct run *run, uint64_t stack)
{
	if (!run->settings->interval)
		return;
	fputs(",\"mapped_at\":[", out);
	write_amounts(out, run, stack, false);
}
