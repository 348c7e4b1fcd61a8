// SPDX-License-Identifier: MIT
/* Unwind rows of all modules in one array, and the distinct rules that they name. */
#include <stdlib.h>
#include <string.h>
#include "cfi.h"

static struct unwind_row *all_rows;
static uint32_t nr_all_rows, room_for_rows;

static struct unwind_rule rules[MAX_RULES] = { { .cfa_kind = CFA_NONE } };
static uint32_t nr_rules = 1;
static uint32_t rule_slots[2 * MAX_RULES]; /* open addressing; 0 is free */

/* Rules repeat by the hundred thousand. One too many becomes "unsupported", which the walk reports. */
static uint32_t intern_rule(struct unwind_rule rule)
{
	uint64_t bits;
	uint32_t slot;

	if (rule.cfa_kind == CFA_NONE)
		return RULE_NONE;
	memcpy(&bits, &rule, sizeof(bits));
	slot = (bits * 0x9e3779b97f4a7c15ULL) >> 47;
	while (rule_slots[slot] && memcmp(&rules[rule_slots[slot]], &rule, sizeof(rule)) != 0)
		slot = (slot + 1) % (2 * MAX_RULES);
	if (rule_slots[slot])
		return rule_slots[slot];
	if (nr_rules == MAX_RULES - 1)
		return intern_rule((struct unwind_rule){ .cfa_kind = CFA_UNSUPPORTED });
	rules[nr_rules] = rule;
	rule_slots[slot] = nr_rules;
	return nr_rules++;
}

void add_row(struct unwind_rows *rows, uint64_t pc, struct unwind_rule rule)
{
	rows->row = grow(rows->row, rows->nr, sizeof(*rows->row));
	rows->row[rows->nr++] = (struct full_row){ pc, intern_rule(rule) };
}

/* The end of one function is often the start of the next: the row with a rule comes last and counts. */
static int by_pc(const void *left, const void *right)
{
	const struct full_row *a = left, *b = right;

	if (a->pc != b->pc)
		return a->pc < b->pc ? -1 : 1;
	return (a->rule != RULE_NONE) - (b->rule != RULE_NONE);
}

static void append_row(uint64_t base, const struct full_row *row)
{
	if (nr_all_rows == room_for_rows) {
		room_for_rows = room_for_rows ? 2 * room_for_rows : 65536;
		all_rows = reallocarray(all_rows, room_for_rows, sizeof(*all_rows));
		if (!all_rows)
			die(1, "out of memory in the collector");
	}
	all_rows[nr_all_rows++] = (struct unwind_row){ row->pc - base, row->rule };
}

/* Sorts, keeps the last of equal addresses, and drops rows that say what the one before said. */
static void keep_rows(struct unwind_rows *rows, struct unwind_table *table)
{
	qsort(rows->row, rows->nr, sizeof(*rows->row), by_pc);
	table->base = rows->row[0].pc;
	table->first_row = nr_all_rows;
	for (size_t i = 0; i < rows->nr; i++) {
		bool is_last = i + 1 == rows->nr || rows->row[i + 1].pc != rows->row[i].pc;
		bool repeats = nr_all_rows > table->first_row && all_rows[nr_all_rows - 1].rule == rows->row[i].rule;

		if (is_last && !repeats && rows->row[i].pc - table->base <= UINT32_MAX)
			append_row(table->base, &rows->row[i]);
	}
	table->nr_rows = nr_all_rows - table->first_row;
}

static struct unwind_table *make_table(struct elf_file *file)
{
	struct unwind_table *table = NULL;
	struct unwind_rows rows = { 0 };
	struct elf_section section;

	if (file && elf_section(file, ".eh_frame", &section))
		parse_eh_frame((struct cursor){ .at = section.content, .start = section.content,
						.end = section.content + section.size, .address = section.address },
			       &rows);
	if (rows.nr) {
		table = allocate(sizeof(*table));
		keep_rows(&rows, table);
	}
	free(rows.row);
	return table;
}

const struct unwind_table *unwind_table_of(struct module *module)
{
	if (!module->unwind_searched)
		module->unwind_table = make_table(module_elf(module));
	module->unwind_searched = true;
	return module->unwind_table;
}

const struct unwind_row *all_unwind_rows(uint32_t *nr)
{
	*nr = nr_all_rows;
	return all_rows;
}

const struct unwind_rule *all_unwind_rules(uint32_t *nr)
{
	*nr = nr_rules;
	return rules;
}
