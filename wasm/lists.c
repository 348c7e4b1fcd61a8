// SPDX-License-Identifier: MIT
/*
 * The numbers about the nodes of a profile as lists of letters, which src/profile/text.ts describes: depth
 * first, siblings in the order of their indexes. A module of its own.
 */
#include "tree.h"

#include <wasm_simd128.h>

/* A piece of a list is about so long. */
#define PIECE 65536u
/* Of 2^53, with five bits a letter. */
#define MOST_LETTERS 11u
/* What a name has before it, and behind it. */
#define MOST_BEFORE 2u
#define MOST_BEHIND 3u
/* Letters of names in a line, but for what the last one has more; src/profile/text.ts has the same. */
#define LINE 65536u
/* Bytes that are looked at together. */
#define STEP 16u
/* Of the link of a last child: to its parent, for it has no next sibling. */
#define IS_PARENT (1u << 31)

enum list { UP_GAPS, UP_VALUES, FRAMES, SELF_GAPS, SELF_VALUES };

static u32 node_count;
static u32 frame_count;
static u32 walked; /* nodes: all but the root */
static u32 *parents; /* of each node */
static u32 *ups; /* of each walked node, how far above the node before its parent lies; in the place of the parents */
static u32 *frames; /* of each node */
static u32 *first_children; /* of each node; 0: it has none */
static u32 *next_siblings; /* of each node, or its parent */
static double *selfs; /* of each node, in the place of the links */
static u32 *order; /* the walked nodes */
static u32 *numbers; /* of each frame, counted from 1; 0: it was not met */
static u32 *met; /* frames in the order of their numbers */
static u32 met_count;

static u8 *names; /* with a `;` behind each */
static u32 names_size;
static u32 *name_starts; /* of each frame's, and where one more would begin */
static u32 written; /* bytes of the next name that are written already */
static u32 line; /* letters of names in it */

static enum list list;
static u32 at; /* of the walked nodes, or of the met frames, the next */
static u64 gap;
static u8 piece[PIECE + MOST_LETTERS];
_Static_assert(MOST_BEFORE + 1 + MOST_BEHIND <= MOST_LETTERS, "a name that begins at the end of a piece fits, too");

static void *take(u32 count, u32 size)
{
	u64 bytes = (u64)count * size;

	return take_pages((u32)(bytes / PAGE_SIZE) + 1);
}

/* Where the parents of so many nodes are to be put, and behind them their frames. */
EXPORT(nodes_room) u32 *nodes_room(u32 nodes, u32 frames_in_all)
{
	node_count = nodes;
	frame_count = frames_in_all;
	ups = parents = take(2 * nodes, sizeof(u32));
	frames = parents + nodes;
	selfs = take(nodes, sizeof(double));
	first_children = (u32 *)selfs;
	next_siblings = first_children + nodes;
	order = take(nodes, sizeof(u32));
	numbers = take(2 * frame_count, sizeof(u32));
	met = numbers + frame_count;
	return parents;
}

/* Where the weights of a column are to be put, for the lists about it, once all was walked. */
EXPORT(selfs_room) double *selfs_room(void)
{
	return selfs;
}

static void link(void)
{
	for (u32 node = node_count - 1; node > 0; node--) {
		u32 parent = parents[node], first = first_children[parent];

		next_siblings[node] = first ? first : parent | IS_PARENT;
		first_children[parent] = node;
	}
}

static void meet(u32 frame)
{
	if (numbers[frame])
		return;
	met[met_count++] = frame;
	numbers[frame] = met_count;
}

/* The node behind one, and how far above that the parent of it lies. */
static u32 after(u32 node, u32 *up)
{
	*up = 0;
	if (first_children[node])
		return first_children[node];
	*up = 1;
	for (node = next_siblings[node]; node & IS_PARENT; node = next_siblings[node & ~IS_PARENT])
		++*up;
	return node;
}

/* Goes through the nodes that were put into the room; how many frames they have. */
EXPORT(walk) u32 walk(void)
{
	u32 up = 0;

	link();
	for (u32 node = first_children[0]; node; node = after(node, &up)) {
		meet(frames[node]);
		order[walked] = node;
		ups[walked++] = up;
	}
	return met_count;
}

