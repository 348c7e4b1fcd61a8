/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ledger: totals by stack, and every live block. */
#ifndef MEMSTACKS_LEDGER_BPF_H
#define MEMSTACKS_LEDGER_BPF_H

#include "counters.bpf.h"
#include "thread.bpf.h"

/* Settings, fixed before loading. */
const volatile bool track_frees = true;
const volatile bool track_ages;
const volatile __u64 min_size;
const volatile __u64 max_size = ~0ULL;

static __always_inline bool outside_filter(__u64 size)
{
	return size < min_size || size > max_size;
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__uint(key_size, sizeof(__u64));
	__uint(value_size, STACK_SIZE(USUAL_FRAMES)); /* the helper sets it by max_frames */
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1000000);
	__type(key, struct block_key);
	__type(value, struct block);
} blocks SEC(".maps");

const volatile __u32 max_stacks;
__u32 nr_stacks; /* of the heap, in the map */

/* Finds or makes the stack's totals. A stack that finds no room shares the overflow stack. */
static __always_inline struct stack *intern_stack(struct thread *thread)
{
	struct stack *stack = bpf_map_lookup_elem(&stacks, &thread->stack_id);

	if (stack)
		return stack;
	if (!bpf_map_update_elem(&stacks, &thread->stack_id, &thread->stack, BPF_NOEXIST))
		__sync_fetch_and_add(&nr_stacks, 1);
	stack = bpf_map_lookup_elem(&stacks, &thread->stack_id);
	if (stack)
		return stack;
	count(COUNT_STACK_TABLE_FULL, thread->size);
	thread->stack_id = thread->cookie.site.process + 1;
	return bpf_map_lookup_elem(&stacks, &thread->stack_id);
}

static __always_inline void set_block_key(struct block_key *key, __u16 process, __u64 address)
{
	key->address = address;
	key->process = process;
	key->image = execs[process % MAX_PROCESSES];
}

static __always_inline void add_freed(struct block *block)
{
	struct stack *stack = bpf_map_lookup_elem(&stacks, &block->stack);

	if (stack)
		add(&stack->freed, weight_of(block->size));
	count(COUNT_FREED, block->size);
}

/* Takes a block out of the ledger; of two threads that try, one gets it. */
static __always_inline bool take_block(struct block_key *key, struct block *copy)
{
	struct block *block = bpf_map_lookup_elem(&blocks, key);

	if (!block)
		return false;
	*copy = *block;
	return bpf_map_delete_elem(&blocks, key) == 0;
}

static __always_inline void put_block(struct block_key *key, struct block *block)
{
	struct stack *stack;
	struct block old;
	long err = bpf_map_update_elem(&blocks, key, block, BPF_NOEXIST);

	if (err == -EEXIST && take_block(key, &old)) {
		count(COUNT_MISSED_FREE, old.size);
		add_freed(&old);
		err = bpf_map_update_elem(&blocks, key, block, BPF_ANY);
	}
	if (!err)
		return;
	count(COUNT_LIVE_TABLE_FULL, block->size);
	stack = bpf_map_lookup_elem(&stacks, &block->stack);
	if (stack)
		add(&stack->untracked, weight_of(block->size));
}

/* Adds the allocation to its stack, or NULL. */
static __always_inline struct stack *record_stack(struct thread *thread)
{
	struct stack *stack = intern_stack(thread);

	count(COUNT_ALLOCATED, thread->size);
	if (!stack)
		return NULL; /* cannot be: the helper made the overflow stacks */
	add(&stack->alloc, weight_of(thread->size));
	if (stack->walk_end == WALK_CUT)
		count(COUNT_STACKS_CUT, thread->size);
	return stack;
}

/* A block whose address is not known, so that its free cannot be seen. */
static __always_inline void record_untracked(struct thread *thread)
{
	struct stack *stack = record_stack(thread);

	if (!stack || !track_frees)
		return;
	add(&stack->untracked, weight_of(thread->size));
	count(COUNT_ADDRESS_UNKNOWN, thread->size);
}

static __always_inline void record(struct thread *thread, __u64 address)
{
	struct stack *stack = record_stack(thread);
	struct block block = { .size = thread->size, .stack = thread->stack_id };
	struct block_key key;

	if (!stack || !track_frees)
		return;
	if (track_ages)
		block.born_ns = bpf_ktime_get_ns();
	set_block_key(&key, thread->cookie.site.process, address);
	put_block(&key, &block);
}

#endif
