// SPDX-License-Identifier: MIT
/* Which of a file's functions serve allocations. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "collector.h"

/* What allocators are built with in front of their names, so as not to replace the C library's. */
struct prefix {
	const char *text;
	unsigned groups; /* which functions it may stand before */
	unsigned shift; /* how many arguments come before theirs */
};

enum { PLAIN, JEMALLOC, RUST_JEMALLOC, RUST_JEMALLOC_MP, TCMALLOC, MIMALLOC, MIMALLOC_HEAP, LIBC, NR_PREFIXES };

static const struct prefix prefixes[NR_PREFIXES] = {
	[PLAIN] = { "", MALLOC_FAMILY | CXX_OPERATORS, 0 },
	[JEMALLOC] = { "je_", MALLOC_FAMILY, 0 },
	[RUST_JEMALLOC] = { "_rjem_", MALLOC_FAMILY, 0 },
	[RUST_JEMALLOC_MP] = { "_rjem_mp_", MALLOC_FAMILY, 0 },
	[TCMALLOC] = { "tc_", MALLOC_FAMILY | TCMALLOC_ONLY, 0 },
	[MIMALLOC] = { "mi_", MALLOC_FAMILY | MIMALLOC_ONLY, 0 },
	[MIMALLOC_HEAP] = { "mi_heap_", MALLOC_FAMILY | MIMALLOC_ONLY, 1 },
	[LIBC] = { "__libc_", MALLOC_FAMILY, 0 },
};

/* The functions that tell an allocator from something that happens to have such a name. */
enum { HAS_MALLOC = 1, HAS_FREE = 2, HAS_CALLOC = 4, HAS_REALLOC = 8, HAS_ALL = 15 };
static const char *const telling[] = { "malloc", "free", "calloc", "realloc" };

/* What a file has, before it is known which of it counts. */
struct search {
	const struct naming *naming;
	struct site *sites;
	size_t nr_sites;
	unsigned has[NR_PREFIXES + MAX_NAMED]; /* by prefix; HAS_... */
	uint64_t go_start, go_end; /* functions written in Go */
	bool complete; /* a table was there that leaves out nothing */
};

static struct prefix prefix_at(const struct naming *naming, unsigned i)
{
	return i < NR_PREFIXES ? prefixes[i] : (struct prefix){ naming->prefixes[i - NR_PREFIXES], MALLOC_FAMILY, 0 };
}

/* No real file has so many, but one made to keep us busy. */
static const size_t most_looked_at = 16 * MAX_MODULE_SITES;

static void add_site(struct search *search, const struct elf_function *function, struct site site)
{
	if (search->nr_sites == most_looked_at)
		return;
	site.name = function->name;
	site.address = function->address;
	site.size = function->size;
	search->sites = grow(search->sites, search->nr_sites, sizeof(site));
	search->sites[search->nr_sites++] = site;
}

/* The function of an allocator whose names begin with a prefix. */
static void look_behind_prefix(struct search *search, const struct elf_function *function, unsigned i)
{
	struct prefix prefix = prefix_at(search->naming, i);
	size_t length = strlen(prefix.text);
	const struct allocator_function *known;

	if (strncmp(function->name, prefix.text, length) != 0)
		return;
	known = known_function(function->name + length);
	if (!known || !(known->groups & prefix.groups))
		return;
	add_site(search, function, (struct site){ .function = known, .prefix = i, .shift = prefix.shift });
	for (unsigned j = 0; j < sizeof(telling) / sizeof(telling[0]); j++)
		if (strcmp(known->name, telling[j]) == 0)
			search->has[i] |= 1u << j;
}

static void note_go_code(struct search *search, const struct elf_function *function)
{
	if (strcmp(function->name, "runtime.text") == 0)
		search->go_start = function->address;
	if (strcmp(function->name, "runtime.etext") == 0)
		search->go_end = function->address;
}

