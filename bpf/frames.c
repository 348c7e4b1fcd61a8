// SPDX-License-Identifier: MIT
/* Code addresses of the processes -> frames, each distinct function once. */
#define _GNU_SOURCE
#include <search.h>
#include <string.h>
#include "collector.h"

/* An address seen in a stack; a program may be elsewhere in the next image of its process. */
struct location {
	uint64_t address;
	uint16_t process, image;
	bool returns; /* a return address: the call is before it */
	const struct frame *frame; /* NULL: no code */
};

static void *frame_tree, *location_tree; /* tsearch(3) */
static const struct frame **frames;
static unsigned nr_frames;

static int compare(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

static int compare_text(const char *left, const char *right)
{
	if (!left || !right)
		return (left != NULL) - (right != NULL);
	return strcmp(left, right);
}

static int by_identity(const void *left, const void *right)
{
	const struct frame *a = left, *b = right;
	int order = a->module - b->module;

	order = order ? order : compare_text(a->name, b->name);
	order = order ? order : compare_text(a->label, b->label);
	order = order ? order : compare(a->offset, b->offset);
	return order ? order : compare(a->address, b->address);
}

static const struct frame *intern_frame(const struct frame *wanted)
{
	struct frame *copy, **found = tfind(wanted, &frame_tree, by_identity);

	if (found)
		return *found;
	copy = allocate(sizeof(*copy));
	*copy = *wanted;
	copy->number = nr_frames;
	tsearch(copy, &frame_tree, by_identity);
	frames = grow(frames, nr_frames, sizeof(copy));
	frames[nr_frames++] = copy;
	return copy;
}

const struct frame *const *all_frames(unsigned *nr)
{
	*nr = nr_frames;
	return frames;
}

const struct frame *label_frame(const char *label)
{
	const struct frame frame = { .module = -1, .label = label };

	return intern_frame(&frame);
}

static int by_place(const void *left, const void *right)
{
	const struct location *a = left, *b = right;
	int order = compare(a->address, b->address);

	order = order ? order : a->process - b->process;
	order = order ? order : a->image - b->image;
	return order ? order : a->returns - b->returns;
}

static const struct frame *resolve(const struct location *location)
{
	/* The byte before a return address belongs to the call, even where the function ends with it. */
	uint64_t code = location->address - location->returns;
	const struct mapping *mapping = find_mapping(&processes[location->process], location->image, code);
	struct frame frame = { .module = -1, .address = location->address };
	uint64_t offset;

	if (!mapping)
		return NULL;
	offset = code - mapping->start + mapping->offset;
	frame.module = mapping->module;
	frame.address = 0;
	frame.name = symbol_at(&modules[mapping->module], offset);
	if (!frame.name)
		frame.offset = modules[mapping->module].ino ? offset : location->address;
	return intern_frame(&frame);
}

static const struct frame *frame_of(const struct location *wanted)
{
	struct location *copy, **found = tfind(wanted, &location_tree, by_place);

	if (found)
		return (*found)->frame;
	copy = allocate(sizeof(*copy));
	*copy = *wanted;
	copy->frame = resolve(wanted);
	tsearch(copy, &location_tree, by_place);
	return copy->frame;
}

const struct frame *frame_at(const struct stack *stack, unsigned index)
{
	const struct location location = { stack->frame[index] & ~FRAME_BY_FP, stack->process, stack->image, index > 0, NULL };
	const struct frame *frame = frame_of(&location);
	const struct frame bare = { .module = -1, .address = location.address };

	/* The probe and its caller are known to be code; further out a frame pointer may have been anything. */
	return frame || index > 1 ? frame : intern_frame(&bare);
}
