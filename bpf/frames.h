/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From the addresses of the stacks to frames: what the parts know of each other. */
#ifndef MEMSTACKS_FRAMES_H
#define MEMSTACKS_FRAMES_H

#include "collector.h"

/* --- hash.c: elements of an array, found by content --- */
struct hash_table {
	struct hash_slot *slots;
	size_t nr_slots, nr; /* a power of two of slots, at most half of them taken */
};
struct hash_match {
	bool (*is)(uint32_t number, const void *wanted); /* whether the element is what is wanted */
	const void *wanted;
};
#define HASH_NONE UINT32_MAX
uint64_t hash_number(uint64_t hash, uint64_t number);
uint64_t hash_text(uint64_t hash, const char *text);
/* The element's number, or HASH_NONE. */
uint32_t hash_find(const struct hash_table *table, uint64_t hash, const struct hash_match *match);
void hash_add(struct hash_table *table, uint64_t hash, uint32_t number);

/* --- jit_map.c, jit_names.c: names of generated code, from a perf-PID.map --- */
struct jit_code {
	uint64_t address;
	uint32_t user; /* the caller's */
	uint64_t line; /* where the name stands in the map; 0: nowhere */
	const char *name; /* or NULL */
};
/* Sorts the codes and names those that the map has. Warns of a map that is not to be used. */
void name_jit_code(struct process *process, struct jit_code *codes, size_t nr);
/* NULL, or what went wrong; counts lines that are malformed. */
const char *read_jit_map(int fd, struct jit_code *codes, size_t nr, uint64_t *malformed);

/* --- lines.c: source lines and inlined functions --- */
struct source {
	const char *function; /* demangled; NULL: unknown */
	const char *file; /* NULL: unknown */
	uint32_t line; /* 0: unknown */
};
struct source_list {
	const struct source *sources; /* innermost function first */
	uint32_t nr; /* 0: unknown */
};
struct source_query {
	int file; /* descriptor of an ELF file with debug information */
	uint64_t address; /* as linked */
	uint32_t user; /* the caller's */
	struct source_list found;
};
/* Sorts the queries and answers them as far as it can. Warns when it cannot. */
void find_sources(struct source_query *queries, size_t nr);

/* --- locations.c: code addresses of the stacks, each once --- */
struct location {
	uint64_t address;
	uint64_t offset; /* in the module's file */
	const char *name; /* of the function; NULL: unknown */
	int module; /* -1: it is no code that we know */
	uint16_t process, image; /* a program may be elsewhere in the next image of its process */
	uint16_t layout; /* other code may be in its place once it was unloaded */
	bool returns; /* a return address: the call is before it */
	bool jit; /* named by a perf-PID.map */
};
/* All locations of the ledger's stacks. */
struct location *find_locations(const struct ledger *ledger, uint32_t *nr);
/* The byte before a return address belongs to the call, even where the function ends with it. */
uint64_t code_address(const struct location *location);
/* How many of its addresses are code for sure: where a fault was taken; a probe, and its caller. */
unsigned known_frames(const struct stack *stack);
/* Whether a function that is probed has called on to where the stack ends. */
bool is_in_allocator(const struct stack *stack);
/* Of the stack's address that has this index. */
uint32_t location_number(const struct stack *stack, unsigned index);

/* --- frames.c: locations -> numbered frames --- */
struct frame {
	int module; /* -1: none */
	const char *name, *label, *file; /* or NULL */
	uint32_t line;
	uint64_t offset, address;
	bool inlined, jit;
};
struct frame_list {
	const uint32_t *numbers; /* innermost first */
	uint32_t nr; /* 0: the address is no code, so the walk went astray before it */
};
/* Makes the frames of all stacks; comes before the functions below. */
void make_frames(const struct settings *settings, const struct ledger *ledger);
struct frame_list frames_at(const struct stack *stack, unsigned index);
/* Of a stack that has no addresses because there was no room for it. */
struct frame_list stack_table_full(void);
/* Of one that never was in user space. */
struct frame_list kernel_thread(void);
const struct frame *all_frames(uint32_t *nr);

#endif
