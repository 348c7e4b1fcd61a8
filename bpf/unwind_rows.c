// SPDX-License-Identifier: MIT
/* Unwind rows of all modules in one array. */
#include <stdlib.h>
#include <string.h>
#include "cfi.h"
#include "frames.h"

static struct unwind_row *all_rows;
static uint32_t nr_all_rows, room_for_rows;

/* A small file can stand for millions of rows: 256 MB of them in all, and as much again for the kernel. */
static const size_t most_rows = 1 << 25;
static const size_t most_rows_of_file = 1 << 24; /* more than the binary search in BPF can tell apart */

/* The end of one function is often the start of the next: the row with a rule comes last and counts. */
static int by_pc(const void *left, const void *right)
{
	const struct full_row *a = left, *b = right;

	if (a->pc != b->pc)
		return a->pc < b->pc ? -1 : 1;
	return (a->rule != RULE_NONE) - (b->rule != RULE_NONE);
}

static void append_row(uint64_t pc, uint32_t rule)
{
	if (nr_all_rows == room_for_rows) {
		room_for_rows = room_for_rows ? 2 * room_for_rows : 65536;
		all_rows = reallocarray(all_rows, room_for_rows, sizeof(*all_rows));
		if (!all_rows)
			die(1, "out of memory in the collector");
	}
	all_rows[nr_all_rows++] = (struct unwind_row){ pc, rule };
}

static void sort_rows(struct unwind_rows *rows)
{
	if (rows->nr)
		qsort(rows->row, rows->nr, sizeof(*rows->row), by_pc);
}

static void append_kind(uint32_t pc, enum cfa_kind kind)
{
	append_row(pc, intern_rule((struct unwind_rule){ .cfa_kind = kind }));
}

/* How far the code goes that begins with a root: __start of ld.so, a fiber's end. */
static const uint64_t longest_root = 128;

/* Rows for the code between two functions that have rows. */
static void append_gap(struct module *module, uint64_t start, uint64_t end)
{
	uint64_t base = module->unwind_table->base;
	struct gap gap = { .start = start, .end = end };
	enum cfa_kind kind;

	inspect_gap(module, &gap);
	kind = gap.keeps_frame_pointers ? CFA_FRAME_RECORD : CFA_NONE;
	if (gap.root > start)
		append_kind(start - base, kind);
	if (gap.root == end)
		return;
	append_kind(gap.root - base, CFA_END);
	if (end - gap.root > longest_root)
		append_kind(gap.root + longest_root - base, kind);
}

/* A row, which counts up to the address `next`. */
static void keep_row(struct module *module, const struct full_row *row, uint64_t next)
{
	const struct unwind_table *table = module->unwind_table;
	bool is_first = nr_all_rows == table->first_row;

	if (next == row->pc || row->pc - table->base > UINT32_MAX)
		return;
	if (row->rule == RULE_NONE && next > row->pc)
		append_gap(module, row->pc, next);
	else if (is_first || all_rows[nr_all_rows - 1].rule != row->rule)
		append_row(row->pc - table->base, row->rule);
}

/* Of sorted rows keeps the last of equal addresses, and drops those that say what the one before said. */
static void keep_rows(struct module *module, const struct unwind_rows *rows)
{
	struct unwind_table *table = module->unwind_table;
	struct function_range code = elf_code_range(module_elf(module));
	const struct full_row before = { code.start, RULE_NONE };

	table->base = before.pc < rows->row[0].pc ? before.pc : rows->row[0].pc;
	if (before.pc < rows->row[0].pc)
		keep_row(module, &before, rows->row[0].pc);
	for (size_t i = 0; i < rows->nr; i++)
		keep_row(module, &rows->row[i], i + 1 < rows->nr ? rows->row[i + 1].pc : code.end);
}

static struct cursor cursor_of(const struct elf_section *section)
{
	return (struct cursor){ .at = section->content, .start = section->content,
				.end = section->content + section->size, .address = section->address };
}

/* Adds what .debug_frame has beyond .eh_frame; true when that is anything. */
static bool add_debug_frame(struct elf_file *file, struct unwind_rows *rows)
{
	struct elf_section section;
	size_t nr = rows->nr;

	if (!file || !elf_section(file, ".debug_frame", &section))
		return false;
	sort_rows(rows);
	parse_debug_frame(cursor_of(&section), rows);
	return rows->nr > nr;
}

static struct unwind_rows rows_of_file(void)
{
	size_t left = nr_all_rows < most_rows ? most_rows - nr_all_rows : 0;

	return (struct unwind_rows){ .most = left < most_rows_of_file ? left : most_rows_of_file };
}

static void tell_left_out(const struct module *module, const struct unwind_rows *rows)
{
	static bool told;

	if (rows->nr >= rows->most && !told)
		event_warning("the unwind table of %s is too large: not all of it is used, and other files may go without",
			      module->path);
	told |= rows->nr >= rows->most;
}

static void read_rows(struct module *module)
{
	struct unwind_table *table = module->unwind_table;
	struct elf_file *file = module_elf(module);
	struct unwind_rows rows = rows_of_file();

	if (table->section.content)
		parse_eh_frame(cursor_of(&table->section), &rows);
	table->from_eh_frame = rows.nr > 0;
	table->from_debug_frame = add_debug_frame(file, &rows) || add_debug_frame(module_debug_elf(module), &rows);
	tell_left_out(module, &rows);
	sort_rows(&rows);
	table->first_row = nr_all_rows;
	if (rows.nr)
		keep_rows(module, &rows);
	else
		append_kind(0, CFA_FRAME_RECORD);
	table->nr_rows = nr_all_rows - table->first_row;
	free(rows.row);
}

/* A copy of the file elsewhere, as containers have them, shares its rows. */
static const struct unwind_table *same_table(const struct elf_section *section)
{
	for (unsigned i = 0; i < nr_modules && section->size; i++) {
		const struct unwind_table *table = modules[i].unwind_table;

		if (table && table->nr_rows && table->section.size == section->size &&
		    table->section.address == section->address &&
		    memcmp(table->section.content, section->content, section->size) == 0)
			return table;
	}
	return NULL;
}

static void make_table(struct module *module)
{
	struct elf_file *file = module_elf(module);
	struct elf_section section = { 0 };
	const struct unwind_table *same;

	module->unwind_table = allocate(sizeof(*module->unwind_table));
	if (!file)
		return;
	elf_section(file, ".eh_frame", &section);
	same = same_table(&section);
	if (same) {
		*module->unwind_table = *same;
		return;
	}
	module->unwind_table->section = section;
	read_rows(module);
}

const struct unwind_table *unwind_table_of(struct module *module)
{
	if (!module->unwind_table)
		make_table(module);
	return module->unwind_table;
}

const struct unwind_row *all_unwind_rows(uint32_t *nr)
{
	*nr = nr_all_rows;
	return all_rows;
}
