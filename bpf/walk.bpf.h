/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Walks a user stack, step by step, and hashes it. */
#ifndef MEMSTACKS_WALK_BPF_H
#define MEMSTACKS_WALK_BPF_H

#include "heap.h"
#include "kernel.h"
#include "machine.h"
#include "step.bpf.h"

/* Settings, fixed before loading. */
const volatile __u32 max_frames = USUAL_FRAMES;
const volatile __u64 hash_seed;

#define FRAMES_PER_TURN 16

#ifdef __TARGET_ARCH_arm64
#define PT_REGS_KEPT(ctx) (((const volatile struct user_pt_regs *)(ctx))->regs[SAVED_KEPT])
#else
#define PT_REGS_KEPT(ctx) ((ctx)->rbx)
#endif

/* A part of struct stack's frames. */
struct turn {
	__u64 frame[FRAMES_PER_TURN];
};

static __always_inline __u64 mix(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
	return hash ^ (hash >> 29);
}

static __always_inline __u64 trampoline_of(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	struct xol_area *area = mm ? mm->uprobes_state.xol_area : NULL;

	return area ? area->vaddr : 0;
}

/* While a return probe is pending, the kernel keeps the real return address of the slot. */
__noinline __u64 replaced_address(__u64 slot)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct uprobe_task *utask = task->utask;
	struct return_instance *pending = utask ? utask->return_instances : NULL;

	for (int i = 0; i < 64 && pending; i++) { /* the kernel's MAX_URETPROBE_DEPTH */
		if (pending->stack == slot)
			return pending->orig_ret_vaddr;
		pending = pending->next;
	}
	return 0;
}

/* Between a fault in the dynamic linker and the function that it binds are fewer. */
#define MOST_STEPS_TO_KEPT 32

/*
 * Finds out what SAVED_KEPT is in the frame that the walk has reached: goes there once more, slowly, from where it was known.
 * Hardly any frame needs it, and so the usual step does without.
 */
static __always_inline bool find_kept(struct walk *walk)
{
	struct registers reached = walk->at;

	walk->at = walk->first;
	walk->kept = walk->first_kept;
	for (int i = 0; i < MOST_STEPS_TO_KEPT && walk->at.sp != reached.sp; i++) {
		if (step(walk) != NR_WALK_ENDS)
			break;
		if (walk->at.pc == walk->trampoline)
			walk->at.pc = replaced_address(RETURN_SLOT(walk->at.sp));
	}
	if (walk->at.sp != reached.sp)
		walk->kept = 0;
	walk->at = reached;
	return walk->kept != 0;
}

/* A step, by whatever register it needs; NR_WALK_ENDS when the walk goes on. */
__noinline int step_anyhow(struct walk *walk)
{
	int end;

	if (!walk)
		return WALK_UNREADABLE; /* the verifier insists */
	end = step(walk);
	if (end != WALK_NEEDS_KEPT)
		return end;
	end = find_kept(walk) ? step(walk) : WALK_UNSUPPORTED;
	walk->kept = 0; /* the usual steps do not follow it */
	return end;
}

static __always_inline __u32 walk_some(struct walk *walk, struct turn *turn, __u32 room, struct trail *trail)
{
	struct registers at;
	__u64 hash;
	__u32 nr;

	at = walk->at;
	hash = walk->hash;
	for (nr = 0; nr < FRAMES_PER_TURN && nr < room; nr++) {
		if (!step_quickly(walk, &at, trail)) {
			walk->at = at;
			walk->end = step_anyhow(walk);
			at = walk->at;
			if (walk->end != NR_WALK_ENDS)
				break;
			if (trail)
				trail->nr_slots = CANNOT_REPEAT;
		}
		if (at.pc == walk->trampoline)
			at.pc = replaced_address(RETURN_SLOT(at.sp));
		/* As a return address would stand: names are looked up at the byte before. */
		turn->frame[nr] = (at.pc + !at.returns) | (at.by_fp ? FRAME_BY_FP : 0);
		hash = mix(hash, at.pc);
	}
	walk->at = at;
	walk->hash = hash;
	return nr;
}

