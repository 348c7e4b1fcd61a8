// SPDX-License-Identifier: MIT
/* Finds elements of an array by content. Open addressing: a slot has the element's number and hash. */
#include <stdlib.h>
#include <sys/random.h>
#include "frames.h"

struct hash_slot {
	uint32_t hash;
	uint32_t number; /* plus one; 0: free */
};

/* The traced process chooses what is hashed: it must not know what collides. */
static uint64_t seed(void)
{
	static uint64_t value;

	if (!value && getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value))
		value = (uintptr_t)&value;
	return value;
}

/* A step of MurmurHash3's 64-bit finaliser. */
uint64_t hash_number(uint64_t hash, uint64_t number)
{
	hash = (hash ^ number ^ seed()) * 0xff51afd7ed558ccdULL;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return hash ^ hash >> 33;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL; /* FNV-1a */
	return hash_number(hash, text != NULL);
}

static void put(struct hash_table *table, struct hash_slot slot)
{
	size_t at = slot.hash & (table->nr_slots - 1);

	while (table->slots[at].number)
		at = (at + 1) & (table->nr_slots - 1);
	table->slots[at] = slot;
}

static void make_room(struct hash_table *table)
{
	struct hash_table larger = { .nr_slots = table->nr_slots ? 2 * table->nr_slots : 1024, .nr = table->nr };

	larger.slots = allocate(larger.nr_slots * sizeof(*larger.slots));
	for (size_t i = 0; i < table->nr_slots; i++)
		if (table->slots[i].number)
			put(&larger, table->slots[i]);
	free(table->slots);
	*table = larger;
}

uint32_t hash_find(const struct hash_table *table, uint64_t hash, const struct hash_match *match)
{
	const uint32_t folded = hash ^ hash >> 32;
	const size_t mask = table->nr_slots - 1;

	if (!table->nr)
		return HASH_NONE;
	for (size_t at = folded & mask; table->slots[at].number; at = (at + 1) & mask)
		if (table->slots[at].hash == folded && match->is(table->slots[at].number - 1, match->wanted))
			return table->slots[at].number - 1;
	return HASH_NONE;
}

void hash_add(struct hash_table *table, uint64_t hash, uint32_t number)
{
	if (2 * (table->nr + 1) > table->nr_slots)
		make_room(table);
	put(table, (struct hash_slot){ hash ^ hash >> 32, number + 1 });
	table->nr++;
}
