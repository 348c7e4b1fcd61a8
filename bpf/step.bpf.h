/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * From a frame to its caller's by unwind tables (see unwind.h), or by frame pointer where code has none. Only the
 * instruction, stack and frame pointer are followed, which is what the tables of compiled code need; the
 * other registers are known where a signal has saved them.
 */
#ifndef MEMSTACKS_STEP_BPF_H
#define MEMSTACKS_STEP_BPF_H

#include "call.bpf.h"
#include "heap.h"
#include "kernel.h"
#include "machine.h"
#include "rule_cache.bpf.h"
#include "trail.bpf.h"
#include "unwind.h"
#include "walk_state.bpf.h"

/* Settings, fixed before loading. */
const volatile bool use_tables = true;
const volatile bool use_frame_pointers = true;

static __always_inline enum walk_end leave_signal(struct walk *walk, struct registers *at)
{
	at->returns = false;
	if (bpf_probe_read_user(walk->saved, sizeof(walk->saved), (void *)(at->sp + SIGNAL_REGISTERS)))
		return WALK_UNREADABLE;
	at->fp = walk->saved[SAVED_FP];
	at->sp = walk->saved[SAVED_SP];
	at->pc = walk->saved[SAVED_PC];
	begin_at(walk, at, walk->saved[SAVED_KEPT]);
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
	at->pc = CODE_ADDRESS(at->pc);
	at->sp = record + 16;
	at->returns = at->by_fp = true;
	walk->kept = 0;
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
		return read_stack(&walk->window, at->sp + offset, &cfa) ? cfa + rule->cfa_addend : 0;
	case CFA_DEREF_FP:
		return read_stack(&walk->window, at->fp + offset, &cfa) ? cfa + rule->cfa_addend : 0;
	case CFA_REGISTER:
		if (at->returns)
			return walk->kept + offset;
		return rule->reg < NR_SAVED ? walk->saved[rule->reg] + offset : 0;
	case CFA_PLT:
		return at->sp + 8 + ((__s64)(at->pc & 15) >= offset ? 8 : 0);
	}
	return 0;
}

