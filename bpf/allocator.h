/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which functions of a process serve allocations: known ones, and those that the user names. */
#ifndef MEMSTACKS_ALLOCATOR_H
#define MEMSTACKS_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>
#include "heap.h"

struct module;
struct process;
struct settings;

/* --- naming.c: the allocators that the user names --- */
#define MAX_NAMED 32

/* Which of the known functions a name stands for: those of every allocator, or of one. */
enum { MALLOC_FAMILY = 1, CXX_OPERATORS = 2, TCMALLOC_ONLY = 4, MIMALLOC_ONLY = 8 };

struct allocator_function {
	const char *name;
	unsigned groups;
	bool frees; /* takes a block and gives none */
	bool throws; /* a C++ exception, when there is no memory */
	uint8_t size_arg, count_arg, pointer_arg, out_arg; /* as in struct site_cookie */
	enum site_kind kind;
	enum site_forwards forwards;
};

struct naming {
	const char *object; /* NULL: any file */
	const char *prefixes[MAX_NAMED];
	struct allocator_function functions[MAX_NAMED];
	unsigned nr_prefixes, nr_functions;
};
/* Each of these takes the value of an option. */
void name_object(struct naming *naming, const char *path);
void name_prefix(struct naming *naming, const char *prefix);
void name_alloc_function(struct naming *naming, const char *text);
void name_free_function(struct naming *naming, const char *text);
/* Whether the user names anything. */
bool is_naming(const struct naming *naming);
/* Whether a symbol of a file is what the user has named; C++ names may be demangled, with or without parameters. */
bool is_named(const struct allocator_function *function, const char *symbol);
/* Whether the module may be looked into for allocators. */
bool is_chosen(const struct naming *naming, const struct process *process, const struct module *module);

/* --- family.c: the functions of known allocators --- */
/* Known without prefix, or NULL. */
const struct allocator_function *known_function(const char *name);

/* --- allocator.c: which functions of a file serve allocations --- */
struct site {
	const char *name; /* as the file has it */
	const struct allocator_function *function;
	bool named; /* by the user */
	bool is_go;
	unsigned prefix; /* before the known name: place in the list of prefixes */
	unsigned shift; /* how many arguments come before those of the known function */
	uint64_t address; /* as linked */
	uint64_t size;
	uint64_t offset; /* in the file */
	unsigned probe_distance; /* from the function's start to the probed instruction */
};
#define MAX_MODULE_SITES 256
/* The allocator functions of a file, one per address, for the caller to free; none when it is no allocator. */
struct site *find_sites(struct module *module, const struct naming *naming, unsigned *nr);

/* --- found.c: what was found, for captures and for people --- */
struct found {
	struct module *module;
	struct site *sites;
	unsigned nr;
	bool known; /* another process has it, too, and the probes are there */
};
void leave_out_untraceable(const struct process *process, struct found *found);
/* In the module, for --mmap, which asks whose a mapping is. */
void keep_places(const struct found *found);
/* Adds it to the process's allocators. */
void describe_found(struct process *process, const struct naming *naming, const struct found *found);
/* Says what the user has named and no file had so far; NULL: nothing. */
char *missing_name(const struct naming *naming);

/* --- require.c: whether there is anything to trace --- */
/* End the helper when not. What the user names a command may yet bring, by exec or dlopen: then they warn. */
void require_allocator(const struct process *process, const struct settings *settings);
void require_names(const struct settings *settings);

#endif