/*
 * Walks on by up to `room` frames, at most a turn, and returns by how many. A function of its own: its loop is
 * verified once and not in each of the turns, and between them the registers need not stay in memory.
 */
__noinline __u32 walk_turn(struct walk *walk, struct turn *turn, __u32 room)
{
	return walk && turn ? walk_some(walk, turn, room, NULL) : 0; /* the verifier insists */
}

/* The same, and notes what it goes by. */
__noinline __u32 walk_noted_turn(struct walk *walk, struct turn *turn, __u32 room, struct trail *trail)
{
	return walk && turn && trail ? walk_some(walk, turn, room, trail) : 0;
}

static __always_inline void begin_walk(struct task_struct *task, struct walk *walk, struct stack *stack)
{
	struct uprobe_task *utask = task->utask;

	walk->space = space_of(stack->process);
	walk->process = walk->space % MAX_PROCESSES;
	walk->trampoline = utask && utask->return_instances ? trampoline_of(task) : 0;
	walk->hash = mix(hash_seed, (__u64)stack->layout << 32 | (__u64)stack->process << 16 | stack->image);
	walk->window.length = 0;
	walk->kept = 0;
}

/* From the registers at a function's entry to its caller, which needs no table. */
static __always_inline void start_walk(struct pt_regs *ctx, struct walk *walk)
{
	struct registers *at = &walk->at;

	at->sp = SP_AFTER_RETURN(PT_REGS_SP(ctx));
	at->fp = PT_REGS_FP(ctx);
	at->returns = true;
	at->by_fp = false;
#ifdef __TARGET_ARCH_arm64
	at->pc = CODE_ADDRESS(PT_REGS_RET(ctx));
#else
	at->pc = 0;
	read_stack(&walk->window, RETURN_SLOT(at->sp), &at->pc);
#endif
	if (at->pc && at->pc == walk->trampoline)
		at->pc = replaced_address(RETURN_SLOT(at->sp));
	begin_at(walk, at, PT_REGS_KEPT(ctx));
}

/* Walks to the end, with `nr` frames already in the stack, and returns a hash of it. The trail may be NULL. */
static __always_inline __u64 finish_walk(struct walk *walk, struct stack *stack, __u32 nr, struct trail *trail)
{
	struct turn *turn;

	walk->end = max_frames < nr ? WALK_CUT : NR_WALK_ENDS;
	for (int i = 0; i < MOST_FRAMES / FRAMES_PER_TURN + 1 && nr < max_frames && walk->end == NR_WALK_ENDS; i++) {
		turn = (struct turn *)&stack->frame[nr];
		nr += trail ? walk_noted_turn(walk, turn, max_frames - nr, trail) : walk_turn(walk, turn, max_frames - nr);
	}
	if (walk->end == NR_WALK_ENDS)
		walk->end = step_anyhow(walk);
	stack->nr_frames = nr < max_frames ? nr : max_frames;
	stack->walk_end = walk->end == NR_WALK_ENDS ? WALK_CUT : walk->end;
	if (stack->walk_end > WALK_CUT)
		broken_walks[stack->process % MAX_PROCESSES]++;
	return walk->hash | 1ULL << 63; /* small ids are the overflow stacks of the processes */
}

/* Fills the stack from the registers at a function's entry and returns a hash of it. */
static __always_inline __u64 walk_stack(struct pt_regs *ctx, struct task_struct *task, struct walk *walk,
					struct stack *stack)
{
	begin_walk(task, walk, stack);
	start_walk(ctx, walk);
	stack->frame[0] = PT_REGS_IP(ctx);
	stack->frame[1] = walk->at.pc;
	walk->hash = mix(mix(walk->hash, stack->frame[0]), stack->frame[1]);
	return finish_walk(walk, stack, 2, NULL);
}

#endif
