// SPDX-License-Identifier: MIT
/*
 * What code a process has mapped, and had. A JIT compiler may have tens of thousands of mappings: what is there now
 * is kept by address, too, and all of them by what they are of.
 */
#include <stdlib.h>
#include <string.h>
#include "frames.h"

/* Addresses at which a mapping is the latest. */
struct visible {
	uint64_t start, end;
	unsigned mapping;
};

struct mapping_index {
	unsigned image, layout; /* the latest of all mappings, and of those with the image */
	struct visible *visible; /* of the image; ascending, without overlaps */
	unsigned nr;
	struct hash_table table; /* see hash_of */
};

static struct mapping_index *index_of(struct process *process)
{
	if (!process->mapping_index)
		process->mapping_index = allocate(sizeof(*process->mapping_index));
	return process->mapping_index;
}

/* The first that ends behind the address. */
static unsigned visible_at(const struct mapping_index *index, uint64_t address)
{
	unsigned low = 0, high = index->nr;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (index->visible[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct mapping *find_visible(const struct process *process, uint64_t address)
{
	const struct mapping_index *index = process->mapping_index;
	unsigned at = visible_at(index, address);

	if (at == index->nr || index->visible[at].start > address)
		return NULL;
	return &process->mappings[index->visible[at].mapping];
}

/* Later mappings hide earlier ones at the same address. */
const struct mapping *find_mapping(const struct process *process, struct generation when, uint64_t address)
{
	const struct mapping_index *index = process->mapping_index;

	if (index && when.image == index->image && when.layout >= index->layout)
		return find_visible(process, address);
	for (unsigned i = process->nr_mappings; i-- > 0;) {
		const struct mapping *mapping = &process->mappings[i];

		if (mapping->image == when.image && mapping->layout <= when.layout && address >= mapping->start &&
		    address < mapping->end)
			return mapping;
	}
	return NULL;
}

static void insert_visible(struct mapping_index *index, unsigned at, struct visible visible)
{
	index->visible = grow(index->visible, index->nr, sizeof(visible));
	memmove(index->visible + at + 1, index->visible + at, (index->nr - at) * sizeof(visible));
	index->visible[at] = visible;
	index->nr++;
}

static void remove_visible(struct mapping_index *index, unsigned first, unsigned last)
{
	if (first == last)
		return;
	memmove(index->visible + first, index->visible + last, (index->nr - last) * sizeof(*index->visible));
	index->nr -= last - first;
}

/* Takes these addresses from whoever has them. Returns where their next owner belongs. */
static unsigned clear_visible(struct mapping_index *index, uint64_t start, uint64_t end)
{
	unsigned first = visible_at(index, start), last;

	if (first < index->nr && index->visible[first].start < start) {
		if (index->visible[first].end > end) /* in its middle: what follows counts as two */
			insert_visible(index, first, index->visible[first]);
		index->visible[first++].end = start;
	}
	for (last = first; last < index->nr && index->visible[last].end <= end; last++)
		;
	if (last < index->nr && index->visible[last].start < end)
		index->visible[last].start = end;
	remove_visible(index, first, last);
	return first;
}

static void show(struct process *process, unsigned number)
{
	const struct mapping *mapping = &process->mappings[number];
	struct mapping_index *index = index_of(process);

	if (mapping->image < index->image || mapping->start >= mapping->end)
		return;
	if (mapping->image > index->image) {
		index->nr = index->layout = 0;
		index->image = mapping->image;
	}
	if (mapping->layout > index->layout)
		index->layout = mapping->layout;
	insert_visible(index, clear_visible(index, mapping->start, mapping->end),
		       (struct visible){ mapping->start, mapping->end, number });
}

/* What it has hidden does not come back: that is gone. */
static void hide(struct process *process, unsigned number)
{
	struct mapping_index *index = index_of(process);
	const struct mapping *mapping = &process->mappings[number];
	unsigned at = visible_at(index, mapping->start);

	while (at < index->nr && index->visible[at].start < mapping->end) {
		if (index->visible[at].mapping == number)
			remove_visible(index, at, at + 1);
		else
			at++;
	}
}

/* Of a number that is looked for in the table. */
struct wanted {
	const struct process *process;
	const struct mapping *mapping;
};

static uint64_t hash_of(const struct mapping *mapping)
{
	return hash_number(hash_number(mapping->module, mapping->image), mapping->start);
}

static bool has_same_start(uint32_t number, const void *context)
{
	const struct wanted *wanted = context;
	const struct mapping *a = &wanted->process->mappings[number], *b = wanted->mapping;

	return a->start == b->start && a->module == b->module && a->image == b->image;
}

static bool is_same(uint32_t number, const void *context)
{
	const struct wanted *wanted = context;
	const struct mapping *a = &wanted->process->mappings[number], *b = wanted->mapping;

	return has_same_start(number, context) && a->end == b->end && a->offset == b->offset && a->layout == b->layout;
}

static uint32_t find_number(struct process *process, const struct mapping *mapping,
			    bool (*is)(uint32_t number, const void *wanted))
{
	const struct wanted wanted = { process, mapping };

	return hash_find(&index_of(process)->table, hash_of(mapping), &(struct hash_match){ is, &wanted });
}

static bool is_known(const struct process *process, const struct mapping *mapping)
{
	const struct generation when = { mapping->image, mapping->layout };
	const struct mapping *known = find_mapping(process, when, mapping->start);

	return known && known->start == mapping->start && known->end == mapping->end &&
	       known->offset == mapping->offset && known->module == mapping->module;
}

/* JIT compilers map and unmap the same places all the time: they must not make the list grow. */
static bool replace_anonymous(struct process *process, const struct mapping *mapping)
{
	uint32_t number = modules[mapping->module].ino ? HASH_NONE : find_number(process, mapping, has_same_start);

	if (number == HASH_NONE)
		return false;
	hide(process, number);
	process->mappings[number] = *mapping;
	show(process, number);
	return true;
}

/* The file whose code was at the same place before, and stacks do not tell whether they are from then. */
static const struct module *find_replaced(const struct process *process, const struct mapping *mapping)
{
	for (unsigned i = process->nr_mappings; i-- > 0;) {
		const struct mapping *old = &process->mappings[i];

		if (old->image == mapping->image && old->layout == mapping->layout && old->module != mapping->module &&
		    modules[old->module].ino && old->start < mapping->end && mapping->start < old->end)
			return &modules[old->module];
	}
	return NULL;
}

/* Stacks are addresses, which are named when the trace ends: by what is there then. */
static void tell_replaced(struct process *process, const struct mapping *mapping)
{
	const struct module *old;

	if (process->told_replaced || !modules[mapping->module].ino)
		return;
	old = find_replaced(process, mapping);
	if (!old)
		return;
	event_warning("pid %d (%s) has unloaded %s and mapped %s in its place: stacks through the first have names of the "
		      "second", process->pid, process->name, old->path, modules[mapping->module].path);
	process->told_replaced = true;
}

/* Numbers have changed. */
static void rebuild_table(struct process *process)
{
	struct hash_table *table = &index_of(process)->table;

	free(table->slots);
	*table = (struct hash_table){ 0 };
	for (unsigned i = 0; i < process->nr_mappings; i++)
		hash_add(table, hash_of(&process->mappings[i]), i);
}

/* What has been mapped again in place of another one hides this as if it were new, and must not make the list grow. */
static void remove_hidden(struct process *process, const struct mapping *mapping)
{
	struct mapping_index *index = index_of(process);
	uint32_t number = find_number(process, mapping, is_same);

	if (number == HASH_NONE)
		return;
	hide(process, number);
	for (unsigned i = 0; i < index->nr; i++)
		index->visible[i].mapping -= index->visible[i].mapping > number;
	process->nr_mappings--;
	memmove(process->mappings + number, process->mappings + number + 1,
		(process->nr_mappings - number) * sizeof(*mapping));
	process->nr_searched -= number < process->nr_searched;
	rebuild_table(process);
}

void add_mapping(struct process *process, const struct mapping *mapping)
{
	if (is_known(process, mapping))
		return;
	tell_replaced(process, mapping);
	process->has_new_mappings = true;
	process->has_new_files |= modules[mapping->module].ino != 0;
	if (replace_anonymous(process, mapping))
		return;
	remove_hidden(process, mapping);
	process->mappings = grow(process->mappings, process->nr_mappings, sizeof(*mapping));
	process->mappings[process->nr_mappings] = *mapping;
	hash_add(&index_of(process)->table, hash_of(mapping), process->nr_mappings);
	show(process, process->nr_mappings++);
}
