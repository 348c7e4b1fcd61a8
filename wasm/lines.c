// SPDX-License-Identifier: MIT
/*
 * Lines as they should be: `root;child;leaf 42`, perhaps with a carriage return. Every other line is
 * left to whoever called: it may be read with more patience, or has to be reported.
 */
#include "hash.h"

/* One digit less than 2^53 has. */
#define MOST_DIGITS 15

static struct array input;
static u32 lines_taken;

/* Where `size` bytes of input may lie; what lay there still does. */
EXPORT(input_room) u8 *input_room(u32 size)
{
	make_room(&input, size + BLOCK);
	return input.at;
}

/* Lines that the last take_lines took. */
EXPORT(taken) u32 taken(void)
{
	return lines_taken;
}

static int is_digit(u8 byte)
{
	return byte >= '0' && byte <= '9';
}

static int is_blank(u8 byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Neither the first nor the last byte may be one that a tolerant reader takes away. */
static int is_plain(const u8 *stack, const u8 *end)
{
	return stack < end && !is_blank(*stack) && *stack != ';' && *stack != '#' && !is_blank(end[-1]) && end[-1] != ';';
}

SMALL static int take_line(const u8 *line, const u8 *end)
{
	const u8 *count = end;
	double weight = 0;
	u32 node;

	if (end > line && end[-1] == '\r')
		count = --end;
	while (count > line && is_digit(count[-1]))
		count--;
	if (count == end || end - count > MOST_DIGITS || count == line || count[-1] != ' ' || !is_plain(line, count - 1))
		return 0;
	for (const u8 *digit = count; digit < end; digit++)
		weight = 10 * weight + (*digit - '0');
	// A stack without weight needs no node.
	if (weight == 0)
		return 1;
	node = node_of(line, (u32)(count - 1 - line));
	add(node, weight);
	return 1;
}

/* Takes whole lines up to the first that is not as it should be; where that, or the rest, begins. */
EXPORT(take_lines) const u8 *take_lines(const u8 *from, const u8 *end)
{
	lines_taken = 0;
	while (from < end) {
		const u8 *line_end = find_byte(from, end, '\n');

		if (line_end == end || !take_line(from, line_end))
			break;
		lines_taken++;
		from = line_end + 1;
	}
	return from;
}
