// SPDX-License-Identifier: MIT
/*
 * Neighbouring lines mostly begin alike, so the path of the line before is kept, and only what differs
 * from it is looked up.
 */
#include "hash.h"

/* A frame of a stack. */
struct step {
	u32 end; /* of its text */
	u32 hash; /* of its name */
	u32 name;
	u32 path; /* the hash of the path that ends here */
	u32 node;
};

static struct array path; /* of struct step */
static u32 depth;
static const u8 *before;
static u32 before_length;

SMALL const u8 *find_byte(const u8 *from, const u8 *end, u8 byte)
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
SMALL static void keep_common(const u8 *text, u32 length)
{
	const struct step *step = path.at;
	u32 common = common_length(text, length);

	while (depth && (step[depth - 1].end > common ||
			 (step[depth - 1].end < length && text[step[depth - 1].end] != ';')))
		depth--;
}

static void push(struct step step)
{
	make_room(&path, (depth + 1) * sizeof(struct step));
	((struct step *)path.at)[depth++] = step;
}

/* The frames behind the path, without names and nodes. */
SMALL static void split(const u8 *text, u32 length)
{
	u32 start = depth ? ((struct step *)path.at)[depth - 1].end + 1 : 0;

	while (start <= length) {
		struct hashed frame = hash_frame(text + start, text + length);

		push((struct step){ .end = start + frame.length, .hash = frame.hash });
		start += frame.length + 1;
	}
}

/*
 * Names and nodes of the steps from `known` on. With many of them nearly each is several cache misses, one
 * after the other. The loops that touch wait for nothing, so that the misses of all frames are under way
 * at once.
 */
SMALL static void find_names(const u8 *text, u32 known)
{
	struct step *step = path.at;
	u32 hash = known ? step[known - 1].path : ROOT_HASH;

	for (u32 i = known; i < depth; i++)
		step[i].name = touch_name(step[i].hash);
	for (u32 i = known; i < depth; i++) {
		u32 start = i ? step[i - 1].end + 1 : 0;

		step[i].name = name_at(text + start, (struct hashed){ step[i].end - start, step[i].hash });
		hash = step[i].path = hash_path(hash, step[i].name);
	}
}

SMALL static u32 find_nodes(u32 known)
{
	struct step *step = path.at;
	u32 node = known ? step[known - 1].node : 0;

	for (u32 i = known; i < depth; i++)
		step[i].node = touch_child(step[i].path);
	for (u32 i = known; i < depth; i++)
		node = step[i].node = child_at(node, step[i].name, step[i].path);
	return node;
}

EXPORT(node_of) u32 node_of(const u8 *text, u32 length)
{
	u32 known;

	keep_common(text, length);
	known = depth;
	split(text, length);
	before = text;
	before_length = length;
	find_names(text, known);
	return find_nodes(known);
}

EXPORT(forget_stack) void forget_stack(void)
{
	depth = 0;
	before_length = 0;
}
