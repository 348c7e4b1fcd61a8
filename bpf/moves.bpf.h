/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the ledger of pages cannot see by faults: mremap moves pages; munmap, madvise and mappings in the place of others make room for
 * what may come without any.
 */
#ifndef MEMSTACKS_MOVES_BPF_H
#define MEMSTACKS_MOVES_BPF_H

#include "faults.bpf.h"

/* A call that moves or drops pages, and has not returned; its key is the thread. */
struct pending_move {
	__u64 from, length; /* bytes */
};

/* include/uapi/asm-generic/mman-common.h */
#define MAP_FIXED 0x10
#define MADV_DONTNEED 4
#define MADV_REMOVE 9
#define MADV_DONTNEED_LOCKED 24

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct pending_move);
} pending_moves SEC(".maps");

/* Pages [from, end) of a process, and by how many pages they have moved. */
struct page_range {
	__u64 from, end;
	__s64 distance;
	__u32 process, image;
};

/* Tracepoints of system calls: the arguments, and the result. */
struct call_entry {
	__u64 common, number;
	__u64 argument[6];
};
struct call_return {
	__u64 common, number;
	__s64 result;
};

/* The most that one call makes us look at: 64 GiB with pages of 4 KiB. */
#define MOST_GROUPS (1 << 18)

static __always_inline __u32 groups_in(const struct page_range *range)
{
	__u64 nr = ((range->end - 1) >> GROUP_BITS) - (range->from >> GROUP_BITS) + 1;

	return range->end <= range->from || nr > MOST_GROUPS ? 0 : nr;
}

static __always_inline void set_group_key(struct group_key *key, const struct page_range *range, __u64 group)
{
	key->group = group;
	key->process = range->process;
	key->image = range->image;
}

static __always_inline bool is_in(const struct page_range *range, __u64 page)
{
	return page >= range->from && page < range->end;
}

/* One group of a range whose pages are gone. */
static long forget_group(__u32 index, struct page_range *range)
{
	__u64 number = (range->from >> GROUP_BITS) + index, first = number << GROUP_BITS;
	struct page_group *group;
	struct group_key key;

	set_group_key(&key, range, number);
	if (first >= range->from && first + GROUP_PAGES <= range->end) {
		bpf_map_delete_elem(&page_groups, &key);
		return 0;
	}
	group = bpf_map_lookup_elem(&page_groups, &key);
	for (__u32 i = 0; group && i < GROUP_PAGES; i++)
		if (is_in(range, first + i))
			group->record[i] = 0;
	return 0;
}

/* Which pages of the group that begins at `first` belong to the range. */
static __always_inline __u64 pages_of(const struct page_range *range, __u64 first)
{
	__u64 pages = ~0ULL;

	if (first < range->from)
		pages &= ~0ULL << (range->from - first);
	if (first + GROUP_PAGES > range->end)
		pages &= ~0ULL >> (first + GROUP_PAGES - range->end);
	return pages;
}

/* Those of the pages that `to` has room for: from `shift` on they belong to the next group. */
static __always_inline void move_pages(struct page_group *from, struct page_group *to, __u64 pages, __u32 shift)
{
	__u32 last = from->last & (GROUP_PAGES - 1);

	for (__u32 i = 0; i < GROUP_PAGES; i++) {
		__u32 record = from->record[i];

		if (!(pages >> i & 1) || !record)
			continue;
		to->record[(i + shift) & (GROUP_PAGES - 1)] = record;
		from->record[i] = 0;
	}
	if (pages >> last & 1 && from->last > to->last)
		to->last = (from->last & ~(__u64)(GROUP_PAGES - 1)) | ((last + shift) & (GROUP_PAGES - 1));
}

static __always_inline void move_to(struct page_range *range, struct page_group *from, __u64 group, __u64 pages)
{
	struct group_key key;
	struct page_group *to;

	if (!pages)
		return;
	set_group_key(&key, range, group);
	to = find_group(&key);
	if (to)
		move_pages(from, to, pages, range->distance & (GROUP_PAGES - 1));
	else
		count_fault(FAULTS_NO_PAGE);
}

/* One group of a range that is about to move: from now on its faults are told from those before. */
static long age_group(__u32 index, struct page_range *range)
{
	__u64 number = (range->from >> GROUP_BITS) + index;
	struct page_group *group;
	struct group_key key;

	set_group_key(&key, range, number);
	group = bpf_map_lookup_elem(&page_groups, &key);
	if (group)
		__sync_fetch_and_and(&group->fresh, ~pages_of(range, number << GROUP_BITS));
	return 0;
}

