/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Walks a user stack by unwind tables (see unwind.h), with a step by frame pointer where code has
 * none. Only the instruction, stack and frame pointer are followed, which is what the tables of compiled
 * code need; the other registers are known where a signal has saved them.
 */
#ifndef MEMSTACKS_WALK_BPF_H
#define MEMSTACKS_WALK_BPF_H

#include "call.bpf.h"
#include "heap.h"
#include "kernel.h"
#include "machine.h"
#include "rules.bpf.h"
#include "unwind.h"

/* Settings, fixed before loading. */
const volatile bool use_tables = true;
const volatile bool use_frame_pointers = true;
const volatile __u32 max_frames = USUAL_FRAMES;
const volatile __u64 hash_seed;

#define WINDOW_WORDS 32

/* Registers of the frame that the walk has reached. */
struct registers {
	__u64 pc, sp, fp;
	__u32 returns; /* pc is a return address */
	__u32 by_fp; /* the last step went by frame pointer */
};

/* Scratch for a walk; see struct thread for why it belongs to the task. */
struct walk {
	struct registers at;
	__u64 process;
	__u64 saved[NR_SAVED]; /* all registers of the frame, unless pc is a return address */
	__u64 window_start; /* address that window[] was copied from; ~0 when it holds nothing */
	__u64 window[WINDOW_WORDS];
};

/*
 * A word of the stack. What a walk needs lies close together, and one copy of a piece of the stack
 * costs about as much as one of a word.
 */
static __always_inline bool read_stack(struct walk *walk, __u64 address, __u64 *word)
{
	__u64 offset = address - walk->window_start;
	__u32 index;

	if (offset > sizeof(walk->window) - sizeof(*word)) {
		if (bpf_probe_read_user(walk->window, sizeof(walk->window), (void *)address)) {
			walk->window_start = ~0ULL; /* the stack ends within the window */
			return !bpf_probe_read_user(word, sizeof(*word), (void *)address);
		}
		walk->window_start = address;
		offset = 0;
	}
	index = offset / 8;
	if (index >= WINDOW_WORDS)
		return false; /* cannot be, but the verifier wants to see it */
	*word = walk->window[index];
	return true;
}

