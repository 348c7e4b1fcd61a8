// SPDX-License-Identifier: MIT
/*
 * The tree: nodes in pages, found by the hash of their path in a table with open addressing and linear
 * probing. As the hash of a path needs names only, all nodes of a stack can be looked for at once.
 */
#include "hash.h"

#define FIRST_SLOTS 16384u
#define NODES_IN_PAGE (PAGE_SIZE / (u32)sizeof(struct node))
#define HASHES_IN_PAGE (PAGE_SIZE / (u32)sizeof(u32))
#define NODE_BITS 27
#define MOST_NODES (1u << NODE_BITS)

struct node {
	u32 parent;
	u32 name;
	double self;
};

static struct node *pages[MOST_NODES / NODES_IN_PAGE];
static u32 *hashes[MOST_NODES / HASHES_IN_PAGE];
static u32 node_count;
/* Of u32: the node, and above it the first bits of its hash; 0 is empty, for the root is nobody's child. */
static struct array slots;
static u32 slot_mask;
static double total_weight;

static struct node *node_at(u32 node)
{
	return &pages[node / NODES_IN_PAGE][node % NODES_IN_PAGE];
}

static u32 *hash_at(u32 node)
{
	return &hashes[node / HASHES_IN_PAGE][node % HASHES_IN_PAGE];
}

static void enter(u32 node, u32 hash)
{
	u32 *slot = slots.at;
	u32 i = hash & slot_mask;

	while (slot[i])
		i = (i + 1) & slot_mask;
	slot[i] = hash >> NODE_BITS << NODE_BITS | node;
}

SMALL static void rehash(u32 count)
{
	slot_mask = count - 1;
	empty(&slots, count * sizeof(u32));
	for (u32 node = 1; node < node_count; node++)
		enter(node, *hash_at(node));
}

SMALL static u32 append(struct node node, u32 hash)
{
	if (node_count == MOST_NODES)
		__builtin_trap();
	if (node_count % NODES_IN_PAGE == 0)
		pages[node_count / NODES_IN_PAGE] = take_pages(1);
	if (node_count % HASHES_IN_PAGE == 0)
		hashes[node_count / HASHES_IN_PAGE] = take_pages(1);
	*node_at(node_count) = node;
	*hash_at(node_count) = hash;
	return node_count++;
}

static void begin(void)
{
	append((struct node){ -1u, -1u, 0 }, ROOT_HASH);
	rehash(FIRST_SLOTS);
}

u32 touch_child(u32 hash)
{
	return node_count ? ((u32 *)slots.at)[hash & slot_mask] : 0;
}

u32 child_at(u32 parent, u32 name, u32 hash)
{
	const u32 *slot;
	u32 node;

	if (!node_count)
		begin();
	slot = slots.at;
	for (u32 i = hash & slot_mask; slot[i]; i = (i + 1) & slot_mask) {
		node = slot[i] % MOST_NODES;
		if (slot[i] >> NODE_BITS == hash >> NODE_BITS && node_at(node)->name == name &&
		    node_at(node)->parent == parent)
			return node;
	}
	if (4 * (u64)node_count >= 3 * (u64)slot_mask)
		rehash(2 * (slot_mask + 1));
	node = append((struct node){ parent, name, 0 }, hash);
	enter(node, hash);
	return node;
}

EXPORT(child) u32 child(u32 parent, u32 name)
{
	return child_at(parent, name, hash_path(parent ? *hash_at(parent) : ROOT_HASH, name));
}

EXPORT(add) void add(u32 node, double weight)
{
	node_at(node)->self += weight;
	total_weight += weight;
}

EXPORT(total) double total(void)
{
	return total_weight;
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