/* The frames that were met, in the order of their numbers. */
EXPORT(met_frames) u32 *met_frames(void)
{
	return met;
}

/* Where names are to be put, with a `;` behind each. */
EXPORT(names_room) u8 *names_room(u32 size)
{
	names_size = size;
	name_starts = take(frame_count + 1, sizeof(u32));
	names = take(size + STEP, 1);
	return names;
}

/* Of the bytes at `text`, those that are `byte`. */
static v128_t which_are(v128_t text, char byte)
{
	return wasm_i8x16_eq(text, wasm_i8x16_splat(byte));
}

/* Controls, quotes and backslashes are written otherwise; what is not ASCII counts otherwise. */
static int needs_escapes(v128_t text)
{
	v128_t quoted = wasm_v128_or(which_are(text, '"'), which_are(text, '\\'));

	return wasm_v128_any_true(wasm_v128_or(quoted, wasm_i8x16_lt(text, wasm_i8x16_splat(' '))));
}

/* Finds out where each of the names begins; 0: JSON would have them otherwise. */
EXPORT(begin_names) u32 begin_names(void)
{
	u32 count = 0;

	__builtin_memset(names + names_size, ' ', STEP);
	for (u32 i = 0; i < names_size; i += STEP) {
		v128_t text = wasm_v128_load(names + i);

		if (needs_escapes(text))
			return 0;
		for (u32 ends = wasm_i8x16_bitmask(which_are(text, ';')); ends; ends &= ends - 1)
			name_starts[++count] = i + (u32)__builtin_ctz(ends) + 1;
	}
	return 1;
}

/* The bytes of a name that are still to be written, as many as there is room for: one at least. */
static u8 *put_name(u8 *to, const u8 *end, u32 frame)
{
	u32 start = name_starts[frame], length = name_starts[frame + 1] - 1 - start, part;

	if (!written) {
		*to++ = line ? ',' : '[';
		*to++ = '"';
	}
	part = length - written;
	if (part > (u32)(end - to))
		part = (u32)(end - to);
	__builtin_memcpy(to, names + start + written, part);
	to += part;
	written += part;
	if (written < length)
		return to;
	*to++ = '"';
	line += length;
	written = 0;
	at++;
	return to;
}

/* The next part of the names of the frames that were met, as JSON lists: how many bytes of it lie at `piece_start`. */
EXPORT(next_names) u32 next_names(void)
{
	u8 *to = piece;

	while (at < met_count && to < piece + PIECE) {
		to = put_name(to, piece + PIECE + MOST_BEFORE + 1, met[at]);
		if (written || (line < LINE && at < met_count))
			continue;
		*to++ = ']';
		*to++ = '\n';
		line = 0;
	}
	return (u32)(to - piece);
}

EXPORT(begin_list) void begin_list(enum list wanted)
{
	list = wanted;
	at = 0;
	gap = 0;
}

static u64 number_of(u32 place)
{
	if (list == FRAMES)
		return numbers[frames[order[place]]] - 1;
	return list < FRAMES ? ups[place] : (u64)selfs[order[place]];
}

/* The variable-length quantities of source maps (ECMA-426), without a sign. */
static u8 *put(u8 *to, u64 number)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; number > 31; number >>= 5)
		*to++ = letters[32 | (number & 31)];
	*to++ = letters[number];
	return to;
}

/* Of a list in which most are 0: how many of them were before this one, or this one. */
static u8 *put_sparse(u8 *to, u64 number)
{
	u64 zeros = gap;

	if (!number) {
		gap++;
		return to;
	}
	gap = 0;
	return put(to, list == UP_GAPS || list == SELF_GAPS ? zeros : number);
}

/* The next part of the list that was begun: how many bytes of it lie at `piece_start`, 0 behind the last. */
EXPORT(next_piece) u32 next_piece(void)
{
	u8 *to = piece;

	while (at < walked && to < piece + PIECE) {
		u64 number = number_of(at++);

		to = list == FRAMES ? put(to, number) : put_sparse(to, number);
	}
	return (u32)(to - piece);
}

EXPORT(piece_start) u8 *piece_start(void)
{
	return piece;
}
