/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A call of the malloc family from its entry to its return, and what becomes of its blocks. */
#ifndef MEMSTACKS_CALLS_BPF_H
#define MEMSTACKS_CALLS_BPF_H

#include "ledger.bpf.h"
#include "nesting.bpf.h"
#include "request.bpf.h"
#include "thread.bpf.h"

/* An enum recording; the helper turns it on once every probe is attached. */
volatile __u32 recording;
/* Counts the call that does so. */
static __always_inline bool is_left_out(struct thread *thread)
{
	bool filtered = outside_filter(thread->size);

	if (filtered)
		count(COUNT_SIZE_FILTERED, thread->size);
	else if (thread->not_sampled)
		count(COUNT_NOT_SAMPLED, thread->size);
	return filtered || thread->not_sampled;
}

/*
 * A block that goes into realloc leaves the ledger at entry: after the real free another thread
 * may get the same address before we see the return.
 */
static __always_inline void take_old_block(struct thread *thread)
{
	struct block_key key;

	thread->had_block = false;
	if (!track_frees || !thread->pointer)
		return;
	set_block_key(&key, thread->cookie.site.process, thread->pointer);
	thread->had_block = take_block(&key, &thread->block);
}

static __always_inline void enter_call(struct pt_regs *ctx, union cookie cookie)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread;

	if (recording != RECORDING_ON)
		return;
	thread = thread_of(task, cookie.site.process);
	if (!thread || !begin_call(ctx, task, thread))
		return;
	thread->cookie = cookie;
	thread->sp = PT_REGS_SP(ctx);
	thread->size = size_asked(ctx, &cookie.site);
	if (continues_outermost(ctx, task, thread)) {
		resume_interrupted(thread);
		return;
	}
	if (cookie.site.kind == SITE_RESIZES)
		thread->most = thread->size + argument(ctx, cookie.site.count_arg);
	thread->pointer = argument(ctx, cookie.site.out_arg ?: cookie.site.pointer_arg);
	if (cookie.site.pointer_arg)
		take_old_block(thread);
	else
		thread->had_block = false;
	thread->not_sampled = cookie.site.kind == SITE_PLAIN && !is_sampled(thread->size);
	thread->stack_id = 0;
	if (cookie.site.kind != SITE_PLAIN || !(thread->not_sampled || outside_filter(thread->size)))
		take_stack(ctx, task, thread);
	thread->active = true;
	count(COUNT_ENTERED, 0);
}

static __always_inline void finish_failed(struct thread *thread)
{
	struct block_key key;

	if (thread->cookie.site.pointer_arg && thread->pointer && !thread->size) {
		count(COUNT_REALLOC_FREED, 0); /* realloc(p, 0) frees p */
		if (thread->had_block)
			add_freed(&thread->block);
		else if (track_frees)
			count(COUNT_UNTRACKED_FREES, 0);
		return;
	}
	count(COUNT_FAILED, 0);
	if (!thread->had_block)
		return;
	set_block_key(&key, thread->cookie.site.process, thread->pointer);
	put_block(&key, &thread->block);
}

/* xallocx returns how large the block is now; less than was asked for means that it stays as it was. */
static __always_inline __u64 resized(struct thread *thread, __u64 size)
{
	if (size < thread->size)
		return 0;
	thread->size = size < thread->most ? size : thread->most;
	return thread->pointer;
}

/* Of the block, or 0. */
static __always_inline __u64 address_returned(struct pt_regs *ctx, struct thread *thread)
{
	if (thread->cookie.site.kind == SITE_RESIZES)
		return resized(thread, PT_REGS_RC(ctx));
	if (!thread->cookie.site.out_arg)
		return PT_REGS_RC(ctx);
	return (int)PT_REGS_RC(ctx) == 0 ? read_user_word(thread->pointer) : 0;
}

/* The return value tells what has become of the innermost call. */
static __always_inline void finish_call(struct pt_regs *ctx, struct thread *thread)
{
	__u64 address = address_returned(ctx, thread);

	thread->freed.address = 0; /* it may be handed out again */
	if (!address) {
		finish_failed(thread);
		return;
	}
	if (thread->cookie.site.kind == SITE_COPIES_TEXT)
		thread->size = text_length(&thread->walk, address, ~0ULL) + 1;
	if (thread->cookie.site.kind != SITE_PLAIN) /* only now the size is known */
		thread->not_sampled = !is_sampled(thread->size);
	if (thread->had_block)
		add_freed(&thread->block);
	else if (track_frees && thread->cookie.site.pointer_arg && thread->pointer)
		count(COUNT_UNTRACKED_FREES, 0);
	if (!is_left_out(thread))
		record(thread, address);
}

static __always_inline void exit_call(struct pt_regs *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread = find_thread(task, 0);

	if (!thread || (thread->active && is_in_handler(task, thread, PT_REGS_SP(ctx))))
		return;
	for (int i = 0; i < MOST_INTERRUPTED + 1 && thread->active; i++) {
		if (PT_REGS_SP(ctx) < SP_AFTER_RETURN(thread->sp))
			return;
		if (PT_REGS_SP(ctx) == SP_AFTER_RETURN(thread->sp))
			break;
		count(COUNT_ABANDONED, thread->size);
		resume_interrupted(thread);
	}
	if (!thread->active)
		return;
	finish_call(ctx, thread);
	resume_interrupted(thread);
}

#endif
