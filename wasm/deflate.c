// SPDX-License-Identifier: MIT
/*
 * DEFLATE as RFC 1951 has it, a module of its own: the same bytes on every machine, which zlib does
 * not promise. Text comes in blocks, and each becomes a block with Huffman codes of its own.
 */
#include "checksum.h"
#include "huffman.h"

#include <wasm_simd128.h>

#define WINDOW 32768u
#define BLOCK 65536u
#define HASH_BITS 15
#define SHORTEST 4u
#define LONGEST 258u
/* What is so long is taken without looking for a longer one that begins a byte later. */
#define LONG_ENOUGH 32u
#define MOST_TRIES 4
/* After twice so many bytes without a match only every second one is looked at, and so on: numbers do not repeat. */
#define PATIENCE_BITS 5
/* Bytes that are compared together. */
#define STEP 16u

#define LITERALS 286
#define DISTANCES 30
#define LENGTHS 19
#define END_OF_BLOCK 256

struct match {
	u16 length; /* 0: there is none */
	u16 distance; /* at most WINDOW */
};

/* Positions count from the first byte of all. A stale one does no harm: what lies there is compared. */
static u32 newest[1 << HASH_BITS];
static u32 before[WINDOW];

/* What came before the block, then the block. */
static u8 text[WINDOW + BLOCK + STEP];
static u32 text_start; /* position of text[0] */
static u32 block_start;
static u32 crc;

static struct match found[BLOCK]; /* one without length is a literal, which `distance` holds */
static u32 found_count;

/* Where up to BLOCK bytes may be put, for `deflate`. */
EXPORT(block_room) u8 *block_room(void)
{
	return text + (block_start - text_start);
}

static u32 load32(u32 at)
{
	u32 value;

	__builtin_memcpy(&value, text + (at - text_start), sizeof(value));
	return value;
}

static u32 hash_of(u32 at)
{
	return load32(at) * 0x9e3779b1u >> (32 - HASH_BITS);
}

static void remember(u32 at)
{
	u32 *head = &newest[hash_of(at)];

	before[at % WINDOW] = *head;
	*head = at;
}

static u32 same_bytes(u32 a, u32 b, u32 most)
{
	const u8 *left = text + (a - text_start), *right = text + (b - text_start);
	u32 length = 0;

	for (; length < most; length += STEP) {
		v128_t same = wasm_i8x16_eq(wasm_v128_load(left + length), wasm_v128_load(right + length));
		u32 differing = wasm_i8x16_bitmask(same) ^ 0xffff;

		if (differing) {
			length += (u32)__builtin_ctz(differing);
			break;
		}
	}
	return length < most ? length : most;
}

/* The longest of the newest few that begin like what is at `at`. */
SMALL static struct match find(u32 at, u32 end)
{
	u32 most = end - at < LONGEST ? end - at : LONGEST, last = 0, start;
	struct match best = {0};

	if (most < SHORTEST)
		return best;
	start = load32(at);
	for (u32 i = 0, candidate = newest[hash_of(at)]; i < MOST_TRIES; i++, candidate = before[candidate % WINDOW]) {
		u32 distance = at - candidate, length;

		if (distance <= last || distance > WINDOW || distance > at - text_start)
			break;
		last = distance;
		if (load32(candidate) != start)
			continue;
		length = same_bytes(candidate, at, most);
		if (length > best.length)
			best = (struct match){ (u16)length, (u16)distance };
		if (length >= LONG_ENOUGH || length == most)
			break;
	}
	return best;
}

static void add_literal(u32 at)
{
	found[found_count++] = (struct match){0, text[at - text_start]};
}

/* Takes a match; its end. What repeats some of it mostly begins or ends with it. */
static u32 add_match(u32 at, struct match match, u32 end)
{
	u32 next = at + match.length;

	found[found_count++] = match;
	if (next + SHORTEST <= end) {
		remember(at + 1);
		remember(next - 1);
	}
	return next;
}

/* The block as matches and literals. A match waits for a longer one that begins a byte later. */
SMALL static void find_all(u32 at, u32 end)
{
	u32 literals = 0;

	found_count = 0;
	while (at < end) {
		struct match here = find(at, end);

		if (end - at >= SHORTEST)
			remember(at);
		while (here.length && here.length < LONG_ENOUGH) {
			struct match next = find(at + 1, end);

			if (next.length <= here.length)
				break;
			add_literal(at++);
			remember(at);
			here = next;
		}
		if (here.length) {
			at = add_match(at, here, end);
			literals = 0;
			continue;
		}
		for (u32 skipped = 1 + (literals >> PATIENCE_BITS); skipped > 0 && at < end; skipped--, literals++)
			add_literal(at++);
	}
}

