// SPDX-License-Identifier: MIT
/* A sorted index of a module's functions, from every table that can be found: one binary search an address. */
#include <stdlib.h>
#include <string.h>
#include "elf_file.h"

struct symbol {
	uint64_t start, end; /* as linked */
	const char *name;
	enum function_kind kind;
	bool global, obsolete;
	bool sized; /* otherwise `end` is the farthest that it could reach */
};

/* Addresses from `start` to the next range. */
struct named_range {
	uint64_t start;
	const char *name; /* NULL: no function */
	const char *shown; /* demangled; NULL until asked for */
};

struct symbols {
	struct named_range *range;
	size_t nr;
};

/* Where the symbols of a module come from, best first. */
enum { OWN, DEBUG_FILE, DEBUGDATA, NR_SOURCES };

struct source {
	struct elf_file *file; /* or NULL */
	size_t nr_complete, nr_exported; /* functions in .symtab, in .dynsym */
};

/* Functions while they are collected. */
struct collection {
	struct symbol *symbol;
	size_t nr;
	bool complete; /* some table leaves out nothing */
};

static void count_function(const struct elf_function *function, void *context)
{
	struct source *source = context;

	source->nr_complete += function->complete_table;
	source->nr_exported += !function->complete_table;
}

static void add_symbol(const struct elf_function *function, void *context)
{
	struct collection *found = context;
	uint64_t size = function->size ? function->size : found->complete ? function->most : 0;
	struct symbol symbol = { .start = function->address, .end = function->address + size,
				 .name = function->name, .kind = function->kind, .global = function->global,
				 .obsolete = function->obsolete, .sized = function->size != 0 };

	if (symbol.end > symbol.start) /* no function wraps around: the file is broken */
		found->symbol[found->nr++] = symbol;
}

/* Leading underscores, as far as they matter. */
static unsigned underscores(const char *name)
{
	unsigned nr = 0;

	while (nr < 16 && name[nr] == '_')
		nr++;
	return nr;
}

/* Of several names for one function the plainest: malloc before __libc_malloc, free before cfree. */
static int by_plainness(const struct symbol *a, const struct symbol *b)
{
	const size_t enough = 256; /* the names are the target's: one may be as long as its file */
	unsigned left = underscores(a->name), right = underscores(b->name);

	if (left != right)
		return left < right ? -1 : 1;
	if (a->obsolete != b->obsolete)
		return a->obsolete ? 1 : -1;
	if (a->global != b->global)
		return a->global ? -1 : 1;
	return strncmp(a->name, b->name, enough);
}

/* Those whose size is known come first, and labels come last. */
static int vagueness(const struct symbol *symbol)
{
	return 2 * !symbol->sized + (symbol->kind == LABEL);
}

static int by_address(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (vagueness(a) != vagueness(b))
		return vagueness(a) - vagueness(b);
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return by_plainness(a, b);
}

/* Keeps the first of each address, and of what lies in a function with a size only such functions. */
static void keep_distinct(struct collection *found)
{
	uint64_t functions_end = 0; /* of those with a size */
	size_t kept = 0;

	for (size_t i = 0; i < found->nr; i++) {
		const struct symbol *symbol = &found->symbol[i];

		if (kept && found->symbol[kept - 1].start == symbol->start)
			continue;
		if (vagueness(symbol) && symbol->start < functions_end)
			continue;
		if (!vagueness(symbol) && symbol->end > functions_end)
			functions_end = symbol->end;
		found->symbol[kept++] = *symbol;
	}
	found->nr = kept;
}

/* A function without a size (hand-written assembly) reaches to the next one. */
static void set_ends(struct collection *found)
{
	for (size_t i = 0; i + 1 < found->nr; i++)
		if (!found->symbol[i].sized && found->symbol[i].end > found->symbol[i + 1].start)
			found->symbol[i].end = found->symbol[i + 1].start;
}

/* The functions that cover the place that the index has come to, the innermost last. */
struct nesting {
	const struct symbol **symbol;
	size_t depth;
};

static void append_range(struct symbols *symbols, uint64_t start, const char *name)
{
	if (symbols->nr && symbols->range[symbols->nr - 1].start == start)
		symbols->nr--;
	symbols->range[symbols->nr++] = (struct named_range){ start, name, NULL };
}

