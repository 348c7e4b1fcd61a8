// SPDX-License-Identifier: MIT
/*
 * Neighbouring lines mostly begin alike, so the path of the line before is kept, and only what differs
 * from it is looked up.
 */
#include "tree.h"

#include <wasm_simd128.h>

/* A frame of the stack before: where its text ends, and its node. */
struct step {
	u32 end;
	u32 node;
};

static struct array path; /* of struct step */
static u32 depth;
static const u8 *before;
static u32 before_length;

const u8 *find_byte(const u8 *from, const u8 *end, u8 byte)
{
	v128_t wanted = wasm_i8x16_splat((signed char)byte);

	for (; from + 16 <= end; from += 16) {
		u32 mask = wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(from), wanted));

		if (mask)
			return from + __builtin_ctz(mask);
	}
	while (from < end && *from != byte)
		from++;
	return from;
}

static u32 common_length(const u8 *text, u32 length)
{
	u32 most = length < before_length ? length : before_length;
	u32 i = 0;

	for (; i + 16 <= most; i += 16) {
		v128_t same = wasm_i8x16_eq(wasm_v128_load(text + i), wasm_v128_load(before + i));

		if (!wasm_i8x16_all_true(same))
			break;
	}
	while (i < most && text[i] == before[i])
		i++;
	return i;
}

/* Leaves of the path what are also whole frames of the text. */
static void keep_common(const u8 *text, u32 length)
{
	const struct step *step = path.at;
	u32 common = common_length(text, length);

	while (depth && (step[depth - 1].end > common ||
			 (step[depth - 1].end < length && text[step[depth - 1].end] != ';')))
		depth--;
}

static void push(u32 end, u32 node)
{
	make_room(&path, (depth + 1) * sizeof(struct step));
	((struct step *)path.at)[depth++] = (struct step){ end, node };
}

EXPORT(node_of) u32 node_of(const u8 *text, u32 length)
{
	const struct step *last;
	u32 node = 0, start = 0;

	keep_common(text, length);
	if (depth) {
		last = (struct step *)path.at + depth - 1;
		node = last->node;
		start = last->end + 1;
	}
	while (start <= length) {
		u32 end = (u32)(find_byte(text + start, text + length, ';') - text);

		node = child(node, name_of(text + start, end - start));
		push(end, node);
		start = end + 1;
	}
	before = text;
	before_length = length;
	return node;
}

EXPORT(forget_stack) void forget_stack(void)
{
	depth = 0;
	before_length = 0;
}
