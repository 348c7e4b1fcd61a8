// SPDX-License-Identifier: MIT
/* Names by their bytes: a hash table with open addressing and linear probing. */
#include "tree.h"

#define FIRST_SLOTS 16384u

struct name {
	const u8 *text;
	u32 length;
	u32 hash;
};

static struct array names; /* of struct name */
static u32 name_count;
static struct array slots; /* of u32: number of the name, counted from 1; 0 is empty */
static u32 slot_mask;
static u8 *texts; /* where the next text goes, and how much room there is */
static u32 texts_left;

u64 hash_seed;

/* The traced process chooses what is hashed: it must not know what collides. */
EXPORT(seed) void seed(u32 value)
{
	hash_seed = value * 0x9e3779b97f4a7c15ull;
}

static u64 load64(const u8 *at)
{
	u64 value;

	__builtin_memcpy(&value, at, sizeof(value));
	return value;
}

/* A step of MurmurHash3's 64-bit finaliser. */
static u64 mix(u64 hash, u64 word)
{
	hash = (hash ^ word) * 0xff51afd7ed558ccdull;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ull;
	return hash ^ hash >> 33;
}

/* The last word may overlap the one before it. */
static u32 hash_text(const u8 *text, u32 length)
{
	u64 hash = hash_seed ^ length;
	u32 i = 0;

	for (; i + 8 <= length; i += 8)
		hash = mix(hash, load64(text + i));
	if (i < length && length >= 8)
		return (u32)mix(hash, load64(text + length - 8));
	for (; i < length; i++)
		hash = mix(hash, text[i]);
	return (u32)hash;
}

static int is_same(const struct name *name, const u8 *text, u32 length)
{
	u32 i = 0;

	if (name->length != length)
		return 0;
	for (; i + 8 <= length; i += 8)
		if (load64(name->text + i) != load64(text + i))
			return 0;
	for (; i < length; i++)
		if (name->text[i] != text[i])
			return 0;
	return 1;
}

static const u8 *keep(const u8 *text, u32 length)
{
	u8 *kept;

	if (length > texts_left) {
		u32 pages = length / PAGE_SIZE + 1;

		texts = take_pages(pages);
		texts_left = pages * PAGE_SIZE;
	}
	kept = texts;
	__builtin_memcpy(kept, text, length);
	texts += length;
	texts_left -= length;
	return kept;
}

static u32 free_slot(u32 hash)
{
	const u32 *slot = slots.at;
	u32 i = hash & slot_mask;

	while (slot[i])
		i = (i + 1) & slot_mask;
	return i;
}

static void rehash(u32 count)
{
	const struct name *name = names.at;

	slot_mask = count - 1;
	empty(&slots, count * sizeof(u32));
	for (u32 i = 0; i < name_count; i++)
		((u32 *)slots.at)[free_slot(name[i].hash)] = i + 1;
}

static u32 enter(const u8 *text, u32 length, u32 hash)
{
	if (2 * name_count >= slot_mask)
		rehash(name_count ? 2 * (slot_mask + 1) : FIRST_SLOTS);
	make_room(&names, (name_count + 1) * sizeof(struct name));
	((struct name *)names.at)[name_count] = (struct name){ keep(text, length), length, hash };
	((u32 *)slots.at)[free_slot(hash)] = name_count + 1;
	return name_count++;
}

EXPORT(name_of) u32 name_of(const u8 *text, u32 length)
{
	u32 hash = hash_text(text, length);
	const struct name *name = names.at;
	const u32 *slot = slots.at;

	if (name_count)
		for (u32 i = hash & slot_mask; slot[i]; i = (i + 1) & slot_mask)
			if (name[slot[i] - 1].hash == hash && is_same(&name[slot[i] - 1], text, length))
				return slot[i] - 1;
	return enter(text, length, hash);
}

EXPORT(names_count) u32 names_count(void)
{
	return name_count;
}

EXPORT(name_text) const u8 *name_text(u32 name)
{
	return ((struct name *)names.at)[name].text;
}

EXPORT(name_length) u32 name_length(u32 name)
{
	return ((struct name *)names.at)[name].length;
}