/* One group of a range that has moved. Its pages come to lie in one group, or in two. */
static long move_group(__u32 index, struct page_range *range)
{
	__u64 number = (range->from >> GROUP_BITS) + index, first = number << GROUP_BITS, pages;
	__u32 shift = range->distance & (GROUP_PAGES - 1);
	__u64 low = ~0ULL >> shift; /* what stays in the first of them */
	struct page_group *from;
	struct group_key key;

	set_group_key(&key, range, number);
	from = bpf_map_lookup_elem(&page_groups, &key);
	if (!from)
		return 0;
	pages = pages_of(range, first) & ~from->fresh;
	move_to(range, from, (first + range->distance) >> GROUP_BITS, pages & low);
	move_to(range, from, ((first + range->distance) >> GROUP_BITS) + 1, pages & ~low);
	return 0;
}

static __always_inline bool is_recorded(__u32 *process)
{
	if (recording != RECORDING_ON)
		return false;
	*process = traced_process();
	return *process != MAX_PROCESSES;
}

static __always_inline struct page_range range_of(__u32 process, __u64 address, __u64 length)
{
	struct page_range range = {
		.from = address >> page_bits, .end = (address + length + (1 << page_bits) - 1) >> page_bits,
		.process = process, .image = execs[process % MAX_PROCESSES],
	};

	return range;
}

static __always_inline void forget_pages(__u32 process, __u64 address, __u64 length)
{
	struct page_range range = range_of(process, address, length);

	bpf_loop(groups_in(&range), forget_group, &range, 0);
}

/* At entry: afterwards others may have mapped something there. */
static __always_inline void enter_unmap(struct call_entry *call)
{
	__u64 address = call->argument[0];
	__u32 process;

	if (is_recorded(&process) && !(address & ((1 << page_bits) - 1))) /* or it fails */
		forget_pages(process, address, call->argument[1]);
}

/* From now on faults there are told from those before. */
static __always_inline void begin_move(__u32 process, __u64 from, __u64 length)
{
	struct pending_move move = { from, length };
	__u64 thread = bpf_get_current_pid_tgid();
	struct page_range range = range_of(process, from, length);

	if (bpf_map_update_elem(&pending_moves, &thread, &move, BPF_ANY))
		return;
	__sync_fetch_and_add(&moving[process % MAX_PROCESSES], 1);
	bpf_loop(groups_in(&range), age_group, &range, 0);
}

/* A shrinking one cuts off the end, moved or not. */
static __always_inline void enter_move(struct call_entry *call)
{
	const __u64 *argument = call->argument;
	__u32 process;

	if (is_recorded(&process))
		begin_move(process, argument[0], argument[2] < argument[1] ? argument[2] : argument[1]);
}

static __always_inline void enter_advice(struct call_entry *call)
{
	const __u64 advice = call->argument[2];
	__u32 process;

	if (advice != MADV_DONTNEED && advice != MADV_REMOVE && advice != MADV_DONTNEED_LOCKED)
		return;
	if (is_recorded(&process))
		begin_move(process, call->argument[0], call->argument[1]);
}

static __always_inline void enter_map(struct call_entry *call)
{
	__u32 process;

	if (call->argument[3] & MAP_FIXED && is_recorded(&process))
		begin_move(process, call->argument[0], call->argument[1]);
}

/* One group of a range that was dropped. */
static long drop_group(__u32 index, struct page_range *range)
{
	__u64 number = (range->from >> GROUP_BITS) + index, pages = pages_of(range, number << GROUP_BITS);
	struct page_group *group;
	struct group_key key;

	set_group_key(&key, range, number);
	group = bpf_map_lookup_elem(&page_groups, &key);
	for (__u32 i = 0; group && i < GROUP_PAGES; i++)
		if ((pages & ~group->fresh) >> i & 1 && group->record[i])
			group->record[i] |= HOW_DROPPED;
	return 0;
}

static __always_inline void follow_drop(const struct pending_move *move, __u32 process)
{
	struct page_range range = range_of(process, move->from, move->length);

	bpf_loop(groups_in(&range), drop_group, &range, 0);
}

static __always_inline void follow_move(const struct pending_move *move, __u32 process, __u64 to)
{
	struct page_range range = range_of(process, move->from, move->length);

	forget_pages(process, to, move->length); /* of what was there before */
	range.distance = (__s64)(to >> page_bits) - range.from;
	bpf_loop(groups_in(&range), move_group, &range, 0);
}

/* Meanwhile another thread may have faulted there: in what it has mapped in the old place, or after the pages were dropped. */
static __always_inline void exit_move(struct call_return *call, bool moves)
{
	__u64 thread = bpf_get_current_pid_tgid(), to = call->result;
	struct pending_move *found = bpf_map_lookup_elem(&pending_moves, &thread), move;
	const bool failed = call->result < 0 && call->result >= -4095;
	__u32 process;

	if (!found)
		return;
	move = *found;
	bpf_map_delete_elem(&pending_moves, &thread);
	process = traced_process();
	if (process == MAX_PROCESSES)
		return;
	if (!failed && move.length && recording == RECORDING_ON) {
		if (!moves)
			follow_drop(&move, process);
		else if (to != move.from)
			follow_move(&move, process, to);
	}
	__sync_fetch_and_sub(&moving[process % MAX_PROCESSES], 1);
}

#endif