/* Appends what is left of outer functions where inner ones end, up to the address. */
static void close_functions(struct symbols *symbols, struct nesting *nesting, uint64_t address)
{
	while (nesting->depth && nesting->symbol[nesting->depth - 1]->end <= address) {
		uint64_t end = nesting->symbol[nesting->depth - 1]->end;

		while (nesting->depth && nesting->symbol[nesting->depth - 1]->end <= end)
			nesting->depth--;
		append_range(symbols, end, nesting->depth ? nesting->symbol[nesting->depth - 1]->name : NULL);
	}
}

/* Functions may nest; of those that cover an address the one that starts last counts. */
static void set_ranges(struct symbols *symbols, const struct collection *found)
{
	struct nesting nesting = { allocate((found->nr + 1) * sizeof(*nesting.symbol)), 0 };

	symbols->range = allocate((2 * found->nr + 1) * sizeof(*symbols->range));
	for (size_t i = 0; i < found->nr; i++) {
		close_functions(symbols, &nesting, found->symbol[i].start);
		append_range(symbols, found->symbol[i].start, found->symbol[i].name);
		nesting.symbol[nesting.depth++] = &found->symbol[i];
	}
	close_functions(symbols, &nesting, UINT64_MAX);
	free(nesting.symbol);
}

static const char *best_source(const struct source sources[NR_SOURCES])
{
	static const char *const names[] = {
		[OWN] = "symtab", [DEBUG_FILE] = "debug_file", [DEBUGDATA] = "debugdata",
	};

	for (unsigned i = 0; i < NR_SOURCES; i++)
		if (sources[i].nr_complete)
			return names[i];
	return sources[OWN].nr_exported ? "dynsym" : "none";
}

static void index_sources(struct symbols *symbols, const struct source sources[NR_SOURCES])
{
	struct collection found = { .nr = 0 };
	size_t nr = 0;

	for (unsigned i = 0; i < NR_SOURCES; i++) {
		nr += sources[i].nr_complete + sources[i].nr_exported;
		found.complete |= sources[i].nr_complete > 0;
	}
	if (!nr || !take_room(nr * (sizeof(*found.symbol) + 2 * sizeof(*symbols->range))))
		return;
	found.symbol = allocate(nr * sizeof(*found.symbol));
	for (unsigned i = 0; i < NR_SOURCES; i++)
		if (sources[i].file)
			elf_file_functions(sources[i].file, add_symbol, &found);
	qsort(found.symbol, found.nr, sizeof(*found.symbol), by_address);
	keep_distinct(&found);
	set_ends(&found);
	set_ranges(symbols, &found);
	free(found.symbol);
}

static void load_symbols(struct module *module)
{
	struct elf_file *own = module_elf(module);
	struct source sources[NR_SOURCES] = { [OWN] = { own, 0, 0 } };

	module->symbols = allocate(sizeof(*module->symbols));
	if (own) {
		sources[DEBUG_FILE].file = module_debug_elf(module);
		sources[DEBUGDATA].file = module_debugdata_elf(module);
	}
	for (unsigned i = 0; i < NR_SOURCES; i++)
		if (sources[i].file)
			elf_file_functions(sources[i].file, count_function, &sources[i]);
	module->symbol_source = best_source(sources);
	index_sources(module->symbols, sources);
}

static struct named_range *find_range(struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->range[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &symbols->range[low - 1] : NULL;
}

/* Without the version that linkers add (memcpy@@GLIBC_2.14), demangled; NULL when there is no room left for it. */
static const char *shown_name(const char *name)
{
	const size_t longest = 65536;
	size_t length = strnlen(name, longest);
	char *plain = strndup(name, length), *version, *shown;

	if (!plain)
		die(1, "out of memory in the collector");
	version = strchr(plain, '@');
	if (version && version > plain)
		*version = 0;
	shown = demangled(plain);
	free(plain);
	if (take_room(strlen(shown)))
		return shown;
	free(shown);
	return NULL;
}

const char *symbol_source(struct module *module)
{
	if (!module->symbols)
		load_symbols(module);
	return module->symbol_source;
}

const char *symbol_at(struct module *module, uint64_t offset)
{
	struct named_range *range;
	uint64_t address;

	if (!module->symbols)
		load_symbols(module);
	if (!module->elf || !elf_offset_to_address(module->elf, offset, &address))
		return NULL;
	range = find_range(module->symbols, address);
	if (range && range->name && !range->shown)
		range->shown = shown_name(range->name);
	return range ? range->shown : NULL;
}
