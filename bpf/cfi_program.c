// SPDX-License-Identifier: MIT
/* Runs the call frame instructions of a function; DWARF 5 section 6.4.2. */
#include <stdlib.h>
#include <string.h>
#include "cfi.h"

#define DEEPEST_STATE 16

/* One function's program while it runs. */
struct machine {
	const struct cie *cie;
	struct unwind_rows *rows;
	uint64_t pc;
	struct cfi_state state, initial, saved[DEEPEST_STATE];
	unsigned nr_saved;
};

static struct expression read_expression(struct cursor *cursor)
{
	struct expression expression = { NULL, read_uleb(cursor) };

	expression.code = cursor->at;
	if ((size_t)(cursor->end - cursor->at) < expression.length)
		cursor->bad = true;
	else
		cursor->at += expression.length;
	return expression;
}

static void advance(struct machine *machine, uint64_t pc)
{
	const struct unwind_rule signal_frame = { .cfa_kind = CFA_SIGNAL };

	if (pc > machine->pc)
		add_row(machine->rows, machine->pc,
			machine->cie->is_signal_frame ? signal_frame : rule_of(&machine->state));
	machine->pc = pc;
}

static struct place *place_of(struct cfi_state *state, uint64_t reg)
{
	switch (reg) {
	case REG_FP: return &state->fp;
	case REG_RA: return &state->ra;
	case REG_KEPT: return &state->kept;
	}
	return NULL;
}

static void set_place(struct machine *machine, uint64_t reg, struct place place)
{
	struct place *at = place_of(&machine->state, reg);

	if (at)
		*at = place;
}

static void restore_place(struct machine *machine, uint64_t reg)
{
	struct place *initial = place_of(&machine->initial, reg);

	if (initial)
		set_place(machine, reg, *initial);
}

static void set_cfa(struct machine *machine, uint64_t reg, int64_t offset)
{
	machine->state.cfa_register = reg;
	machine->state.cfa_offset = offset;
	machine->state.cfa_expression.code = NULL;
}

static void remember(struct machine *machine, struct cursor *cursor)
{
	if (machine->nr_saved == DEEPEST_STATE)
		cursor->bad = true;
	else
		machine->saved[machine->nr_saved++] = machine->state;
}

static void recall(struct machine *machine, struct cursor *cursor)
{
	if (!machine->nr_saved)
		cursor->bad = true;
	else
		machine->state = machine->saved[--machine->nr_saved];
}

/* The instructions without an operand in the opcode itself; DWARF 5 table 7.29. */
static void step_extended(struct machine *machine, struct cursor *cursor, uint8_t op)
{
	const struct cie *cie = machine->cie;
	struct place place = { PLACE_OTHER, 0, { NULL, 0 } };
	uint64_t reg;

	switch (op) {
	case 0x00: return; /* nop */
	case 0x01: advance(machine, read_pointer(cursor, cie->pointer_encoding)); return;
	case 0x02: advance(machine, machine->pc + read_bytes(cursor, 1) * cie->code_factor); return;
	case 0x03: advance(machine, machine->pc + read_bytes(cursor, 2) * cie->code_factor); return;
	case 0x04: advance(machine, machine->pc + read_bytes(cursor, 4) * cie->code_factor); return;
	case 0x06: restore_place(machine, read_uleb(cursor)); return;
	case 0x0a: remember(machine, cursor); return;
	case 0x0b: recall(machine, cursor); return;
	case 0x0c: reg = read_uleb(cursor); set_cfa(machine, reg, read_uleb(cursor)); return;
	case 0x0d: set_cfa(machine, read_uleb(cursor), machine->state.cfa_offset); return;
	case 0x0e: set_cfa(machine, machine->state.cfa_register, read_uleb(cursor)); return;
	case 0x0f: machine->state.cfa_expression = read_expression(cursor); return;
	case 0x12: reg = read_uleb(cursor); set_cfa(machine, reg, read_sleb(cursor) * cie->data_factor); return;
	case 0x13: set_cfa(machine, machine->state.cfa_register, read_sleb(cursor) * cie->data_factor); return;
	case 0x2d: return; /* AARCH64_negate_ra_state: the walk strips the code of every address */
	case 0x2e: read_uleb(cursor); return; /* GNU_args_size */
	}
	reg = read_uleb(cursor);
	switch (op) {
	case 0x05: place.kind = PLACE_AT_CFA; place.offset = read_uleb(cursor) * cie->data_factor; break;
	case 0x07: place.kind = PLACE_UNDEFINED; break;
	case 0x08: place.kind = PLACE_SAME; break;
	case 0x09: place.kind = PLACE_REGISTER; place.offset = read_uleb(cursor); break;
	case 0x10: place.kind = PLACE_EXPRESSION; place.expression = read_expression(cursor); break;
	case 0x11: place.kind = PLACE_AT_CFA; place.offset = read_sleb(cursor) * cie->data_factor; break;
	case 0x14: read_uleb(cursor); break; /* is cfa + n */
	case 0x15: read_sleb(cursor); break;
	case 0x16: read_expression(cursor); break;
	default: cursor->bad = true; return;
	}
	set_place(machine, reg, place);
}

static void execute(struct machine *machine, struct cursor *cursor)
{
	while (cursor->at < cursor->end && !cursor->bad) {
		uint8_t op = read_bytes(cursor, 1), operand = op & 0x3f;

		switch (op >> 6) {
		case 1:
			advance(machine, machine->pc + operand * machine->cie->code_factor);
			break;
		case 2:
			set_place(machine, operand,
				  (struct place){ PLACE_AT_CFA, (int64_t)read_uleb(cursor) * machine->cie->data_factor,
						  { NULL, 0 } });
			break;
		case 3:
			restore_place(machine, operand);
			break;
		default:
			step_extended(machine, cursor, op);
		}
	}
}

void run_function(const struct cie *cie, struct cursor *instructions, const struct function_range *range,
			 struct unwind_rows *rows)
{
	struct machine machine = { .cie = cie, .rows = rows, .pc = range->start };
	struct cursor initial = cie->instructions;

	execute(&machine, &initial);
	machine.initial = machine.state;
	execute(&machine, instructions);
	if (instructions->bad)
		machine.state.ra.kind = PLACE_OTHER; /* what it said so far may be wrong: no guess */
	advance(&machine, range->end);
}
