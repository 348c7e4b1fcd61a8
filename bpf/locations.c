// SPDX-License-Identifier: MIT
/* Code addresses of the stacks -> locations: each once, with the module and the function that it lies in. */
#include <stdlib.h>
#include <string.h>
#include "frames.h"

static struct location *locations;
static uint32_t nr_locations;
static struct hash_table table;

static struct location location_in(const struct stack *stack, unsigned index)
{
	return (struct location){ .address = stack->frame[index] & ~FRAME_BY_FP, .process = stack->process, .image = stack->image,
			       .layout = stack->layout, .returns = index > 0, .module = -1 };
}

static uint64_t hash_of(const struct location *location)
{
	return hash_number(location->address, (uint64_t)location->process << 32 | (uint64_t)location->image << 16 |
						      (uint64_t)location->layout << 1 | location->returns);
}

static bool is_location(uint32_t number, const void *wanted)
{
	const struct location *a = &locations[number], *b = wanted;

	return a->address == b->address && a->process == b->process && a->image == b->image &&
	       a->layout == b->layout && a->returns == b->returns;
}

static uint32_t find_location(const struct location *wanted, uint64_t hash)
{
	return hash_find(&table, hash, &(struct hash_match){ is_location, wanted });
}

uint64_t code_address(const struct location *location)
{
	return location->address - location->returns;
}

/* Which file it lies in, and which function of that. */
static void locate(struct location *location)
{
	uint64_t code = code_address(location);
	const struct generation when = { location->image, location->layout };
	const struct mapping *mapping = find_mapping(&processes[location->process], when, code);

	if (!mapping)
		return;
	location->module = mapping->module;
	location->offset = code - mapping->start + mapping->offset;
	location->name = symbol_at(&modules[location->module], location->offset);
}

static uint32_t add_location(const struct location *wanted)
{
	uint64_t hash = hash_of(wanted);
	uint32_t known = find_location(wanted, hash);

	if (known != HASH_NONE)
		return known;
	locations = grow(locations, nr_locations, sizeof(*locations));
	locations[nr_locations] = *wanted;
	locate(&locations[nr_locations]);
	hash_add(&table, hash, nr_locations);
	return nr_locations++;
}

unsigned known_frames(const struct stack *stack)
{
	return stack->number || stack->kind == STACK_MAPS ? 1 : 2;
}

/* Up to where the walk went astray: see frames_at. */
static void add_locations(const struct stack *stack)
{
	for (unsigned i = 0; i < stack->nr_frames; i++) {
		const struct location wanted = location_in(stack, i);
		uint32_t number = add_location(&wanted);

		if (i >= known_frames(stack) && locations[number].module < 0)
			return;
	}
}

/* A map is of the program that the process is now; code in an ELF file has its names there, if any. */
static bool may_be_jit_code(const struct location *location, unsigned process)
{
	return location->process == process && location->image == processes[process].image && location->module >= 0 &&
	       !location->name && !module_elf(&modules[location->module]);
}

static void note_source(struct module *module, bool from_map)
{
	if (from_map)
		module->symbol_source = "jit_map";
	else if (!module->symbol_source)
		module->symbol_source = "none";
}

static void name_jit_locations(unsigned process)
{
	struct jit_code *codes = NULL;
	size_t nr = 0;

	for (uint32_t i = 0; i < nr_locations; i++) {
		if (!may_be_jit_code(&locations[i], process))
			continue;
		codes = grow(codes, nr, sizeof(*codes));
		codes[nr++] = (struct jit_code){ .address = code_address(&locations[i]), .user = i };
	}
	if (nr)
		name_jit_code(&processes[process], codes, nr);
	for (size_t i = 0; i < nr; i++) {
		struct location *location = &locations[codes[i].user];

		location->name = codes[i].name;
		location->jit = codes[i].name != NULL;
		note_source(&modules[location->module], location->jit);
	}
	free(codes);
}

struct location *find_locations(const struct ledger *ledger, uint32_t *nr)
{
	for (unsigned i = 0; i < ledger->nr_stacks; i++)
		if (stack_at(ledger, i)->alloc.calls)
			add_locations(stack_at(ledger, i));
	for (unsigned i = 0; i < nr_processes; i++)
		name_jit_locations(i);
	*nr = nr_locations;
	return locations;
}

static bool is_allocating(const struct location *location)
{
	const struct module *module = location->module < 0 ? NULL : &modules[location->module];

	for (unsigned i = 0; module && i < module->nr_allocating; i++)
		if (location->offset >= module->allocating[i].start && location->offset < module->allocating[i].end)
			return true;
	return false;
}

/* What a signal handler does is its own affair, whatever it has interrupted. */
static bool leads_to_handler(const struct location *location)
{
	return location->name && strcmp(location->name, "__restore_rt") == 0;
}

bool is_in_allocator(const struct stack *stack)
{
	for (unsigned i = 0; i < stack->nr_frames; i++) {
		uint32_t number = location_number(stack, i);

		if (number == HASH_NONE || leads_to_handler(&locations[number]))
			return false;
		if (is_allocating(&locations[number]))
			return true;
	}
	return false;
}

uint32_t location_number(const struct stack *stack, unsigned index)
{
	struct location location = location_in(stack, index);

	return find_location(&location, hash_of(&location));
}
