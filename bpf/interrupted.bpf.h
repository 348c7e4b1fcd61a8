/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where a task was in user space when it entered the kernel, by whatever way. */
#ifndef MEMSTACKS_INTERRUPTED_BPF_H
#define MEMSTACKS_INTERRUPTED_BPF_H

#include "walk.bpf.h"

#ifdef __TARGET_ARCH_arm64

/* struct user_pt_regs, with which the kernel's own begins, has the order of a signal frame. */
static __always_inline void copy_registers(struct walk *walk, struct pt_regs *kernels)
{
	bpf_probe_read_kernel(walk->saved, sizeof(walk->saved), kernels);
}

#else

/* From the order of arch/x86/include/asm/ptrace.h to that of a signal frame (enum in sys/ucontext.h). */
static __always_inline void copy_registers(struct walk *walk, struct pt_regs *kernels)
{
	struct pt_regs regs = { 0 };
	__u64 *saved = walk->saved;

	bpf_probe_read_kernel(&regs, sizeof(regs), kernels);
	saved[0] = regs.r8;
	saved[1] = regs.r9;
	saved[2] = regs.r10;
	saved[3] = regs.r11;
	saved[4] = regs.r12;
	saved[5] = regs.r13;
	saved[6] = regs.r14;
	saved[7] = regs.r15;
	saved[8] = regs.rdi;
	saved[9] = regs.rsi;
	saved[SAVED_FP] = regs.rbp;
	saved[SAVED_KEPT] = regs.rbx;
	saved[12] = regs.rdx;
	saved[13] = regs.rax;
	saved[14] = regs.rcx;
	saved[SAVED_SP] = regs.rsp;
	saved[SAVED_PC] = regs.rip;
}

#endif

/* Every register is known, so that the walk may begin anywhere in a function. False for a thread that has never been in user space. */
static __always_inline bool start_where_interrupted(struct task_struct *task, struct walk *walk)
{
	struct registers *at = &walk->at;

	copy_registers(walk, (struct pt_regs *)bpf_task_pt_regs(task));
	at->pc = walk->saved[SAVED_PC];
	at->sp = walk->saved[SAVED_SP];
	at->fp = walk->saved[SAVED_FP];
	at->returns = false;
	at->by_fp = false;
	begin_at(walk, at, walk->saved[SAVED_KEPT]);
	return at->pc != 0;
}

/*
 * Fills the stack from there and returns its key, after begin_walk(). A worker thread of the kernel (io_uring) has no user
 * stack. The trail may be NULL.
 */
static __always_inline __u64 walk_where_interrupted(struct task_struct *task, struct walk *walk, struct stack *stack,
						    struct trail *trail)
{
	if (!start_where_interrupted(task, walk)) {
		stack->nr_frames = 0;
		stack->walk_end = WALK_NO_USER_STACK;
		return walk->hash | 1ULL << 63;
	}
	stack->frame[0] = walk->at.pc;
	walk->hash = mix(walk->hash, stack->frame[0]);
	return finish_walk(walk, stack, 1, trail);
}

static __always_inline void begin_trail(struct task_struct *task, struct walk *walk, struct trail *trail)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	trail->pc = PT_REGS_IP(regs);
	trail->sp = PT_REGS_SP(regs);
	trail->fp = PT_REGS_FP(regs);
	trail->owner = walk->hash;
	trail->space = walk->space;
	trail->version = space_version[walk->process % MAX_PROCESSES];
	trail->nr_slots = 0;
	trail->goes_by_fp = false;
	trail->fp_from = FP_REGISTER;
}

/*
 * Whether the walk can be told from its trail. Its last step has read nothing when it ended where the tables say that
 * the outermost frame is.
 */
static __always_inline bool can_repeat(struct walk *walk, struct stack *stack, struct trail *trail)
{
	return trail->nr_slots <= MOST_SLOTS && stack->walk_end == WALK_COMPLETE && walk->at.pc && !walk->trampoline &&
	       walk->space != NO_SPACE;
}

/* Whether a walk that has begun would come out as the one that left the trail. */
static __always_inline bool would_repeat(struct task_struct *task, struct walk *walk, struct trail *trail)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	if (trail->nr_slots > MOST_SLOTS || trail->pc != PT_REGS_IP(regs) || trail->sp != PT_REGS_SP(regs))
		return false;
	if (trail->owner != walk->hash || trail->space != walk->space || walk->trampoline)
		return false;
	if (trail->version != space_version[walk->process % MAX_PROCESSES])
		return false;
	if (trail->goes_by_fp && trail->fp != PT_REGS_FP(regs))
		return false;
	return has_same_slots(&walk->window, trail);
}

#endif
