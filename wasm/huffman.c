// SPDX-License-Identifier: MIT
#include "huffman.h"

#define MOST_SYMBOLS 286
/* A block of 65,536 bytes has no symbol of more than 15 bits; an end, codes and what put_bits writes too much besides. */
#define MOST_OUTPUT (2 * 65536 + 2048)

static u8 output[MOST_OUTPUT];
static u32 output_at;
static u64 waiting; /* less than a byte, between calls */
static u32 waiting_count;

EXPORT(output_start) const u8 *output_start(void)
{
	return output;
}

void forget_output(void)
{
	output_at = 0;
}

u32 output_size(void)
{
	return output_at;
}

void put_bits(u32 bits, u32 count)
{
	waiting |= (u64)bits << waiting_count;
	waiting_count += count;
	// More than what is due: what comes next lies over the rest.
	__builtin_memcpy(output + output_at, &waiting, sizeof(waiting));
	output_at += waiting_count / 8;
	waiting >>= waiting_count / 8 * 8;
	waiting_count %= 8;
}

void put_symbol(const struct code *code)
{
	put_bits(code->bits, code->length);
}

void put_last_bits(void)
{
	put_bits(0, 7 & -waiting_count);
}

void forget_counts(struct code *codes, u32 size)
{
	for (u32 i = 0; i < size; i++)
		codes[i].count = 0;
}

/* Symbols that occur, the rarest first; equal ones in their order. */
static u32 sort_symbols(const struct code *codes, u32 size, u16 *sorted)
{
	u32 used = 0;

	for (u32 symbol = 0; symbol < size; symbol++) {
		u32 at = used;

		if (codes[symbol].count == 0)
			continue;
		for (; at > 0 && codes[sorted[at - 1]].count > codes[symbol].count; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = (u16)symbol;
		used++;
	}
	return used;
}

/* A leaf or a pair, of the tree of which codes are the paths. */
struct knot {
	u32 count;
	u16 parent;
	u16 depth;
};

static struct knot knots[2 * MOST_SYMBOLS];

/* The rarer of the next leaf and the next pair. */
static u32 take_rarest(u32 *leaf, u32 leaves, u32 *pair, u32 pairs_end)
{
	if (*leaf < leaves && (*pair == pairs_end || knots[*leaf].count <= knots[*pair].count))
		return (*leaf)++;
	return (*pair)++;
}

/* Depths of leaves that lie sorted at the start; how deep the deepest is. */
static u32 make_tree(u32 leaves)
{
	u32 leaf = 0, pair = leaves, end = leaves, deepest = 0;

	for (; end < 2 * leaves - 1; end++) {
		u32 a = take_rarest(&leaf, leaves, &pair, end);
		u32 b = take_rarest(&leaf, leaves, &pair, end);

		knots[end].count = knots[a].count + knots[b].count;
		knots[a].parent = knots[b].parent = (u16)end;
	}
	knots[end - 1].depth = 0;
	for (u32 i = end - 1; i-- > 0;) {
		knots[i].depth = (u16)(knots[knots[i].parent].depth + 1);
		if (knots[i].depth > deepest)
			deepest = knots[i].depth;
	}
	return deepest;
}

static u16 reversed(u32 bits, u32 count)
{
	u32 result = 0;

	for (; count > 0; count--, bits >>= 1)
		result = result << 1 | (bits & 1);
	return (u16)result;
}

/* RFC 1951, 3.2.2. */
static void number_codes(struct code *codes, u32 size, u32 most_bits)
{
	u32 next = 0;

	for (u32 length = 1; length <= most_bits; length++, next <<= 1)
		for (u32 i = 0; i < size; i++)
			if (codes[i].length == length)
				codes[i].bits = reversed(next++, length);
}

void make_codes(struct code *codes, u32 size, u32 most_bits)
{
	u16 sorted[MOST_SYMBOLS];
	u32 used = sort_symbols(codes, size, sorted);

	for (u32 i = 0; i < used; i++)
		knots[i].count = codes[sorted[i]].count;
	// Counts that are more alike make a tree that is less deep.
	while (make_tree(used) > most_bits)
		for (u32 i = 0; i < used; i++)
			knots[i].count = (knots[i].count + 1) / 2;
	for (u32 i = 0; i < size; i++)
		codes[i].length = 0;
	for (u32 i = 0; i < used; i++)
		codes[sorted[i]].length = (u8)knots[i].depth;
	number_codes(codes, size, most_bits);
}
