/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Finds the unwind rule for an address; user space keeps the tables, see unwind.h. */
#ifndef MEMSTACKS_RULES_BPF_H
#define MEMSTACKS_RULES_BPF_H

#include "heap.h"
#include "unwind.h"

/* Per process: how often it called exec; which of its two address spaces is valid, and for which exec. */
volatile __u32 execs[MAX_PROCESSES];
volatile __u32 space_version[MAX_PROCESSES];
volatile __u32 space_image[MAX_PROCESSES];
/*
 * With --follow-forks: the process whose address space this one is walked by, itself or one that it was forked from; and of
 * the latter which image.
 */
const volatile bool follow_forks;
volatile __u32 space_owner[MAX_PROCESSES];
volatile __u32 shared_image[MAX_PROCESSES];
/* Walks that have ended early, roughly: it only matters that there are more than before. */
volatile __u32 broken_walks[MAX_PROCESSES];

/* Always 0, but the verifier cannot know. See hidden(). */
volatile __u32 unknown;

#define NO_SEGMENT 0xffffffff /* no mapping of code is known there */
#define NO_TABLE 0xfffffffe /* code without any unwind information: JIT, musl */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_row);
} unwind_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, MAX_RULES);
	__type(key, __u32);
	__type(value, struct unwind_rule);
} unwind_rules SEC(".maps");

/* Key: 2 * process, plus 1 for the odd versions. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct address_space);
} address_spaces SEC(".maps");

/*
 * Makes the verifier forget what it knows of a number. Otherwise it follows every outcome of a
 * binary search apart, and runs out of patience.
 */
static __always_inline __u32 hidden(__u32 number)
{
	return number ^ unknown ^ unknown;
}

static __always_inline struct segment *segment_at(struct address_space *space, __u64 pc)
{
	__u32 low = 0, high = space->nr;
	struct segment *segment;

	for (int i = 0; i < 12 && low < high; i++) {
		__u32 middle = hidden((low + high) / 2) & (MAX_SEGMENTS - 1);

		if (space->segment[middle].start <= pc)
			low = hidden(middle + 1);
		else
			high = hidden(middle);
	}
	if (!low)
		return NULL;
	segment = &space->segment[(low - 1) & (MAX_SEGMENTS - 1)];
	return pc < segment->end ? segment : NULL;
}

/* Rule of the last row at or before the pc. */
static __always_inline __u32 search_rows(struct segment *segment, __u64 pc)
{
	__u32 low = segment->first_row, first = low, high = low + segment->nr_rows;
	__u32 wanted = pc - segment->start + segment->base;
	struct unwind_row *row;

	for (int i = 0; i < 24 && low < high; i++) {
		__u32 middle = hidden(low + (high - low) / 2);

		row = bpf_map_lookup_elem(&unwind_rows, &middle);
		if (!row)
			return RULE_NONE;
		if (row->pc <= wanted)
			low = hidden(middle + 1);
		else
			high = hidden(middle);
	}
	if (low == first)
		return RULE_NONE;
	low--;
	row = bpf_map_lookup_elem(&unwind_rows, &low);
	return row ? row->rule : RULE_NONE;
}

/*
 * Number of the rule for a pc, or NO_SEGMENT, or NO_TABLE. A function of its own, so that it is verified once.
 */
__noinline __u32 find_rule(__u64 pc, __u32 process)
{
	__u32 index = process % MAX_PROCESSES, key = 2 * index + (space_version[index] & 1);
	struct address_space *space = bpf_map_lookup_elem(&address_spaces, &key);
	struct segment *segment;

	if (!space)
		return NO_SEGMENT;
	segment = segment_at(space, pc);
	if (!segment)
		return NO_SEGMENT;
	return segment->nr_rows ? search_rows(segment, pc) : NO_TABLE;
}

#endif
