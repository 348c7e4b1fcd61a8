/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Walks a user stack by unwind tables (see unwind.h), with a step by frame pointer where code has
 * none. x86-64; only the instruction, stack and frame pointer are followed, which is what the
 * tables of compiled code need.
 */
#ifndef MEMSTACKS_WALK_BPF_H
#define MEMSTACKS_WALK_BPF_H

#include "heap.h"
#include "kernel.h"
#include "rules.bpf.h"
#include "unwind.h"

/* Settings, fixed before loading. */
const volatile bool use_tables = true;
const volatile bool use_frame_pointers = true;
const volatile __u64 hash_seed;

#define WINDOW_WORDS 256 /* a power of two */
#define SMALLEST_PAGE 4096

/* Registers of the frame that the walk has reached; `returns`: pc is a return address. */
struct registers {
	__u64 pc, sp, fp;
	__u64 returns;
};

/* Scratch for a walk; see struct thread for why it belongs to the task. */
struct walk {
	struct registers at;
	__u64 window_start; /* address that window[] was copied from, a multiple of 8 */
	__u64 window_length;
	__u64 window[WINDOW_WORDS];
	struct stack stack;
};

/*
 * Copies the stack from the address on. A copy of half a page costs hardly more than one of a word, but
 * it ends with the page: the next one may not be there, and a fault costs as much as the walk.
 */
static __always_inline bool fill_window(struct walk *walk, __u64 address)
{
	__u32 length = SMALLEST_PAGE - (address & (SMALLEST_PAGE - 1));

	if (length > sizeof(walk->window))
		length = sizeof(walk->window);
	walk->window_start = address;
	walk->window_length = bpf_probe_read_user(walk->window, length, (void *)address) ? 0 : length;
	return walk->window_length != 0;
}

/* A word of the stack. What a walk needs lies close together. */
static __always_inline bool read_stack(struct walk *walk, __u64 address, __u64 *word)
{
	__u64 offset = address - walk->window_start;

	if (offset & 7) /* no compiler's stack, and it may lie in two pages */
		return !bpf_probe_read_user(word, sizeof(*word), (void *)address);
	if (offset >= walk->window_length) {
		if (!fill_window(walk, address))
			return false;
		offset = 0;
	}
	*word = walk->window[offset / 8 % WINDOW_WORDS];
	return true;
}

/* The kernel's struct rt_sigframe: gregs of the ucontext at sp + 40, in the order of sys/ucontext.h. */
static __always_inline enum walk_end leave_signal(struct walk *walk, struct registers *at)
{
	__u64 gregs = at->sp + 40;

	at->returns = false;
	if (!read_stack(walk, gregs + 10 * 8, &at->fp) || !read_stack(walk, gregs + 16 * 8, &at->pc) ||
	    !read_stack(walk, gregs + 15 * 8, &at->sp))
		return WALK_UNREADABLE;
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
	at->sp = record + 16;
	at->returns = true;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
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
		read_stack(walk, at->sp + offset, &cfa);
		return cfa;
	case CFA_DEREF_FP:
		read_stack(walk, at->fp + offset, &cfa);
		return cfa;
	case CFA_PLT:
		return at->sp + 8 + ((__s64)(at->pc & 15) >= offset ? 8 : 0);
	}
	return 0;
}

static __always_inline enum walk_end step_by_rule(struct walk *walk, struct registers *at, struct unwind_rule *rule)
{
	__u64 cfa, fp = at->fp;

	if (rule->cfa_kind == CFA_END)
		return WALK_COMPLETE;
	if (rule->cfa_kind == CFA_SIGNAL)
		return leave_signal(walk, at);
	if (rule->cfa_kind == CFA_UNSUPPORTED)
		return WALK_UNSUPPORTED;
	cfa = cfa_of(walk, at, rule);
	if (cfa <= at->sp)
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_CFA && !read_stack(walk, cfa + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_FP && !read_stack(walk, at->fp + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (!read_stack(walk, cfa - 8, &at->pc))
		return WALK_UNREADABLE;
	at->fp = rule->fp_kind == FP_LOST ? 0 : fp;
	at->sp = cfa;
	at->returns = true;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
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
	number = use_tables ? rule_at(at->pc - at->returns, walk->stack.process) : NO_TABLE;
	if (number == NO_SEGMENT)
		return WALK_NO_MAPPING;
	if (number == NO_TABLE)
		return step_by_frame_pointer(walk, at);
	if (number == RULE_NONE)
		return WALK_NO_UNWIND_INFO;
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

/*
 * Fills walk->stack from the registers at a function's entry and returns a hash of it. There the
 * caller needs no table: it is the word at the stack pointer.
 */
static __always_inline __u64 walk_stack(struct pt_regs *ctx, struct task_struct *task, struct walk *walk)
{
	struct uprobe_task *utask = task->utask;
	__u64 trampoline = utask && utask->return_instances ? trampoline_of(task) : 0;
	struct stack *stack = &walk->stack;
	struct registers *at = &walk->at;
	__u64 hash = mix(hash_seed, (__u64)stack->process << 16 | stack->image);
	int end = NR_WALK_ENDS;
	__u32 nr;

	walk->window_start = walk->window_length = 0;
	at->sp = PT_REGS_SP(ctx) + 8;
	at->fp = PT_REGS_FP(ctx);
	at->returns = 1;
	at->pc = 0;
	read_stack(walk, at->sp - 8, &at->pc);
	stack->frame[0] = PT_REGS_IP(ctx);
	hash = mix(hash, stack->frame[0]);
	for (nr = 1; nr < MAX_FRAMES && end == NR_WALK_ENDS; nr++) {
		if (trampoline && at->pc == trampoline)
			at->pc = replaced_address(at->sp - 8);
		/* As a return address would stand: names are looked up at the byte before. */
		stack->frame[nr] = at->pc + !at->returns;
		hash = mix(hash, at->pc);
		end = step(walk);
	}
	stack->nr_frames = nr;
	stack->walk_end = end == NR_WALK_ENDS ? WALK_CUT : end;
	return hash | 1ULL << 63; /* small ids are the overflow stacks of the processes */
}

#endif
