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
#include "rule_cache.bpf.h"
#include "unwind.h"
#include "window.bpf.h"

/* Settings, fixed before loading. */
const volatile bool use_tables = true;
const volatile bool use_frame_pointers = true;
const volatile __u64 hash_seed;

/* Registers of the frame that the walk has reached; `returns`: pc is a return address. */
struct registers {
	__u64 pc, sp, fp;
	__u64 returns;
};

#define FRAMES_PER_TURN 16

/* A part of struct stack's frames. */
struct turn {
	__u64 frame[FRAMES_PER_TURN];
};

/* Scratch for a walk; see struct thread for why it belongs to the task. */
struct walk {
	struct registers at;
	__u64 space; /* see space_of() */
	__u64 trampoline; /* of pending return probes; 0: none is */
	__u64 hash; /* of the stack so far */
	int end; /* an enum walk_end */
	struct window window;
	struct stack stack;
	struct turn unused; /* the verifier wants room for a whole turn behind the last frame */
};

/* The kernel's struct rt_sigframe: gregs of the ucontext at sp + 40, in the order of sys/ucontext.h. */
static __always_inline enum walk_end leave_signal(struct walk *walk, struct registers *at)
{
	__u64 gregs = at->sp + 40;

	at->returns = false;
	if (!read_stack(&walk->window, gregs + 10 * 8, &at->fp) || !read_stack(&walk->window, gregs + 16 * 8, &at->pc) ||
	    !read_stack(&walk->window, gregs + 15 * 8, &at->sp))
		return WALK_UNREADABLE;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/* No frame is larger: a stale frame pointer of another stack must not lead there. */
#define LARGEST_FRAME (256 * 1024)

/* Whether there can be a frame record (saved frame pointer, return address) at fp. */
static __always_inline bool is_frame_record(const struct registers *at)
{
	return use_frame_pointers && !(at->fp & 7) && at->fp >= at->sp && at->fp - at->sp <= LARGEST_FRAME;
}

static __always_inline enum walk_end step_by_frame_pointer(struct walk *walk, struct registers *at)
{
	__u64 record = at->fp;

	if (!is_frame_record(at))
		return WALK_NO_UNWIND_INFO;
	if (!read_stack(&walk->window, record, &at->fp) || !read_stack(&walk->window, record + 8, &at->pc))
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
		read_stack(&walk->window, at->sp + offset, &cfa);
		return cfa;
	case CFA_DEREF_FP:
		read_stack(&walk->window, at->fp + offset, &cfa);
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
	if (rule->fp_kind == FP_AT_CFA && !read_stack(&walk->window, cfa + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_FP && !read_stack(&walk->window, at->fp + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (!read_stack(&walk->window, cfa - 8, &at->pc))
		return WALK_UNREADABLE;
	at->fp = rule->fp_kind == FP_LOST ? 0 : fp;
	at->sp = cfa;
	at->returns = true;
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/* The number of the rule for where the walk is, as find_rule() has it. */
static __always_inline __u32 look_up(struct walk *walk, __u64 pc)
{
	__u32 packed = cached_rule(walk->space, pc), number;
	struct unwind_rule *rule;

	if (PACKED_KIND(packed) == PACKED_NUMBER)
		return PACKED_RULE(packed);
	number = find_rule(pc, walk->stack.process);
	rule = bpf_map_lookup_elem(&unwind_rules, &number);
	if (rule)
		cache_rule(walk->space, pc, pack_rule(rule, number));
	else if (number == NO_TABLE && use_frame_pointers)
		cache_rule(walk->space, pc, PACKED_NO_TABLE);
	return number;
}

/* To the caller's frame by one of the usual rules, if the cache has it. Otherwise false, and nothing has changed. */
static __always_inline bool step_quickly(struct walk *walk, struct registers *at)
{
	__u32 packed = use_tables ? cached_rule(walk->space, at->pc - at->returns) : PACKED_NO_TABLE;
	__u64 from = PACKED_KIND(packed) == PACKED_SP ? at->sp : at->fp, fp = at->fp, *word;
	__u64 cfa = from + PACKED_CFA_WORDS(packed) * 8;
	__u32 fp_words = PACKED_FP_WORDS(packed);

	if (PACKED_KIND(packed) != PACKED_SP && PACKED_KIND(packed) != PACKED_FP)
		return false;
	if (cfa <= at->sp || (packed & PACKED_IS_GUESS && !is_frame_record(at)))
		return false;
	if (fp_words != FP_WORDS_SAME && fp_words != FP_WORDS_LOST) {
		word = stack_word(&walk->window, cfa - fp_words * 8);
		if (!word)
			return false;
		fp = *word;
	}
	word = stack_word(&walk->window, cfa - 8);
	if (!word || !*word)
		return false;
	at->pc = *word;
	at->sp = cfa;
	at->fp = fp_words == FP_WORDS_LOST ? 0 : fp;
	at->returns = true;
	return true;
}

/* To the caller's frame by any rule, or why not; NR_WALK_ENDS when the walk goes on. */
__noinline int step(struct walk *walk)
{
	struct unwind_rule *rule;
	__u32 number = NO_TABLE;
	struct registers *at;

	if (!walk)
		return WALK_UNREADABLE; /* the verifier insists */
	at = &walk->at;
	if (use_tables)
		number = walk->space == NO_SPACE ? NO_SEGMENT : look_up(walk, at->pc - at->returns);
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
 * Walks on by up to `room` frames, at most a turn, and returns by how many. A function of its own: its loop is
 * verified once and not in each of the turns, and between them the registers need not stay in memory.
 */
__noinline __u32 walk_turn(struct walk *walk, struct turn *turn, __u32 room)
{
	struct registers at;
	__u64 hash;
	__u32 nr;

	if (!walk || !turn)
		return 0; /* the verifier insists */
	at = walk->at;
	hash = walk->hash;
	for (nr = 0; nr < FRAMES_PER_TURN && nr < room; nr++) {
		if (!step_quickly(walk, &at)) {
			walk->at = at;
			walk->end = step(walk);
			at = walk->at;
			if (walk->end != NR_WALK_ENDS)
				break;
		}
		if (at.pc == walk->trampoline)
			at.pc = replaced_address(at.sp - 8);
		/* As a return address would stand: names are looked up at the byte before. */
		turn->frame[nr] = at.pc + !at.returns;
		hash = mix(hash, at.pc);
	}
	walk->at = at;
	walk->hash = hash;
	return nr;
}

/* From the registers at a function's entry: the caller needs no table, it is the word at the stack pointer. */
static __always_inline void start_walk(struct pt_regs *ctx, struct task_struct *task, struct walk *walk)
{
	struct uprobe_task *utask = task->utask;
	struct stack *stack = &walk->stack;
	struct registers *at = &walk->at;

	walk->trampoline = utask && utask->return_instances ? trampoline_of(task) : 0;
	walk->space = space_of(stack->process);
	walk->window.length = 0;
	walk->end = NR_WALK_ENDS;
	at->sp = PT_REGS_SP(ctx) + 8;
	at->fp = PT_REGS_FP(ctx);
	at->returns = 1;
	at->pc = 0;
	read_stack(&walk->window, at->sp - 8, &at->pc);
	if (at->pc && at->pc == walk->trampoline)
		at->pc = replaced_address(at->sp - 8);
	stack->frame[0] = PT_REGS_IP(ctx);
	stack->frame[1] = at->pc;
	walk->hash = mix(hash_seed, (__u64)stack->process << 16 | stack->image);
	walk->hash = mix(mix(walk->hash, stack->frame[0]), stack->frame[1]);
}

/* Fills walk->stack and returns a hash of it. */
static __always_inline __u64 walk_stack(struct pt_regs *ctx, struct task_struct *task, struct walk *walk)
{
	struct stack *stack = &walk->stack;
	__u32 nr = 2;

	start_walk(ctx, task, walk);
	for (int i = 0; i < MAX_FRAMES / FRAMES_PER_TURN + 1 && nr < MAX_FRAMES && walk->end == NR_WALK_ENDS; i++)
		nr += walk_turn(walk, (struct turn *)&stack->frame[nr], MAX_FRAMES - nr);
	if (walk->end == NR_WALK_ENDS)
		walk->end = step(walk);
	stack->nr_frames = nr;
	stack->walk_end = walk->end == NR_WALK_ENDS ? WALK_CUT : walk->end;
	return walk->hash | 1ULL << 63; /* small ids are the overflow stacks of the processes */
}

#endif
