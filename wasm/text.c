// SPDX-License-Identifier: MIT
/*
 * Lines of collapsed stacks, a module of its own. A line has most of its text from the line before, so the
 * text of the stack is kept, and only what differs is put together. What the lists of parts are is told in
 * src/collapsed/text-tree.ts.
 */
#include "tree.h"

#include <wasm_simd128.h>

#define IS_BELOW 1u
#define IS_LAST 2u
#define NONE 0xffffffffu
#define STEP 16u
/* Digits of a number below 2^53, and the space before it. */
#define COUNT_SIZE 17u
/* Of a chunk, unless a line is longer: two stay in the cache of a processor until they are written. */
#define CHUNK_SIZE 0x40000u

/* How large what is written from is; src/collapsed/text-writer.ts has the same, in this order. */
struct sizes {
	u32 names;
	u32 name_bytes;
	u32 part_numbers;
	u32 stacks;
	u32 counts; /* of each stack */
	u32 depth; /* frames of the deepest stack */
	u32 line; /* bytes of the longest stack */
};

/* A list above the one that is written: the part that comes next, and the bytes that lead to it. */
struct level {
	u32 next;
	u32 length;
};

static struct sizes sizes;
static u32 *name_ends;
static u8 *name_bytes;
static u32 *parts;
static double *counts;
static struct level *levels;
static u32 level;
static u8 *stack;
/* One is filled while the other is used. */
static u8 *chunks[2];
static u32 chunk_size;

EXPORT(sizes_at) struct sizes *sizes_at(void) { return &sizes; }
EXPORT(name_ends_at) u32 *name_ends_at(void) { return name_ends; }
EXPORT(name_bytes_at) u8 *name_bytes_at(void) { return name_bytes; }
EXPORT(parts_at) u32 *parts_at(void) { return parts; }
EXPORT(counts_at) double *counts_at(void) { return counts; }
EXPORT(chunk_at) u8 *chunk_at(u32 chunk) { return chunks[chunk]; }

/* Copies go on to a multiple of STEP. */
static void *room_for(u64 bytes)
{
	u64 pages = (bytes + STEP + PAGE_SIZE - 1) / PAGE_SIZE;

	if (pages > 65536)
		__builtin_trap();
	return take_pages(pages);
}

/* Makes room for what `sizes` says. Begins with the list at 0. */
EXPORT(make_text_room) void make_text_room(void)
{
	u64 line = (u64)sizes.line + sizes.counts * COUNT_SIZE + 1;

	chunk_size = line > CHUNK_SIZE ? line : CHUNK_SIZE;
	name_ends = room_for(4ull * sizes.names);
	name_bytes = room_for(sizes.name_bytes);
	parts = room_for(4ull * sizes.part_numbers);
	counts = room_for(8ull * sizes.stacks * sizes.counts);
	levels = room_for((u64)sizeof(*levels) * (sizes.depth + 1));
	stack = room_for((u64)sizes.line + 1);
	for (u32 i = 0; i < 2; i++)
		chunks[i] = room_for(chunk_size);
	level = 0;
	levels[0] = (struct level){ .next = sizes.part_numbers > 0 ? 0 : NONE };
}

static void copy(u8 *to, const u8 *from, u32 length)
{
	for (u32 i = 0; i < length; i += STEP)
		wasm_v128_store(to + i, wasm_v128_load(from + i));
}

static u8 *put_count(u8 *to, double count)
{
	u8 digits[COUNT_SIZE];
	u64 rest = (u64)count;
	u32 at = COUNT_SIZE;

	for (; rest >> 32; rest /= 10)
		digits[--at] = '0' + rest % 10;
	u32 small = (u32)rest;
	do
		digits[--at] = '0' + small % 10;
	while (small /= 10);
	digits[--at] = ' ';
	while (at < COUNT_SIZE)
		*to++ = digits[at++];
	return to;
}

static u8 *put_line(u8 *to, u32 length, u32 number)
{
	copy(to, stack, length);
	to += length;
	for (u32 i = 0; i < sizes.counts; i++)
		to = put_count(to, counts[(u64)number * sizes.counts + i]);
	*to++ = '\n';
	return to;
}

/* Whole lines into one of the chunks, as many as it holds; how many bytes: 0 at the end. */
EXPORT(write_lines) u32 write_lines(u32 chunk)
{
	u8 *to = chunks[chunk];
	const u8 *last = to + chunk_size - sizes.counts * COUNT_SIZE - 1;

	for (;;) {
		struct level *own = &levels[level];

		if (own->next == NONE) {
			if (level == 0)
				return to - chunks[chunk];
			level--;
			continue;
		}
		u32 part = parts[own->next];
		u32 place = parts[own->next + 1];
		u32 name = part >> 2;
		u32 from = name > 0 ? name_ends[name - 1] : 0;
		u32 length = own->length + name_ends[name] - from;

		if (!(part & IS_BELOW) && to + length > last)
			return to - chunks[chunk];
		own->next = part & IS_LAST ? NONE : own->next + 2;
		copy(stack + own->length, name_bytes + from, length - own->length);
		if (part & IS_BELOW) {
			stack[length] = ';';
			levels[++level] = (struct level){ .next = place, .length = length + 1 };
		} else {
			to = put_line(to, length, place);
		}
	}
}
