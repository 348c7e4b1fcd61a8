// SPDX-License-Identifier: MIT
/* What call frame information says at one place -> the rule that the BPF walk applies there. */
#include <string.h>
#include "cfi.h"

/* What an expression may look like: *(register + offset) + addend, or without the dereference. */
struct register_sum {
	int64_t offset, addend;
	bool deref;
};

/* DW_OP_breg<n>, and then DW_OP_deref, and then DW_OP_plus_uconst. */
static bool is_register_sum(const struct expression *expression, unsigned reg, struct register_sum *sum)
{
	struct cursor cursor = { .at = expression->code, .end = expression->code + expression->length };

	*sum = (struct register_sum){ 0 };
	if (!expression->length || read_bytes(&cursor, 1) != 0x70 + reg)
		return false;
	sum->offset = read_sleb(&cursor);
	sum->deref = cursor.at < cursor.end && *cursor.at == 0x06;
	cursor.at += sum->deref;
	if (sum->deref && cursor.at < cursor.end && read_bytes(&cursor, 1) == 0x23)
		sum->addend = read_uleb(&cursor);
	return !cursor.bad && cursor.at == cursor.end;
}

#ifdef __x86_64__
/* The linker's one expression for the whole procedure linkage table; lit11 or lit10 is where push ends. */
static bool is_plt(const struct expression *expression, int64_t *pushed_from)
{
	static const uint8_t plt[] = { 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22 };
	const unsigned literal = 6;

	if (expression->length != sizeof(plt) || memcmp(expression->code, plt, literal) != 0 ||
	    memcmp(expression->code + literal + 1, plt + literal + 1, sizeof(plt) - literal - 1) != 0)
		return false;
	*pushed_from = expression->code[literal] - 0x30;
	return *pushed_from >= 0 && *pushed_from < 16;
}

/* Where a signal saves a register: the order of gregs in sys/ucontext.h; -1 for what it does not. */
static int saved_place(uint64_t reg)
{
	static const int8_t places[] = { 13, 12, 14, 11, 9, 8, 10, 15, 0, 1, 2, 3, 4, 5, 6, 7, 16 };

	return reg < sizeof(places) ? places[reg] : -1;
}
#else
/* Linkers for arm64 write no unwind information for the procedure linkage table. */
static bool is_plt(const struct expression *expression, int64_t *pushed_from)
{
	(void)expression;
	(void)pushed_from;
	return false;
}

static int saved_place(uint64_t reg)
{
	return reg <= REG_SP ? (int)reg : -1;
}
#endif

/* Sets an offset of the rule; false when it does not fit. */
#define SET(field, value)                        \
	({                                       \
		int64_t wanted = (value);        \
		(field) = wanted;                \
		(field) == wanted;               \
	})

static bool set_cfa_expression(const struct expression *expression, struct unwind_rule *rule)
{
	struct register_sum sum;
	int64_t pushed_from;

	if (is_plt(expression, &pushed_from)) {
		rule->cfa_kind = CFA_PLT;
		return SET(rule->cfa_offset, pushed_from);
	}
	if (is_register_sum(expression, REG_SP, &sum) && sum.deref)
		rule->cfa_kind = CFA_DEREF_SP;
	else if (is_register_sum(expression, REG_FP, &sum) && sum.deref)
		rule->cfa_kind = CFA_DEREF_FP;
	else
		return false;
	return SET(rule->cfa_offset, sum.offset) && SET(rule->cfa_addend, sum.addend);
}

static bool set_cfa(const struct cfi_state *state, struct unwind_rule *rule)
{
	int place = saved_place(state->cfa_register);

	if (state->cfa_expression.code)
		return set_cfa_expression(&state->cfa_expression, rule);
	rule->cfa_kind = state->cfa_register == REG_SP ? CFA_SP : state->cfa_register == REG_FP ? CFA_FP : CFA_REGISTER;
	if (rule->cfa_kind == CFA_REGISTER && place < 0)
		return false;
	rule->reg = rule->cfa_kind == CFA_REGISTER ? place : 0;
	return SET(rule->cfa_offset, state->cfa_offset);
}

/* The register that holds the return address; only one register may be named in a rule. */
static bool set_return_register(uint64_t reg, struct unwind_rule *rule)
{
	int place = saved_place(reg);

	if (place < 0 || (rule->cfa_kind == CFA_REGISTER && rule->reg != place))
		return false;
	rule->ra_kind = RA_REGISTER;
	rule->reg = place;
	return true;
}

static bool set_return(const struct place *ra, struct unwind_rule *rule)
{
	switch (ra->kind) {
	case PLACE_AT_CFA:
		rule->ra_kind = RA_AT_CFA;
		return SET(rule->ra_offset, ra->offset);
	case PLACE_SAME: return set_return_register(REG_RA, rule);
	case PLACE_REGISTER: return set_return_register(ra->offset, rule);
	default: return false;
	}
}

/* Without a place for it the walk goes on, as long as no frame needs the frame pointer. */
static void set_fp(const struct place *fp, struct unwind_rule *rule)
{
	struct register_sum sum;

	rule->fp_kind = FP_LOST;
	if (fp->kind == PLACE_SAME)
		rule->fp_kind = FP_SAME;
	else if (fp->kind == PLACE_AT_CFA && SET(rule->fp_offset, fp->offset))
		rule->fp_kind = FP_AT_CFA;
	else if (fp->kind == PLACE_EXPRESSION && is_register_sum(&fp->expression, REG_FP, &sum) && !sum.deref &&
		 SET(rule->fp_offset, sum.offset))
		rule->fp_kind = FP_AT_FP;
	if (rule->fp_kind == FP_LOST || rule->fp_kind == FP_SAME)
		rule->fp_offset = 0; /* equal rules shall have equal bytes */
}

static void set_kept(const struct place *kept, struct unwind_rule *rule)
{
	if (kept->kind == PLACE_SAME)
		rule->kept_offset = KEPT_SAME;
	else if (kept->kind != PLACE_AT_CFA || !SET(rule->kept_offset, kept->offset))
		rule->kept_offset = KEPT_LOST;
}

struct unwind_rule rule_of(const struct cfi_state *state)
{
	struct unwind_rule rule = { 0 };

	if (state->ra.kind == PLACE_UNDEFINED)
		return (struct unwind_rule){ .cfa_kind = CFA_END };
	if (!set_cfa(state, &rule) || !set_return(&state->ra, &rule))
		return (struct unwind_rule){ .cfa_kind = CFA_UNSUPPORTED };
	set_fp(&state->fp, &rule);
	set_kept(&state->kept, &rule);
	return rule;
}
