// SPDX-License-Identifier: MIT
/* What call frame information says at one place -> the rule that the BPF walk applies there. */
#include <string.h>
#include "cfi.h"

/* DW_OP_breg<n> offset, and with `deref` a DW_OP_deref behind it. */
static bool is_register_plus(const struct expression *expression, unsigned reg, bool deref, int64_t *offset)
{
	struct cursor cursor = { .at = expression->code, .end = expression->code + expression->length };

	if (!expression->length || read_bytes(&cursor, 1) != 0x70 + reg)
		return false;
	*offset = read_sleb(&cursor);
	if (deref && read_bytes(&cursor, 1) != 0x06)
		return false;
	return !cursor.bad && cursor.at == cursor.end;
}

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

static enum cfa_kind cfa_of(const struct cfi_state *state, int64_t *offset)
{
	const struct expression *expression = &state->cfa_expression;

	*offset = state->cfa_offset;
	if (!expression->code)
		return state->cfa_register == REG_SP ? CFA_SP : state->cfa_register == REG_FP ? CFA_FP : CFA_UNSUPPORTED;
	if (is_plt(expression, offset))
		return CFA_PLT;
	if (is_register_plus(expression, REG_SP, true, offset))
		return CFA_DEREF_SP;
	return is_register_plus(expression, REG_FP, true, offset) ? CFA_DEREF_FP : CFA_UNSUPPORTED;
}

static enum fp_kind fp_of(const struct cfi_state *state, int64_t *offset)
{
	*offset = state->fp.offset;
	switch (state->fp.kind) {
	case PLACE_SAME: return FP_SAME;
	case PLACE_AT_CFA: return FP_AT_CFA;
	case PLACE_EXPRESSION:
		return is_register_plus(&state->fp.expression, REG_FP, false, offset) ? FP_AT_FP : FP_LOST;
	default: return FP_LOST;
	}
}

struct unwind_rule rule_of(const struct cfi_state *state)
{
	int64_t cfa_offset, fp_offset;
	struct unwind_rule rule = { .cfa_kind = cfa_of(state, &cfa_offset), .fp_kind = fp_of(state, &fp_offset) };

	if (state->ra.kind == PLACE_UNDEFINED)
		return (struct unwind_rule){ .cfa_kind = CFA_END };
	if (state->ra.kind != PLACE_AT_CFA || state->ra.offset != -8 || cfa_offset != (int32_t)cfa_offset)
		return (struct unwind_rule){ .cfa_kind = CFA_UNSUPPORTED };
	if (rule.fp_kind != FP_AT_CFA && rule.fp_kind != FP_AT_FP)
		fp_offset = 0;
	if (fp_offset != (int16_t)fp_offset) {
		rule.fp_kind = FP_LOST;
		fp_offset = 0;
	}
	rule.cfa_offset = rule.cfa_kind == CFA_UNSUPPORTED ? 0 : cfa_offset;
	rule.fp_offset = fp_offset;
	return rule;
}