static __always_inline enum walk_end leave_signal(struct walk *walk, struct registers *at)
{
	at->returns = false;
	if (bpf_probe_read_user(walk->saved, sizeof(walk->saved), (void *)(at->sp + SIGNAL_REGISTERS)))
		return WALK_UNREADABLE;
	at->fp = walk->saved[SAVED_FP];
	at->sp = walk->saved[SAVED_SP];
	at->pc = walk->saved[SAVED_PC];
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/* No frame is larger: a stale frame pointer of another stack must not lead there. */
#define LARGEST_FRAME (256 * 1024)

/* A frame record (saved frame pointer, return address) at fp, if there can be one. */
static __always_inline enum walk_end step_by_frame_pointer(struct walk *walk, struct registers *at)
{
	__u64 record = at->fp;

	if (!use_frame_pointers || record < at->sp || record - at->sp > LARGEST_FRAME || (record & 7))
		return WALK_NO_UNWIND_INFO;
	if (!read_stack(walk, record, &at->fp) || !read_stack(walk, record + 8, &at->pc))
		return WALK_NO_UNWIND_INFO;
	at->pc = CODE_ADDRESS(at->pc);
	at->sp = record + 16;
	at->returns = at->by_fp = true;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/* The same in a compiler's code, where only a call can have left the return address. JIT compilers put other addresses there. */
static __always_inline enum walk_end step_to_call(struct walk *walk, struct registers *at)
{
	enum walk_end end = step_by_frame_pointer(walk, at);

	return end == NR_WALK_ENDS && !follows_call(at->pc) ? WALK_NO_UNWIND_INFO : end;
}

/* The stack pointer before the call, or 0. */
static __always_inline __u64 cfa_of(struct walk *walk, struct registers *at, struct unwind_rule *rule)
{
	__s64 offset = rule->cfa_offset;
	__u64 cfa = 0;

	switch (rule->cfa_kind) {
	case CFA_SP:
		return at->sp + offset;
	case CFA_FP:
		return at->fp + offset;
	case CFA_DEREF_SP:
		return read_stack(walk, at->sp + offset, &cfa) ? cfa + rule->cfa_addend : 0;
	case CFA_DEREF_FP:
		return read_stack(walk, at->fp + offset, &cfa) ? cfa + rule->cfa_addend : 0;
	case CFA_REGISTER:
		return at->returns || rule->reg >= NR_SAVED ? 0 : walk->saved[rule->reg] + offset;
	case CFA_PLT:
		return at->sp + 8 + ((__s64)(at->pc & 15) >= offset ? 8 : 0);
	}
	return 0;
}

/* The address that the frame returns to. */
static __always_inline bool read_return(struct walk *walk, struct registers *at, struct unwind_rule *rule, __u64 cfa)
{
	if (rule->ra_kind == RA_AT_CFA)
		return read_stack(walk, cfa + rule->ra_offset, &at->pc);
	if (at->returns || rule->reg >= NR_SAVED)
		return false;
	at->pc = walk->saved[rule->reg];
	return true;
}

/* Downwards is out of the question, unless it is to another stack: a function may have switched to this one. */
#define LEAST_STACK (64 * 1024)

static __always_inline bool is_stuck(struct registers *at, __u64 cfa)
{
	__u64 back = at->sp - cfa;

	return back < LEAST_STACK && (back || at->returns);
}

static __always_inline enum walk_end step_by_rule(struct walk *walk, struct registers *at, struct unwind_rule *rule)
{
	__u64 cfa, fp = at->fp;

	if (rule->cfa_kind == CFA_END)
		return WALK_COMPLETE;
	if (rule->cfa_kind == CFA_SIGNAL)
		return leave_signal(walk, at);
	if (rule->cfa_kind == CFA_FRAME_RECORD)
		return step_to_call(walk, at);
	if (rule->cfa_kind == CFA_UNSUPPORTED)
		return WALK_UNSUPPORTED;
	cfa = cfa_of(walk, at, rule);
	if (!cfa || is_stuck(at, cfa))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_CFA && !read_stack(walk, cfa + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_FP && !read_stack(walk, at->fp + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (!read_return(walk, at, rule, cfa))
		return WALK_UNREADABLE;
	at->pc = CODE_ADDRESS(at->pc);
	at->fp = rule->fp_kind == FP_LOST ? 0 : fp;
	at->sp = cfa;
	at->returns = true;
	at->by_fp = false;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/*
 * The first function of a coroutine returns to one that nobody has called, so that its address is the first byte of that
 * function, and the byte before belongs to nothing. Further out is only what swapped the coroutine in.
 */
static __always_inline enum walk_end end_without_rule(struct walk *walk)
{
	__u32 number = rule_at(walk->at.pc, walk->process);
	struct unwind_rule *rule = bpf_map_lookup_elem(&unwind_rules, &number);

	if (!rule)
		return WALK_NO_UNWIND_INFO;
	if (rule->cfa_kind == CFA_END)
		return WALK_COMPLETE;
	if (rule->cfa_kind != CFA_SP || rule->cfa_offset != SP_AFTER_RETURN(0) || follows_call(walk->at.pc))
		return WALK_NO_UNWIND_INFO;
	return WALK_COMPLETE;
}

/*
 * To the caller's frame; NR_WALK_ENDS when the walk goes on. A function of its own, so that it is
 * verified once and not for each turn of the loop.
 */
__noinline int step(struct walk *walk)
{
	struct unwind_rule *rule;
	struct registers *at;
	__u32 number;

	if (!walk)
		return WALK_UNREADABLE; /* the verifier insists */
	at = &walk->at;
	number = use_tables ? rule_at(at->pc - at->returns, walk->process) : NO_TABLE;
	if (number == NO_SEGMENT)
		return WALK_NO_MAPPING;
	if (number == NO_TABLE)
		return step_by_frame_pointer(walk, at);
	if (number == RULE_NONE)
		return end_without_rule(walk);
	rule = bpf_map_lookup_elem(&unwind_rules, &number);
	return rule ? step_by_rule(walk, at, rule) : WALK_NO_UNWIND_INFO;
}

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

/* The caller needs no table. */
static __always_inline void start_walk(struct pt_regs *ctx, struct walk *walk)
{
	struct registers *at = &walk->at;

	walk->window_start = ~0ULL;
	at->sp = SP_AFTER_RETURN(PT_REGS_SP(ctx));
	at->fp = PT_REGS_FP(ctx);
	at->returns = true;
	at->by_fp = false;
#ifdef __TARGET_ARCH_arm64
	at->pc = CODE_ADDRESS(PT_REGS_RET(ctx));
#else
	at->pc = 0;
	read_stack(walk, RETURN_SLOT(at->sp), &at->pc);
#endif
}

/* Fills the stack from the registers at a function's entry and returns a hash of it. */
static __always_inline __u64 walk_stack(struct pt_regs *ctx, struct task_struct *task, struct walk *walk,
					struct stack *stack)
{
	struct uprobe_task *utask = task->utask;
	__u64 trampoline = utask && utask->return_instances ? trampoline_of(task) : 0;
	struct registers *at = &walk->at;
	__u64 hash = mix(hash_seed, (__u64)stack->process << 16 | stack->image);
	int end = NR_WALK_ENDS;
	__u32 nr;

	walk->process = stack->process;
	start_walk(ctx, walk);
	stack->frame[0] = PT_REGS_IP(ctx);
	hash = mix(hash, stack->frame[0]);
	for (nr = 1; nr < max_frames && end == NR_WALK_ENDS; nr++) {
		if (trampoline && at->pc == trampoline)
			at->pc = replaced_address(RETURN_SLOT(at->sp));
		/* As a return address would stand: names are looked up at the byte before. */
		stack->frame[nr] = (at->pc + !at->returns) | (at->by_fp ? FRAME_BY_FP : 0);
		hash = mix(hash, at->pc);
		end = step(walk);
	}
	stack->nr_frames = nr;
	stack->walk_end = end == NR_WALK_ENDS ? WALK_CUT : end;
	return hash | 1ULL << 63; /* small ids are the overflow stacks of the processes */
}

#endif
