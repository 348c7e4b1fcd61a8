// SPDX-License-Identifier: MIT
#include "tree.h"

struct free_page {
	struct free_page *next;
};

static struct free_page *free_pages;

/* Pages that memory grows by at least: each time takes a call of the system. */
#define GROWTH 16u

/* Pages at the end of the memory that were not taken yet. */
static u32 spare;

static int grow(u32 count)
{
	if (__builtin_wasm_memory_grow(0, count) == -1ul)
		return 0;
	spare += count;
	return 1;
}

static void *at_the_end(u32 count)
{
	u32 missing = count > spare ? count - spare : 0;

	// Whoever called is told by the trap: there is nothing to go on with.
	if (missing && !grow(missing < GROWTH ? GROWTH : missing) && !grow(missing))
		__builtin_trap();
	spare -= count;
	return (void *)((__builtin_wasm_memory_size(0) - spare - count) * PAGE_SIZE);
}

/* Not cleared when they were in use before. */
void *take_pages(u32 count)
{
	struct free_page *page = free_pages;

	if (count > 1 || !page)
		return at_the_end(count);
	free_pages = page->next;
	return page;
}

static void give_back(void *start, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct free_page *page = (struct free_page *)((u8 *)start + i * PAGE_SIZE);

		page->next = free_pages;
		free_pages = page;
	}
}

/* New and cleared room for so many bytes; what was in it is gone. */
void empty(struct array *array, u32 size)
{
	give_back(array->at, array->pages);
	array->pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;
	array->at = take_pages(array->pages);
	__builtin_memset(array->at, 0, array->pages * PAGE_SIZE);
}

/* Room for so many bytes at least, and twice of what there was if it is not enough. */
void make_room(struct array *array, u32 size)
{
	struct array before = *array;
	u32 old_size = before.pages * PAGE_SIZE;

	if (size <= old_size)
		return;
	array->pages = (size - 1) / PAGE_SIZE + 1;
	if (array->pages < 2 * before.pages)
		array->pages = 2 * before.pages;
	array->at = take_pages(array->pages);
	__builtin_memcpy(array->at, before.at, old_size);
	give_back(before.at, before.pages);
}
