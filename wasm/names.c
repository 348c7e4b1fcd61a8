// SPDX-License-Identifier: MIT
/* Names by their bytes: a hash table with open addressing and linear probing. */
#include "hash.h"

#define FIRST_SLOTS 16384u

/* Behind the text lie zeros up to the end of a block, one at least. */
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

static int is_same_block(const u8 *known, struct block block)
{
	v128_t differing = wasm_i64x2_const(0, 0);

	for (u32 k = 0; k < VECTORS; k++)
		differing = wasm_v128_or(differing, wasm_v128_xor(wasm_v128_load(known + 16 * k), block.part[k]));
	return !wasm_v128_any_true(differing);
}

static int is_same(const struct name *name, const u8 *text, struct hashed hashed)
{
	const u8 *known = name->text;
	u32 left = hashed.length;

	if (name->hash != hashed.hash || name->length != left)
		return 0;
	for (; left >= BLOCK; left -= BLOCK, text += BLOCK, known += BLOCK)
		if (!is_same_block(known, begun_block(text, BLOCK)))
			return 0;
	return is_same_block(known, begun_block(text, left));
}

static const u8 *keep(const u8 *text, u32 length)
{
	u32 size = (length / BLOCK + 1) * BLOCK;
	u8 *kept;

	if (size > texts_left) {
		u32 pages = size / PAGE_SIZE + 1;

		texts = take_pages(pages);
		texts_left = pages * PAGE_SIZE;
	}
	kept = texts;
	__builtin_memcpy(kept, text, length);
	__builtin_memset(kept + length, 0, size - length);
	texts += size;
	texts_left -= size;
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

SMALL static u32 enter(const u8 *text, struct hashed hashed)
{
	if (2 * name_count >= slot_mask)
		rehash(name_count ? 2 * (slot_mask + 1) : FIRST_SLOTS);
	make_room(&names, (name_count + 1) * sizeof(struct name));
	((struct name *)names.at)[name_count] =
		(struct name){ keep(text, hashed.length), hashed.length, hashed.hash };
	((u32 *)slots.at)[free_slot(hashed.hash)] = name_count + 1;
	return name_count++;
}

u32 touch_name(u32 hash)
{
	u32 number = name_count ? ((u32 *)slots.at)[hash & slot_mask] : 0;

	return number ? *((struct name *)names.at)[number - 1].text : 0;
}

u32 name_at(const u8 *text, struct hashed hashed)
{
	const struct name *name = names.at;
	const u32 *slot = slots.at;

	if (name_count)
		for (u32 i = hashed.hash & slot_mask; slot[i]; i = (i + 1) & slot_mask)
			if (is_same(&name[slot[i] - 1], text, hashed))
				return slot[i] - 1;
	return enter(text, hashed);
}

EXPORT(name_of) u32 name_of(const u8 *text, u32 length)
{
	return name_at(text, hash_frame(text, text + length));
}

EXPORT(names_count) u32 names_count(void)
{
	return name_count;
}

/* Bytes of all names together, with a `;` behind each. */
EXPORT(names_size) u32 names_size(void)
{
	const struct name *name = names.at;
	u32 size = name_count;

	for (u32 i = 0; i < name_count; i++)
		size += name[i].length;
	return size;
}

/* Where the `;` behind each name lies among the bytes of all of them, then these bytes. */
EXPORT(copy_names) void copy_names(u32 *ends)
{
	const struct name *name = names.at;
	u8 *bytes = (u8 *)(ends + name_count);
	u32 end = 0;

	for (u32 i = 0; i < name_count; i++) {
		__builtin_memcpy(bytes + end, name[i].text, name[i].length);
		end += name[i].length;
		ends[i] = end;
		bytes[end++] = ';';
	}
}
