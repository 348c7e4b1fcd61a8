/* SPDX-License-Identifier: MIT */
/*
 * The traced process chooses what is hashed. So the keys are random: two texts that were chosen without
 * knowing them collide about once in 2^32, whatever they are (universal hashing).
 */
#ifndef HASH_H
#define HASH_H

#include "tree.h"

#include <wasm_simd128.h>

/*
 * Names are looked at by so many bytes together, without a branch: how long they are cannot be predicted.
 * So many can be read behind every text, whatever lies there.
 */
#define VECTORS 4u
#define BLOCK (VECTORS * 16u)

struct block {
	v128_t part[VECTORS];
};

struct hashed {
	u32 length;
	u32 hash;
};

/* Of the frame that begins at `text` and goes up to a `;` or `end`. */
struct hashed hash_frame(const u8 *text, const u8 *end);

/* Number of the name that `hashed` was made of, from 0 in the order of their first sight. */
u32 name_at(const u8 *text, struct hashed hashed);
/* Has the processor bring what `name_at` needs into its cache; what it returns means nothing. */
u32 touch_name(u32 hash);

#define ROOT_HASH 0u
/* Of a path, from that of the path above and the name at its end. */
u32 hash_path(u32 above, u32 name);

/* Up to BLOCK bytes, with zeros behind them. */
struct block begun_block(const u8 *at, u32 count);

#endif
