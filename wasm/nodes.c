// SPDX-License-Identifier: MIT
/* The tree: nodes in pages, found by parent and name in a hash table with open addressing and linear probing. */
#include "tree.h"

#define FIRST_SLOTS 16384u
#define NODES_IN_PAGE (PAGE_SIZE / (u32)sizeof(struct node))
#define MOST_PAGES 32768u

struct node {
	u32 parent;
	u32 name;
	double self;
};

static struct node *pages[MOST_PAGES];
static u32 node_count;
static struct array slots; /* of u32: the node; 0 is empty, for the root is nobody's child */
static u32 slot_mask;
static double total;

static struct node *node_at(u32 node)
{
	return &pages[node / NODES_IN_PAGE][node % NODES_IN_PAGE];
}

static u32 hash_child(u32 parent, u32 name)
{
	u64 hash = (((u64)parent << 32 | name) ^ hash_seed) * 0x9e3779b97f4a7c15ull;

	return (u32)(hash >> 32) ^ (u32)(hash >> 15);
}

static u32 free_slot(const struct node *node)
{
	const u32 *slot = slots.at;
	u32 i = hash_child(node->parent, node->name) & slot_mask;

	while (slot[i])
		i = (i + 1) & slot_mask;
	return i;
}

static void rehash(u32 count)
{
	slot_mask = count - 1;
	empty(&slots, count * sizeof(u32));
	for (u32 node = 1; node < node_count; node++)
		((u32 *)slots.at)[free_slot(node_at(node))] = node;
}

static u32 append(struct node node)
{
	if (node_count % NODES_IN_PAGE == 0) {
		if (node_count / NODES_IN_PAGE == MOST_PAGES)
			__builtin_trap();
		pages[node_count / NODES_IN_PAGE] = take_pages(1);
	}
	*node_at(node_count) = node;
	return node_count++;
}

static void begin(void)
{
	append((struct node){ -1u, -1u, 0 });
	rehash(FIRST_SLOTS);
}

EXPORT(child) u32 child(u32 parent, u32 name)
{
	const u32 *slot;
	u32 node;

	if (!node_count)
		begin();
	slot = slots.at;
	for (u32 i = hash_child(parent, name) & slot_mask; slot[i]; i = (i + 1) & slot_mask)
		if (node_at(slot[i])->name == name && node_at(slot[i])->parent == parent)
			return slot[i];
	if (4 * (u64)node_count >= 3 * (u64)slot_mask)
		rehash(2 * (slot_mask + 1));
	node = append((struct node){ parent, name, 0 });
	((u32 *)slots.at)[free_slot(node_at(node))] = node;
	return node;
}

EXPORT(add) void add(u32 node, double weight)
{
	node_at(node)->self += weight;
	total += weight;
}

/* Exact while it is at most 2^53. */
EXPORT(total_weight) double total_weight(void)
{
	return total;
}

EXPORT(nodes_count) u32 nodes_count(void)
{
	if (!node_count)
		begin();
	return node_count;
}

/* So many nodes from one on, copied to three arrays. */
EXPORT(copy_nodes) void copy_nodes(u32 from, u32 count, u32 *to)
{
	double *self = (double *)to;
	u32 *parent = (u32 *)(self + count);
	u32 *name = parent + count;

	for (u32 i = 0; i < count; i++) {
		const struct node *node = node_at(from + i);

		self[i] = node->self;
		parent[i] = node->parent;
		name[i] = node->name;
	}
}
