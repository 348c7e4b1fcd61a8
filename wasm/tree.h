/* SPDX-License-Identifier: MIT */
/*
 * Collapsed stacks become a tree here, byte by byte. WebAssembly without a C library: memory comes in
 * pages, and all that is not static lies in them.
 */
#ifndef TREE_H
#define TREE_H

#include "types.h"

#define PAGE_SIZE 65536u

/* An array that grows: it is copied to where there is more room. */
struct array {
	void *at;
	u32 pages;
};

void *take_pages(u32 count);
void make_room(struct array *array, u32 size);
void empty(struct array *array, u32 size);

/* Node for the name below a parent, from 1 in the order of their first sight; 0 is the root. */
u32 child_at(u32 parent, u32 name, u32 path_hash);
/* Has the processor bring what `child_at` needs first into its cache; what it returns means nothing. */
u32 touch_child(u32 path_hash);
/* What ends at the node weighs so much more: exact up to 2^53. */
void add(u32 node, double weight);

/* Node of a stack's text. The text of the stack before must still lie where it was, or be forgotten. */
u32 node_of(const u8 *text, u32 length);
void forget_stack(void);

const u8 *find_byte(const u8 *from, const u8 *end, u8 byte);

#endif
