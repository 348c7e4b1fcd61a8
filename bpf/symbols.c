// SPDX-License-Identifier: MIT
/* A sorted index of a file's functions: one binary search an address. */
#include <stdlib.h>
#include <string.h>
#include "collector.h"

struct symbol {
	uint64_t start, end; /* as linked */
	uint64_t reach; /* the highest end of this and all earlier symbols */
	const char *name;
	char *demangled; /* NULL until asked for */
	bool global, complete_table;
};

struct symbols {
	struct symbol *symbol;
	size_t nr;
};

static void add_symbol(const struct elf_function *function, void *context)
{
	struct symbols *symbols = context;
	struct symbol symbol = { .start = function->address, .end = function->address + function->size,
				 .name = function->name, .global = function->global,
				 .complete_table = function->complete_table };

	if (symbol.end < symbol.start)
		return; /* no function is that long: the file is broken */
	symbols->symbol = grow(symbols->symbol, symbols->nr, sizeof(symbol));
	symbols->symbol[symbols->nr++] = symbol;
}

/* Of several names for one function the plainest: malloc before __libc_malloc. */
static int by_plainness(const struct symbol *a, const struct symbol *b)
{
	size_t left = strspn(a->name, "_"), right = strspn(b->name, "_");

	if (left != right)
		return left < right ? -1 : 1;
	if (a->global != b->global)
		return a->global ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_address(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1; /* the longest first, so that one without a size comes last */
	return by_plainness(a, b);
}

/* Keeps the first of each address. */
static size_t without_aliases(struct symbol *symbol, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++)
		if (!kept || symbol[kept - 1].start != symbol[i].start)
			symbol[kept++] = symbol[i];
	return kept;
}

/*
 * A function without a size (hand-written assembly) reaches to the next one, but only where the
 * table names everything: in a stripped file what follows may be anybody's.
 */
static void set_reach(struct symbols *symbols)
{
	uint64_t reach = 0;

	for (size_t i = 0; i < symbols->nr; i++) {
		struct symbol *symbol = &symbols->symbol[i];

		if (symbol->end == symbol->start && symbol->complete_table && i + 1 < symbols->nr)
			symbol->end = symbol[1].start;
		if (symbol->end > reach)
			reach = symbol->end;
		symbol->reach = reach;
	}
}

static struct symbols *load_symbols(struct elf_file *file)
{
	struct symbols *symbols = allocate(sizeof(*symbols));

	elf_file_functions(file, add_symbol, symbols);
	if (symbols->nr)
		qsort(symbols->symbol, symbols->nr, sizeof(*symbols->symbol), by_address);
	symbols->nr = without_aliases(symbols->symbol, symbols->nr);
	set_reach(symbols);
	return symbols;
}

/* The innermost symbol that covers the address: ranges may nest. */
static struct symbol *find_symbol(struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbol[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && symbols->symbol[low].reach > address)
		if (symbols->symbol[low].end > address)
			return &symbols->symbol[low];
	return NULL;
}

const char *symbol_at(struct module *module, uint64_t offset)
{
	struct elf_file *file = module_elf(module);
	struct symbol *symbol;
	uint64_t address;

	if (!file || !elf_offset_to_address(file, offset, &address))
		return NULL;
	if (!module->symbols)
		module->symbols = load_symbols(file);
	symbol = find_symbol(module->symbols, address);
	if (symbol && !symbol->demangled)
		symbol->demangled = demangled(symbol->name);
	return symbol ? symbol->demangled : NULL;
}
