// SPDX-License-Identifier: MIT
/*
 * The ledger of --mmap: which call has mapped what is mapped, by ranges that do not overlap. A call has as many pieces as
 * unmapping has left of its range.
 */
#define _GNU_SOURCE
#include <search.h>
#include <stdlib.h>
#include "frames.h"
#include "ranges.h"

/* A system call that has mapped memory. */
struct call {
	uint32_t sums; /* place of its stack's */
	uint32_t nr_pieces;
};

struct range {
	uint32_t process, image;
	uint64_t start, end;
	struct call *call;
	struct range *next; /* of those that are taken out together */
};

/* What a thread's system call has taken out, until it is known whether it succeeds. */
struct leaving {
	uint32_t thread;
	uint64_t length;
	struct range *ranges;
};

static void *tree; /* of ranges, tsearch(3) */
static struct leaving *leavings;
static unsigned nr_leavings;

static uint64_t *stacks; /* their keys */
static struct map_sums *sums; /* parallel */
static uint32_t nr_sums;
static struct hash_table table;

static struct weight by_allocators;
static uint64_t nr_untracked;

/* Ranges of one image that overlap are equal, so that a search finds any that does. */
static int compare(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	return a->end <= b->start ? -1 : a->start >= b->end;
}

static bool is_stack(uint32_t number, const void *wanted)
{
	return stacks[number] == *(const uint64_t *)wanted;
}

static uint32_t sums_at(uint64_t stack)
{
	uint64_t hash = hash_number(0, stack);
	uint32_t known = hash_find(&table, hash, &(struct hash_match){ is_stack, &stack });

	if (known != HASH_NONE)
		return known;
	stacks = grow(stacks, nr_sums, sizeof(*stacks));
	sums = grow(sums, nr_sums, sizeof(*sums));
	stacks[nr_sums] = stack;
	sums[nr_sums] = (struct map_sums){ 0 };
	hash_add(&table, hash, nr_sums);
	return nr_sums++;
}

static void insert(const struct range *range)
{
	struct range *copy = allocate(sizeof(*copy));

	*copy = *range;
	if (!tsearch(copy, &tree, compare))
		die(1, "out of memory in the collector");
}

/* What of a range lies outside of another one stays where it is. */
static void keep_rest(const struct range *range, const struct range *taken)
{
	struct range before = *range, after = *range;

	before.end = taken->start;
	after.start = taken->end;
	if (before.start < before.end) {
		insert(&before);
		range->call->nr_pieces++;
	}
	if (after.start < after.end) {
		insert(&after);
		range->call->nr_pieces++;
	}
}

/* Takes everything out that overlaps, as a list of pieces that lie inside. */
static struct range *take(const struct range *wanted)
{
	struct range *list = NULL, **found;

	while (wanted->start < wanted->end && (found = tfind(wanted, &tree, compare))) {
		struct range *range = *found;

		tdelete(range, &tree, compare);
		keep_rest(range, wanted);
		range->start = range->start > wanted->start ? range->start : wanted->start;
		range->end = range->end < wanted->end ? range->end : wanted->end;
		range->next = list;
		list = range;
	}
	return list;
}

/* They are unmapped for good. Returns how many bytes they were. */
static uint64_t settle(struct range *list)
{
	uint64_t bytes = 0;

	while (list) {
		struct range *range = list;
		struct weight *munmapped = &sums[range->call->sums].munmapped;

		list = range->next;
		bytes += range->end - range->start;
		munmapped->bytes += range->end - range->start;
		if (--range->call->nr_pieces == 0) {
			munmapped->calls++;
			free(range->call);
		}
		free(range);
	}
	return bytes;
}

static void put_back(struct range *list)
{
	while (list) {
		struct range *range = list;

		list = range->next;
		settle(take(range)); /* nothing, unless events were lost */
		insert(range);
		free(range);
	}
}

static struct range range_of(const struct map_event *event)
{
	uint64_t end = event->start + event->length;

	return (struct range){ .process = event->process, .image = event->image, .start = event->start,
			       .end = end < event->start ? UINT64_MAX : end };
}

static void add(const struct map_event *event)
{
	struct range range = range_of(event);
	struct weight *weight;

	settle(take(&range));
	if (!event->stack) {
		by_allocators.bytes += event->length;
		by_allocators.calls++;
		return;
	}
	range.call = allocate(sizeof(*range.call));
	*range.call = (struct call){ .sums = sums_at(event->stack), .nr_pieces = 1 };
	insert(&range);
	weight = &sums[range.call->sums].mmap;
	weight->bytes += event->length;
	weight->calls++;
}

static void finish(unsigned index, bool stays)
{
	struct leaving leaving = leavings[index];

	leavings[index] = leavings[--nr_leavings];
	if (stays)
		put_back(leaving.ranges);
	else if (settle(leaving.ranges) < leaving.length)
		nr_untracked++;
}

/* Of the thread; there is one at most. */
static void finish_thread(uint32_t thread, bool stays)
{
	for (unsigned i = 0; i < nr_leavings; i++)
		if (leavings[i].thread == thread)
			return finish(i, stays);
}

static void begin(const struct map_event *event)
{
	const struct range range = range_of(event);

	finish_thread(event->thread, false); /* none, unless an event was lost */
	leavings = grow(leavings, nr_leavings, sizeof(*leavings));
	leavings[nr_leavings++] = (struct leaving){ event->thread, event->length, take(&range) };
}

void apply_map_event(const struct map_event *event)
{
	if (event->change == MAP_ADDED)
		add(event);
	else if (event->change == MAP_LEAVES)
		begin(event);
	else
		finish_thread(event->thread, event->change == MAP_STAYS);
}

void finish_map_events(void)
{
	while (nr_leavings)
		finish(0, false);
}

struct map_sums map_sums_of(uint64_t stack)
{
	uint32_t known = hash_find(&table, hash_number(0, stack), &(struct hash_match){ is_stack, &stack });

	return known == HASH_NONE ? (struct map_sums){ 0 } : sums[known];
}

struct weight still_mapped(struct map_sums all)
{
	return (struct weight){ all.mmap.bytes - all.munmapped.bytes, all.mmap.calls - all.munmapped.calls };
}

struct weight allocator_maps(void)
{
	return by_allocators;
}

uint64_t untracked_unmaps(void)
{
	return nr_untracked;
}