/* A program's own static function called `free` is no allocator: the name must be visible outside. */
static void look_at(const struct elf_function *function, void *context)
{
	struct search *search = context;
	const struct naming *naming = search->naming;

	search->complete |= function->complete_table;
	note_go_code(search, function);
	if (function->kind != FUNCTION)
		return;
	for (unsigned i = 0; i < naming->nr_functions; i++)
		if (is_named(&naming->functions[i], function->name))
			add_site(search, function, (struct site){ .function = &naming->functions[i], .named = true });
	for (unsigned i = 0; i < NR_PREFIXES + naming->nr_prefixes; i++)
		if (i != PLAIN || function->global || naming->object)
			look_behind_prefix(search, function, i);
}

/* Whether what has this prefix is an allocator. The C library's own names count where others are missing. */
static bool is_allocator(const struct search *search, unsigned i)
{
	const unsigned both = HAS_MALLOC | HAS_FREE;

	if (i == MIMALLOC_HEAP)
		return is_allocator(search, MIMALLOC);
	if (i == LIBC && is_allocator(search, PLAIN))
		return false;
	if (i == PLAIN || i >= NR_PREFIXES)
		return (search->has[i] & both) == both;
	return search->has[i] == HAS_ALL;
}

static bool has_allocator(const struct search *search)
{
	for (unsigned i = 0; i < NR_PREFIXES + search->naming->nr_prefixes; i++)
		if (is_allocator(search, i))
			return true;
	return false;
}

static bool is_wanted(const struct search *search, const struct site *site)
{
	if (site->named)
		return true;
	if (site->function->groups == CXX_OPERATORS)
		return has_allocator(search);
	return is_allocator(search, site->prefix);
}

/* What the user names goes before what is known, plain names before others. */
static int by_rank(const void *left, const void *right)
{
	const struct site *a = left, *b = right;

	if (a->named != b->named)
		return a->named ? -1 : 1;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return (a->function > b->function) - (a->function < b->function);
}

static bool has_address(const struct site *sites, unsigned nr, uint64_t address)
{
	while (nr--)
		if (sites[nr].address == address)
			return true;
	return false;
}

static void place_probe(int fd, struct site *site)
{
	uint8_t code[4096];
	size_t size = site->size < sizeof(code) ? site->size : sizeof(code);
	ssize_t length = pread(fd, code, size, site->offset);

	site->probe_distance = length > 0 ? emulated_distance(code, length) : 0;
}

/* Leaves the wanted ones, one an address and the best name first. */
static unsigned choose(struct search *search, struct module *module)
{
	unsigned nr = 0;

	if (search->nr_sites)
		qsort(search->sites, search->nr_sites, sizeof(*search->sites), by_rank);
	for (size_t i = 0; i < search->nr_sites; i++) {
		struct site *site = &search->sites[i];

		if (!is_wanted(search, site) || has_address(search->sites, nr, site->address) ||
		    !elf_address_to_offset(module->elf, site->address, &site->offset))
			continue;
		place_probe(module->fd, site);
		site->is_go = site->address >= search->go_start && site->address < search->go_end;
		search->sites[nr++] = *site;
	}
	return nr;
}

/* Another table of the file, where those before it leave out something, and what they have is no allocator. */
static void look_further(struct search *search, struct elf_file *file)
{
	if (file && !search->complete && !has_allocator(search))
		elf_file_functions(file, look_at, search);
}

struct site *find_sites(struct module *module, const struct naming *naming, unsigned *nr)
{
	struct search search = { .naming = naming };

	*nr = 0;
	if (!module_elf(module))
		return NULL;
	elf_file_functions(module->elf, look_at, &search);
	look_further(&search, module_debug_elf(module));
	look_further(&search, module_debugdata_elf(module));
	if (search.nr_sites == most_looked_at)
		event_warning("%s defines allocator functions by the thousand: not all of them are traced", module->path);
	*nr = choose(&search, module);
	return search.sites;
}
