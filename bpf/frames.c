// SPDX-License-Identifier: MIT
/* Places -> numbered frames, each distinct one once. */
#include <stdlib.h>
#include <string.h>
#include "frames.h"
#include "unwind.h"

static struct frame *frames;
static uint32_t nr_frames;
static struct hash_table table;

/* Of each location its frames, the innermost first: a piece of `numbers`. */
struct piece {
	uint32_t first, nr;
};
static struct piece *pieces, overflow, kernels;
static uint32_t *numbers, nr_numbers;

static bool same_text(const char *left, const char *right)
{
	return left == right || (left && right && strcmp(left, right) == 0);
}

static bool is_frame(uint32_t number, const void *wanted)
{
	const struct frame *a = &frames[number], *b = wanted;

	return a->module == b->module && a->offset == b->offset && a->address == b->address && a->line == b->line &&
	       a->inlined == b->inlined && a->jit == b->jit && same_text(a->name, b->name) &&
	       same_text(a->label, b->label) && same_text(a->file, b->file);
}

static uint64_t hash_of(const struct frame *frame)
{
	uint64_t hash = hash_number(hash_number(frame->module, frame->offset), frame->address);

	hash = hash_number(hash, (uint64_t)frame->line << 2 | frame->inlined << 1 | frame->jit);
	return hash_text(hash_text(hash_text(hash, frame->name), frame->label), frame->file);
}

static uint32_t intern_frame(const struct frame *wanted)
{
	uint64_t hash = hash_of(wanted);
	uint32_t known = hash_find(&table, hash, &(struct hash_match){ is_frame, wanted });

	if (known != HASH_NONE)
		return known;
	frames = grow(frames, nr_frames, sizeof(*frames));
	frames[nr_frames] = *wanted;
	hash_add(&table, hash, nr_frames);
	return nr_frames++;
}

const struct frame *all_frames(uint32_t *nr)
{
	*nr = nr_frames;
	return frames;
}

static void add_frame(struct piece *piece, const struct frame *frame)
{
	if (!piece->nr)
		piece->first = nr_numbers;
	numbers = grow(numbers, nr_numbers, sizeof(*numbers));
	numbers[nr_numbers++] = intern_frame(frame);
	piece->nr++;
}

static struct frame frame_in(const struct location *location, const char *name)
{
	struct frame frame = { .module = location->module, .name = name };

	if (location->module < 0)
		frame.address = location->address;
	else if (!name)
		frame.offset = modules[location->module].ino ? location->offset : location->address;
	return frame;
}

static void add_source(struct frame *frame, const struct source *source, const struct settings *settings)
{
	if (!settings->lines)
		return;
	frame->file = source->file;
	frame->line = source->line;
}

/* The outermost function is the one that is really there: with and without sources its name is the symbol's. */
static void add_frames(const struct settings *settings, uint32_t number, const struct location *location,
		       const struct source_list *found)
{
	struct frame function = frame_in(location, location->name);

	for (uint32_t i = 0; settings->inlines && i + 1 < found->nr; i++) {
		struct frame inlined = frame_in(location, found->sources[i].function);

		inlined.inlined = true;
		add_source(&inlined, &found->sources[i], settings);
		add_frame(&pieces[number], &inlined);
	}
	function.jit = location->jit;
	if (found->nr)
		add_source(&function, &found->sources[found->nr - 1], settings);
	add_frame(&pieces[number], &function);
}

/* False where there is no file to ask. */
static bool make_query(const struct location *location, struct source_query *query)
{
	struct module *module = location->module < 0 ? NULL : &modules[location->module];
	struct elf_file *file = module ? module_elf(module) : NULL;

	query->file = !module ? -1 : module_debug_elf(module) ? module->debug_fd : module->fd;
	return file && query->file >= 0 && elf_offset_to_address(file, location->offset, &query->address);
}

static void ask_sources(const struct location *locations, uint32_t nr_locations, struct source_list *found)
{
	struct source_query *queries = NULL, query;
	size_t nr = 0;

	for (uint32_t i = 0; i < nr_locations; i++) {
		query = (struct source_query){ .user = i };
		if (!make_query(&locations[i], &query))
			continue;
		queries = grow(queries, nr, sizeof(query));
		queries[nr++] = query;
	}
	find_sources(queries, nr);
	for (size_t i = 0; i < nr; i++)
		found[queries[i].user] = queries[i].found;
	free(queries);
}

/* Where it began is known to be code; further out a frame pointer may have been anything. */
static void add_unknown_code(const struct stack *stack, const struct location *locations)
{
	for (unsigned i = 0; i < known_frames(stack) && i < stack->nr_frames; i++) {
		uint32_t number = location_number(stack, i);
		const struct frame bare = frame_in(&locations[number], NULL);

		if (!pieces[number].nr)
			add_frame(&pieces[number], &bare);
	}
}

static void add_label(struct piece *piece, const char *label)
{
	const struct frame frame = { .module = -1, .label = label };

	if (!piece->nr)
		add_frame(piece, &frame);
}

void make_frames(const struct settings *settings, const struct ledger *ledger)
{
	uint32_t nr;
	const struct location *locations = find_locations(ledger, &nr);
	struct source_list *found = allocate((nr + 1) * sizeof(*found));

	if (settings->lines || settings->inlines)
		ask_sources(locations, nr, found);
	pieces = allocate((nr + 1) * sizeof(*pieces));
	for (uint32_t i = 0; i < nr; i++)
		if (locations[i].module >= 0)
			add_frames(settings, i, &locations[i], &found[i]);
	for (unsigned i = 0; i < ledger->nr_stacks; i++) {
		const struct stack *stack = stack_at(ledger, i);

		if (!stack->alloc.calls)
			continue;
		add_unknown_code(stack, locations);
		if (!stack->nr_frames && stack->walk_end == WALK_NO_USER_STACK)
			add_label(&kernels, "kernel thread");
		else if (!stack->nr_frames)
			add_label(&overflow, "stack table full");
	}
	free(found);
}

static struct frame_list list_of(const struct piece *piece)
{
	return (struct frame_list){ numbers + piece->first, piece->nr };
}

struct frame_list frames_at(const struct stack *stack, unsigned index)
{
	struct frame_list list = list_of(&pieces[location_number(stack, index)]);

	if (index >= known_frames(stack) && list.nr && frames[*list.numbers].module < 0)
		list.nr = 0; /* for another stack it was its probe's caller */
	return list;
}

struct frame_list stack_table_full(void)
{
	return list_of(&overflow);
}

struct frame_list kernel_thread(void)
{
	return list_of(&kernels);
}
