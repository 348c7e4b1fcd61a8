/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Between the parser of call frame information and the tables made of it. */
#ifndef MEMSTACKS_CFI_H
#define MEMSTACKS_CFI_H

#include "collector.h"
#include "unwind.h"

/* Reads forward through a section; `bad` once it ran past the end or met what it does not know. */
struct cursor {
	const uint8_t *at, *end;
	const uint8_t *start; /* of the section */
	uint64_t address; /* where `start` is linked to */
	bool bad;
};

uint64_t read_bytes(struct cursor *cursor, unsigned nr);
uint64_t read_uleb(struct cursor *cursor);
int64_t read_sleb(struct cursor *cursor);
/* Absolute or pc-relative, of any width; the encodings that x86-64 compilers write. */
uint64_t read_pointer(struct cursor *cursor, uint8_t encoding);

/* DWARF numbers of registers: the x86-64 psABI, and DWARF for the Arm 64-bit architecture. */
#ifdef __aarch64__
enum { REG_KEPT = 19, REG_FP = 29, REG_RA = 30, REG_SP = 31 };
#else
enum { REG_KEPT = 3, REG_FP = 6, REG_SP = 7, REG_RA = 16 };
#endif

enum place_kind { PLACE_SAME, PLACE_AT_CFA, PLACE_EXPRESSION, PLACE_REGISTER, PLACE_UNDEFINED, PLACE_OTHER };

struct expression {
	const uint8_t *code;
	uint64_t length;
};

/* Where a register of the caller is. */
struct place {
	enum place_kind kind;
	int64_t offset; /* PLACE_REGISTER: its number */
	struct expression expression;
};

struct cfi_state {
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct expression cfa_expression; /* code is NULL when it is register + offset */
	struct place fp, ra, kept;
};

struct unwind_rule rule_of(const struct cfi_state *state);

/* Rows of one file, in the order of the section until they are sorted. */
struct full_row {
	uint64_t pc; /* as linked */
	uint32_t rule;
};

struct unwind_rows {
	struct full_row *row;
	size_t nr, most; /* no function is begun beyond */
};

/* What the functions of a common information entry have in common. */
struct cie {
	uint64_t code_factor;
	int64_t data_factor;
	uint8_t pointer_encoding;
	bool has_augmentation_data, is_signal_frame;
	struct cursor instructions;
};

/* Adds a row wherever the rule changes. */
void run_function(const struct cie *cie, struct cursor *instructions, const struct function_range *range,
		  struct unwind_rows *rows);

/* --- unwind_rules.c --- */
/* The rule's number among those of all processes. */
uint32_t intern_rule(struct unwind_rule rule);
void add_row(struct unwind_rows *rows, uint64_t pc, struct unwind_rule rule);

/* --- gap.c: code that the call frame information leaves out --- */
struct gap {
	uint64_t start, end; /* as linked */
	bool keeps_frame_pointers;
	uint64_t root; /* here begins code that is never returned from; `end`: none is known */
};
/* Finds out about the code between start and end. */
void inspect_gap(struct module *module, struct gap *gap);

void parse_eh_frame(struct cursor section, struct unwind_rows *rows);
/* Functions that `rows` covers already are left out. */
void parse_debug_frame(struct cursor section, struct unwind_rows *rows);

#endif