static u32 log2_of(u32 value)
{
	return 31 - (u32)__builtin_clz(value);
}

/* A number as a symbol and some of its low bits. */
struct split {
	u32 symbol;
	u32 extra_bits;
};

/* RFC 1951, 3.2.5. */
static struct split split_length(u32 length)
{
	u32 rest = length - 3, bits;

	if (length == LONGEST)
		return (struct split){285, 0};
	bits = rest < 8 ? 0 : log2_of(rest) - 2;
	return (struct split){257 + 4 * bits + (rest >> bits), bits};
}

static struct split split_distance(u32 distance)
{
	u32 rest = distance - 1, bits = rest < 4 ? 0 : log2_of(rest) - 1;

	return (struct split){2 * bits + (rest >> bits), bits};
}

static struct code literals[LITERALS], distances[DISTANCES], lengths[LENGTHS];

/* Of both kinds two symbols are always counted: some readers refuse a code that has fewer. */
SMALL static void count_symbols(void)
{
	forget_counts(literals, LITERALS);
	forget_counts(distances, DISTANCES);
	literals[0].count = literals[END_OF_BLOCK].count = 1;
	distances[0].count = distances[1].count = 1;
	for (u32 i = 0; i < found_count; i++) {
		struct match match = found[i];

		literals[match.length ? split_length(match.length).symbol : match.distance].count++;
		if (match.length)
			distances[split_distance(match.distance).symbol].count++;
	}
}

/* The lengths of both codes, with a code for those: RFC 1951, 3.2.7, without the symbols that repeat. */
SMALL static void put_codes(void)
{
	static const u8 order[LENGTHS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

	make_codes(literals, LITERALS, 15);
	make_codes(distances, DISTANCES, 15);
	forget_counts(lengths, LENGTHS);
	for (u32 i = 0; i < LITERALS; i++)
		lengths[literals[i].length].count++;
	for (u32 i = 0; i < DISTANCES; i++)
		lengths[distances[i].length].count++;
	make_codes(lengths, LENGTHS, 7);
	put_bits(LITERALS - 257, 5);
	put_bits(DISTANCES - 1, 5);
	put_bits(LENGTHS - 4, 4);
	for (u32 i = 0; i < LENGTHS; i++)
		put_bits(lengths[order[i]].length, 3);
	for (u32 i = 0; i < LITERALS; i++)
		put_symbol(&lengths[literals[i].length]);
	for (u32 i = 0; i < DISTANCES; i++)
		put_symbol(&lengths[distances[i].length]);
}

static void put_low_bits(u32 value, u32 bits)
{
	put_bits(value & ((1u << bits) - 1), bits);
}

SMALL static void put_match(struct match match)
{
	struct split length = split_length(match.length), distance = split_distance(match.distance);

	put_symbol(&literals[length.symbol]);
	put_low_bits(match.length - 3, length.extra_bits);
	put_symbol(&distances[distance.symbol]);
	put_low_bits(match.distance - 1, distance.extra_bits);
}

SMALL static void put_found(void)
{
	for (u32 i = 0; i < found_count; i++) {
		if (found[i].length)
			put_match(found[i]);
		else
			put_symbol(&literals[found[i].distance]);
	}
}

/* Keeps the last WINDOW bytes before `end`. */
static void slide(u32 end)
{
	u32 size = end - text_start, kept = size < WINDOW ? size : WINDOW;

	__builtin_memmove(text, text + (size - kept), kept);
	text_start = end - kept;
	block_start = end;
}

/* Compresses a block of so many bytes; how many bytes of it lie at `output_start`. */
EXPORT(deflate) u32 deflate(u32 size, u32 is_last)
{
	u32 end = block_start + size;

	crc = checksum_after(crc, block_room(), size);
	forget_output();
	find_all(block_start, end);
	count_symbols();
	put_bits(is_last, 1);
	put_bits(2, 2);
	put_codes();
	put_found();
	put_symbol(&literals[END_OF_BLOCK]);
	if (is_last)
		put_last_bits();
	slide(end);
	return output_size();
}

/* CRC-32 of all bytes so far. */
EXPORT(checksum) u32 checksum(void)
{
	return crc;
}
