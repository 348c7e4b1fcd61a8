/* SPDX-License-Identifier: MIT */
/* Huffman codes, and the bits that are written with them. */
#ifndef HUFFMAN_H
#define HUFFMAN_H

#include "types.h"

/* A symbol. */
struct code {
	u32 count;
	u16 bits; /* the last is written first */
	u8 length; /* 0: it does not occur */
};

void forget_counts(struct code *codes, u32 size);
/* Codes of at most so many bits for at most 286 symbols, of which at least two were counted. */
void make_codes(struct code *codes, u32 size, u32 most_bits);

void forget_output(void);
u32 output_size(void);
void put_bits(u32 bits, u32 count);
void put_symbol(const struct code *code);
/* Fills the last byte up. */
void put_last_bits(void);

#endif
