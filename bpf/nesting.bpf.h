/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which calls are part of another one. What the allocator calls is; what a signal handler calls that has
 * interrupted it is not, although it stands above it on the same stack.
 */
#ifndef MEMSTACKS_NESTING_BPF_H
#define MEMSTACKS_NESTING_BPF_H

#include "ledger.bpf.h"
#include "thread.bpf.h"

/* What the thread's innermost call is to one that enters now. */
enum relation {
	RELATION_NONE, /* there is none, or it has returned */
	RELATION_LEFT, /* by longjmp: it will not return */
	RELATION_OUTER, /* the new one is part of it */
	RELATION_INTERRUPTED, /* by a signal handler, which makes the new one */
};

static __always_inline bool is_on_signal_stack(struct task_struct *task, __u64 sp)
{
	return sp - task->sas_ss_sp < task->sas_ss_size;
}

/* No kernel puts less below the interrupted stack pointer, nor more: the registers of AMX take 11 KiB. */
#define LEAST_SIGNAL_FRAME 512
#define LARGEST_SIGNAL_FRAME (16 * 1024)

#define SLOTS_PER_LOOK 64

/*
 * Whether what the kernel saved of the interrupted registers stands at `at` or within some slots below it, above `sp`. It lies at a
 * multiple of 16, on both machines, with the program counter behind the stack pointer. The counter may have been
 * moved by an instruction, to repeat a system call. A function of its own, which the verifier follows once.
 */
__noinline int is_signal_frame_near(struct thread *thread, __u64 at, __u64 sp)
{
	struct {
		__u64 sp, pc;
	} saved;

	if (!thread)
		return 0; /* the verifier insists */
	for (int i = 0; i < SLOTS_PER_LOOK && at > sp; i++, at -= 16)
		if (bpf_probe_read_user(&saved, sizeof(saved), (void *)at) == 0 && saved.sp == thread->signal.sp &&
		    thread->signal.pc + 4 - saved.pc <= 8)
			return 1;
	return 0;
}

/* Whether there is such a frame between the interrupted stack pointer and `sp`; just below it none can have begun. */
static __always_inline bool has_signal_frame(struct thread *thread, __u64 sp)
{
	__u64 at = (thread->signal.sp - LEAST_SIGNAL_FRAME / 2) & ~15ULL;

	for (int i = 0; i < LARGEST_SIGNAL_FRAME / 16 / SLOTS_PER_LOOK && at > sp; i++, at -= 16 * SLOTS_PER_LOOK)
		if (is_signal_frame_near(thread, at, sp))
			return true;
	return false;
}

/* Whether a signal handler that has interrupted the innermost call has led to code with this stack pointer. */
static __always_inline bool is_in_handler(struct task_struct *task, struct thread *thread, __u64 sp)
{
	__u64 interrupted = thread->signal.sp;

	if (!interrupted)
		return false;
	if (is_on_signal_stack(task, sp) != is_on_signal_stack(task, interrupted))
		return is_on_signal_stack(task, sp);
	return sp + LEAST_SIGNAL_FRAME < interrupted && has_signal_frame(thread, sp);
}

/* While a call has not returned, its return address is replaced by the trampoline. */
static __always_inline bool is_pending(struct task_struct *task, struct thread *thread)
{
#ifdef __TARGET_ARCH_arm64
	return replaced_address(thread->sp) != 0; /* the return address may lie anywhere */
#else
	return read_user_word(thread->sp) == trampoline_of(task);
#endif
}

static __always_inline enum relation relation_to(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	__u64 sp = PT_REGS_SP(ctx);
	bool in_handler;

	if (!thread->active)
		return RELATION_NONE;
	in_handler = is_in_handler(task, thread, sp);
	if ((sp > thread->sp && !in_handler) || !is_pending(task, thread))
		return RELATION_LEFT;
	return in_handler ? RELATION_INTERRUPTED : RELATION_OUTER;
}

static __always_inline bool is_nested(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	return relation_to(ctx, task, thread) == RELATION_OUTER;
}

/* Back to the call that was interrupted before the innermost one, which has ended. */
static __always_inline void resume_interrupted(struct thread *thread)
{
	thread->active = false;
	if (!thread->nr_interrupted)
		return;
	thread->nr_interrupted--;
	*(struct call *)thread = thread->interrupted[thread->nr_interrupted % MOST_INTERRUPTED];
}

/* Makes room for the call of a signal handler. The stack finds its place now: the record has room for one. */
static __always_inline bool set_aside(struct thread *thread)
{
	if (thread->nr_interrupted >= MOST_INTERRUPTED) {
		count(COUNT_NO_THREAD_RECORD, 0);
		return false;
	}
	if (thread->stack_id)
		intern_stack(thread);
	thread->interrupted[thread->nr_interrupted % MOST_INTERRUPTED] = *(struct call *)thread;
	thread->nr_interrupted++;
	return true;
}

/* Whether the call that enters counts; then the thread's record is free for it. */
static __always_inline bool begin_call(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	enum relation relation = relation_to(ctx, task, thread);

	for (int i = 0; i < MOST_INTERRUPTED && relation == RELATION_LEFT; i++) {
		count(COUNT_ABANDONED, thread->size);
		resume_interrupted(thread);
		relation = relation_to(ctx, task, thread);
	}
	if (relation == RELATION_OUTER)
		return false;
	if (relation == RELATION_INTERRUPTED && !set_aside(thread))
		return false;
	thread->active = false;
	thread->signal.sp = 0;
	return true;
}

/* A signal is about to be delivered. An earlier one, whose handler still runs, is further out. */
static __always_inline void note_signal(struct task_struct *task, struct thread *thread)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	__u64 sp = PT_REGS_SP(regs);

	if (is_in_handler(task, thread, sp))
		return;
	thread->signal.sp = sp;
	thread->signal.pc = PT_REGS_IP(regs);
}

#endif
