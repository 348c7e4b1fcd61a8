// SPDX-License-Identifier: MIT
#include "hash.h"

/* After so many blocks the keys are used again. */
#define KEYS 4u

static struct block keys[KEYS];
static u64 length_key;
static u64 path_keys[3];

/* SplitMix64 (Steele, Lea, Flood 2014). */
static u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

EXPORT(seed) void seed(u32 value)
{
	u64 state = value;

	for (u32 i = 0; i < KEYS; i++)
		for (u32 k = 0; k < VECTORS; k++)
			keys[i].part[k] = wasm_u64x2_make(next_random(&state), next_random(&state));
	for (u32 i = 0; i < 3; i++)
		path_keys[i] = next_random(&state);
	length_key = next_random(&state);
}

/* The finaliser of MurmurHash3, with 64 bits. */
static u64 mix(u64 hash)
{
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdull;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ull;
	return hash ^ hash >> 33;
}

struct block begun_block(const u8 *at, u32 count)
{
	static const u8 masks[2 * BLOCK] = { [0 ... BLOCK - 1] = 255 };
	struct block block;

	for (u32 k = 0; k < VECTORS; k++)
		block.part[k] = wasm_v128_and(wasm_v128_load(at + 16 * k), wasm_v128_load(masks + BLOCK - count + 16 * k));
	return block;
}

/* Bytes of the block at `at` before a `;` or `end`; BLOCK if there is none. */
static u32 length_in_block(const u8 *at, const u8 *end)
{
	u32 most = end - at < (long)BLOCK ? (u32)(end - at) : BLOCK, length;
	u64 ends = 0;

	for (u32 k = 0; k < VECTORS; k++)
		ends |= (u64)wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(at + 16 * k), wasm_i8x16_splat(';')))
			<< 16 * k;
	length = ends ? (u32)__builtin_ctzll(ends) : BLOCK;
	return length < most ? length : most;
}

/* NH (Black et al., UMAC, 1999): words and keys are added, then multiplied in pairs. */
static u64 hash_block(struct block block, const struct block *key)
{
	v128_t sum = wasm_i64x2_const(0, 0);

	for (u32 k = 0; k < VECTORS; k++) {
		v128_t keyed = wasm_i32x4_add(block.part[k], key->part[k]);
		v128_t other = wasm_i32x4_shuffle(keyed, keyed, 2, 3, 0, 1);

		sum = wasm_i64x2_add(sum, wasm_u64x2_extmul_low_u32x4(keyed, other));
	}
	return (u64)wasm_i64x2_extract_lane(sum, 0) + (u64)wasm_i64x2_extract_lane(sum, 1);
}

struct hashed hash_frame(const u8 *text, const u8 *end)
{
	u32 number = 0, last, length;
	const u8 *at = text;
	u64 hash = 0;

	for (; (last = length_in_block(at, end)) == BLOCK; at += BLOCK) {
		hash += hash_block(begun_block(at, BLOCK), &keys[number++]);
		// What is hashed with the same keys is kept apart.
		if (number == KEYS) {
			hash = mix(hash);
			number = 0;
		}
	}
	hash += hash_block(begun_block(at, last), &keys[number]);
	length = (u32)(at - text) + last;
	return (struct hashed){length, (u32)mix(hash + length * length_key)};
}

/* Multilinear: Dietzfelbinger (1996), Lemire and Kaser (2014). */
u32 hash_path(u32 above, u32 name)
{
	return (u32)((path_keys[0] + path_keys[1] * above + path_keys[2] * name) >> 32);
}
