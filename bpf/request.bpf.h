/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Calls that are counted when they enter (--entry-only, and operator new without sessions): without returns to tell by,
 * which calls are part of another one, and which will not be met.
 */
#ifndef MEMSTACKS_REQUEST_BPF_H
#define MEMSTACKS_REQUEST_BPF_H

#include "ledger.bpf.h"
#include "thread.bpf.h"

/* The text may not be in memory yet, and then looks empty. */
static __always_inline __u64 size_requested(struct pt_regs *ctx, struct thread *thread)
{
	struct site_cookie *site = &thread->cookie.site;
	__u64 most = site->count_arg ? argument(ctx, site->count_arg) : ~0ULL;

	if (site->kind == SITE_COPIES_TEXT)
		return text_length(&thread->walk, argument(ctx, site->size_arg), most) + 1;
	return size_asked(ctx, site);
}

/*
 * Whether the call was only jumped to by the last one (valloc, reallocarray, realloc(NULL, n)): it came
 * from the same call instruction, and that always calls the same function.
 */
static __always_inline bool is_forwarded(struct pt_regs *ctx, struct thread *thread, __u64 caller)
{
	__u64 pointer = argument(ctx, thread->cookie.site.pointer_arg);

	if (thread->outermost.sp != PT_REGS_SP(ctx) || thread->outermost.caller != caller ||
	    thread->outermost.ip == PT_REGS_IP(ctx))
		return false;
	if (thread->outermost.forwards == FORWARDS_SAME)
		return thread->outermost.size == thread->size && thread->outermost.pointer == pointer;
	return thread->outermost.forwards == FORWARDS_ANY;
}

/* While the last call has not returned, its return address stands where it was; afterwards it hardly does. */
static __always_inline bool may_be_nested(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	__u64 slot = thread->outermost.sp;

	if (PT_REGS_SP(ctx) >= slot)
		return false;
#ifdef __TARGET_ARCH_arm64
	return true; /* it may stand anywhere */
#else
	return return_address_at(slot, task) == thread->outermost.caller;
#endif
}

/* No allocator calls itself from farther away. */
#define NEAR_FRAMES 32

/* Whether the stack shows the last call; one that breaks off early does not rule it out. */
static __always_inline bool shows_outermost(struct thread *thread)
{
	struct stack *stack = &thread->stack;

	for (__u32 i = 1; i < NEAR_FRAMES && i < max_frames && i < stack->nr_frames; i++)
		if ((stack->frame[i] & ~FRAME_BY_FP) == thread->outermost.caller)
			return true;
	return stack->walk_end != WALK_COMPLETE && stack->nr_frames < NEAR_FRAMES;
}

static __always_inline void set_outermost(struct pt_regs *ctx, struct thread *thread, __u64 caller)
{
	thread->outermost.sp = PT_REGS_SP(ctx);
	thread->outermost.caller = caller;
	thread->outermost.ip = PT_REGS_IP(ctx);
	thread->outermost.size = thread->size;
	thread->outermost.pointer = argument(ctx, thread->cookie.site.pointer_arg);
	thread->outermost.forwards = thread->cookie.site.forwards;
}

/* Whether the call is part of one that was counted when it entered. May take the stack. */
static __always_inline bool continues_outermost(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	__u32 nested;

	if (!thread->outermost.sp || PT_REGS_SP(ctx) > thread->outermost.sp)
		return false;
	if (is_forwarded(ctx, thread, caller_of(ctx, task)))
		return true;
	nested = hidden(may_be_nested(ctx, task, thread)); /* or the verifier would follow every walk twice */
	if (!nested)
		return false;
	take_stack(ctx, task, thread);
	return shows_outermost(thread);
}

/* What the arguments tell of what will become of the request. */
static __always_inline enum counter fate_of(struct pt_regs *ctx, struct thread *thread)
{
	__u8 pointer_arg = thread->cookie.site.pointer_arg;

	if (thread->size >= IMPOSSIBLE_SIZE)
		return COUNT_FAILED;
	if (pointer_arg && !thread->size && argument(ctx, pointer_arg))
		return COUNT_REALLOC_FREED;
	if (outside_filter(thread->size))
		return COUNT_SIZE_FILTERED;
	return thread->not_sampled ? COUNT_NOT_SAMPLED : COUNT_ALLOCATED;
}

#endif