/* The address that the frame returns to. */
static __always_inline bool read_return(struct walk *walk, struct registers *at, struct unwind_rule *rule, __u64 cfa)
{
	if (rule->ra_kind == RA_AT_CFA)
		return read_stack(&walk->window, cfa + rule->ra_offset, &at->pc);
	if (rule->ra_kind == RA_AT_FP)
		return read_stack(&walk->window, at->fp + rule->ra_offset, &at->pc);
	if (rule->reg >= NR_SAVED)
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

/* Not an end: the step can be done once find_kept() knows the register. */
#define WALK_NEEDS_KEPT (NR_WALK_ENDS + 1)

/* Whether a frame that made a call can be left by the rule: which of its registers are known. */
static __always_inline int check_registers(struct walk *walk, struct unwind_rule *rule)
{
	if (rule->ra_kind == RA_REGISTER)
		return WALK_UNSUPPORTED;
	if (rule->cfa_kind != CFA_REGISTER)
		return NR_WALK_ENDS;
	if (rule->reg != SAVED_KEPT)
		return WALK_UNSUPPORTED;
	return walk->kept ? NR_WALK_ENDS : WALK_NEEDS_KEPT;
}

/* To the caller's, where it is followed at all. */
static __always_inline void step_kept(struct walk *walk, struct unwind_rule *rule, __u64 cfa)
{
	if (!walk->kept || rule->kept_offset == KEPT_SAME)
		return;
	if (rule->kept_offset == KEPT_LOST || !read_stack(&walk->window, cfa + rule->kept_offset, &walk->kept))
		walk->kept = 0;
}

static __always_inline int step_by_rule(struct walk *walk, struct registers *at, struct unwind_rule *rule)
{
	__u64 cfa, fp = at->fp;
	int end;

	if (rule->cfa_kind == CFA_END)
		return WALK_COMPLETE;
	if (rule->cfa_kind == CFA_SIGNAL)
		return leave_signal(walk, at);
	if (rule->cfa_kind == CFA_FRAME_RECORD)
		return step_to_call(walk, at);
	if (rule->cfa_kind == CFA_UNSUPPORTED)
		return WALK_UNSUPPORTED;
	end = at->returns ? check_registers(walk, rule) : NR_WALK_ENDS;
	if (end != NR_WALK_ENDS)
		return end;
	cfa = cfa_of(walk, at, rule);
	if (!cfa || is_stuck(at, cfa))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_CFA && !read_stack(&walk->window, cfa + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (rule->fp_kind == FP_AT_FP && !read_stack(&walk->window, at->fp + rule->fp_offset, &fp))
		return WALK_UNREADABLE;
	if (!read_return(walk, at, rule, cfa))
		return WALK_UNREADABLE;
	at->pc = CODE_ADDRESS(at->pc);
	at->fp = rule->fp_kind == FP_LOST ? 0 : fp;
	at->sp = cfa;
	at->returns = true;
	at->by_fp = false;
	step_kept(walk, rule, cfa);
	return at->pc ? NR_WALK_ENDS : WALK_COMPLETE;
}

/*
 * The first function of a coroutine returns to one that nobody has called, so that its address is the first byte of that
 * function, and the byte before belongs to nothing. Further out is only what swapped the coroutine in.
 */
static __always_inline enum walk_end end_without_rule(struct walk *walk)
{
	__u32 number = find_rule(walk->at.pc, walk->process);
	struct unwind_rule *rule = bpf_map_lookup_elem(&unwind_rules, &number);

	if (!rule)
		return WALK_NO_UNWIND_INFO;
	if (rule->cfa_kind == CFA_END)
		return WALK_COMPLETE;
	if (rule->cfa_kind != CFA_SP || rule->cfa_offset != SP_AFTER_RETURN(0) || follows_call(walk->at.pc))
		return WALK_NO_UNWIND_INFO;
	return WALK_COMPLETE;
}

/* The number of the rule for where the walk is, as find_rule() has it. */
static __always_inline __u32 look_up(struct walk *walk, __u64 pc)
{
	__u32 packed = cached_rule(walk->space, pc), number;
	struct unwind_rule *rule;

	if (PACKED_KIND(packed) == PACKED_NUMBER)
		return PACKED_RULE(packed);
	number = find_rule(pc, walk->process);
	rule = bpf_map_lookup_elem(&unwind_rules, &number);
	if (rule)
		cache_rule(walk->space, pc, pack_rule(rule, number));
	else if (number == NO_TABLE && use_frame_pointers)
		cache_rule(walk->space, pc, PACKED_NO_TABLE);
	return number;
}

/* A step by that rule, to the frame with that CFA and return address. */
static __always_inline void note_step(struct trail *trail, __u32 packed, __u64 fp, struct slot cfa)
{
	__u32 fp_words = PACKED_FP_WORDS(packed);

	if (PACKED_KIND(packed) == PACKED_FP)
		note_fp(trail, fp);
	note_slot(trail, cfa.address - 8, cfa.value);
	if (fp_words == FP_WORDS_LOST)
		trail->fp_from = FP_SETTLED;
	else if (fp_words != FP_WORDS_SAME)
		trail->fp_from = cfa.address - fp_words * 8;
}

/*
 * To the caller's frame by one of the usual rules, if the cache has it. Otherwise false, and nothing has changed but the
 * trail, which may be NULL.
 */
static __always_inline bool step_quickly(struct walk *walk, struct registers *at, struct trail *trail)
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
	if (trail)
		note_step(trail, packed, at->fp, (struct slot){ cfa, *word });
	at->pc = CODE_ADDRESS(*word);
	at->sp = cfa;
	at->fp = fp_words == FP_WORDS_LOST ? 0 : fp;
	at->returns = true;
	at->by_fp = (packed & PACKED_IS_GUESS) != 0;
	return true;
}

/* To the caller's frame by any rule, or why not; NR_WALK_ENDS when the walk goes on, or WALK_NEEDS_KEPT. */
__noinline int step(struct walk *walk)
{
	__u32 number = NO_TABLE;
	struct unwind_rule *rule;
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
		return end_without_rule(walk);
	rule = bpf_map_lookup_elem(&unwind_rules, &number);
	return rule ? step_by_rule(walk, at, rule) : WALK_NO_UNWIND_INFO;
}

#endif
