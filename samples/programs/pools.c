/* Allocators of its own, all in one process and besides the C library's: built with prefixes, and pools
 * that a trace must be told of. They hand out parts of a static area, or of chunks that come from malloc.
 *
 *     pools
 *
 * Talks as truth does. Sites of what a trace does not know by itself: site_own_... wants
 * --symbols-prefix own_; site_pool... wants the functions below as --alloc-fn and --free-fn; what they
 * are called in the source tells their arguments.
 */
#include "sites.h"
#include "talk.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 100
#define ALLOCATOR_FUNCTION __attribute__((noipa))

/* --- allocators with prefixes --- */

static char area[64 << 20];
static size_t used;

static void *part_of_area(size_t size)
{
	char *part = area + used;

	used += (size + 31) / 16 * 16;
	if (used > sizeof(area))
		give_up("the area is used up");
	*(size_t *)part = size;
	return part + 16;
}

static void *copy_in_area(void *old, size_t size)
{
	void *new = part_of_area(size);
	size_t old_size = old != NULL ? ((size_t *)old)[-2] : 0;

	return old != NULL ? memcpy(new, old, old_size < size ? old_size : size) : new;
}

#define ALLOCATOR(scope, prefix)                                                                           \
	scope ALLOCATOR_FUNCTION void *prefix##malloc(size_t size) { return part_of_area(size); }         \
	scope ALLOCATOR_FUNCTION void prefix##free(void *block) { (void)block; }                          \
	scope ALLOCATOR_FUNCTION void prefix##cfree(void *block) { (void)block; }                         \
	scope ALLOCATOR_FUNCTION void prefix##free_sized(void *block, size_t size)                        \
	{                                                                                                 \
		(void)block, (void)size;                                                                  \
	}                                                                                                 \
	scope ALLOCATOR_FUNCTION void prefix##free_aligned_sized(void *block, size_t alignment, size_t size) \
	{                                                                                                 \
		(void)block, (void)alignment, (void)size;                                                 \
	}                                                                                                 \
	static void prefix##give_sized(void *block) { prefix##free_sized(block, ((size_t *)block)[-2]); }  \
	static void prefix##give_aligned(void *block)                                                     \
	{                                                                                                 \
		prefix##free_aligned_sized(block, 16, ((size_t *)block)[-2]);                             \
	}                                                                                                 \
	scope ALLOCATOR_FUNCTION void *prefix##calloc(size_t count, size_t size)                          \
	{                                                                                                 \
		return part_of_area(count * size);                                                        \
	}                                                                                                 \
	scope ALLOCATOR_FUNCTION void *prefix##realloc(void *old, size_t size) { return copy_in_area(old, size); } \
	SITE struct block site_##prefix##malloc(size_t size)                                              \
	{                                                                                                 \
		return taken(&own[of_##prefix##malloc], prefix##malloc(size), size);                      \
	}                                                                                                 \
	SITE struct block site_##prefix##calloc(size_t count, size_t size)                                \
	{                                                                                                 \
		return taken(&own[of_##prefix##calloc], prefix##calloc(count, size), count * size);       \
	}                                                                                                 \
	SITE struct block site_##prefix##realloc(struct block old, size_t size)                           \
	{                                                                                                 \
		return moved(old, taken(&own[of_##prefix##realloc], prefix##realloc(old.at, size), size)); \
	}

#define OF_ALLOCATOR(prefix) of_##prefix##malloc, of_##prefix##calloc, of_##prefix##realloc,
#define TALLIES(prefix)                                              \
	[of_##prefix##malloc] = { .site = "site_" #prefix "malloc" }, \
	[of_##prefix##calloc] = { .site = "site_" #prefix "calloc" }, \
	[of_##prefix##realloc] = { .site = "site_" #prefix "realloc" },

enum own {
	OF_ALLOCATOR(je_) OF_ALLOCATOR(_rjem_) OF_ALLOCATOR(own_)
	of_malloc, of_pool, of_pool_array, of_pool_resized, of_pool_placed, of_arena, COUNT
};
static struct tally own[COUNT] = {
	TALLIES(je_) TALLIES(_rjem_) TALLIES(own_)
	[of_malloc] = { .site = "site_malloc" },
	[of_pool] = { .site = "site_pool" },
	[of_pool_array] = { .site = "site_pool_array" },
	[of_pool_resized] = { .site = "site_pool_resized" },
	[of_pool_placed] = { .site = "site_pool_placed" },
	[of_arena] = { .site = "site_arena" },
};

ALLOCATOR(, je_)
ALLOCATOR(static, _rjem_) /* hidden, as Rust links it into libraries */
ALLOCATOR(, own_)

/* Names as an allocator's, but with other arguments, and not all of them: no allocator. */
ALLOCATOR_FUNCTION int tc_malloc(const char *name, int count)
{
	return name != NULL ? count : 0;
}

ALLOCATOR_FUNCTION void tc_free(int count)
{
	(void)count;
}

/* --- a pool over malloc --- */

struct pool {
	char *chunk;
	size_t left;
};

/* Not called by its users: who calls malloc is a helper. */
ALLOCATOR_FUNCTION static void grow(struct pool *pool, size_t size)
{
	pool->left = size + 4096;
	pool->chunk = malloc(pool->left);
}

ALLOCATOR_FUNCTION void *pool_alloc(struct pool *pool, size_t size)
{
	if (pool->left < size + 16)
		grow(pool, size);
	pool->left -= (size + 31) / 16 * 16;
	*(size_t *)(pool->chunk + pool->left) = size;
	return pool->chunk + pool->left + 16;
}

ALLOCATOR_FUNCTION void *pool_array(struct pool *pool, uint32_t count, size_t size)
{
	return pool_alloc(pool, count * size);
}

ALLOCATOR_FUNCTION void *pool_resize(int unused1, int unused2, int unused3, struct pool *pool, void *old, size_t size)
{
	void *new = size == TOO_MUCH ? NULL : pool_alloc(pool, size);

	return old != NULL && new != NULL ? memcpy(new, old, ((size_t *)old)[-2] < size ? ((size_t *)old)[-2] : size) : new;
}

ALLOCATOR_FUNCTION int pool_place(void **at, struct pool *pool, size_t size)
{
	if (size == TOO_MUCH)
		return 12;
	*at = pool_alloc(pool, size);
	return 0;
}

ALLOCATOR_FUNCTION void pool_free(struct pool *pool, void *block)
{
	(void)pool;
	(void)block;
}

/* As C++ has it: void *Arena::take(unsigned long). */
ALLOCATOR_FUNCTION void *arena_take(struct pool *self, size_t size) __asm__("_ZN5Arena4takeEm");
ALLOCATOR_FUNCTION void *arena_take(struct pool *self, size_t size)
{
	return pool_alloc(self, size);
}

static struct pool pool;

SITE struct block site_malloc(size_t size)
{
	return taken(&own[of_malloc], malloc(size), size);
}

SITE struct block site_pool(size_t size)
{
	return taken(&own[of_pool], pool_alloc(&pool, size), size);
}

SITE struct block site_pool_array(size_t count, size_t size)
{
	return taken(&own[of_pool_array], pool_array(&pool, count, size), count * size);
}

SITE struct block site_pool_resized(struct block old, size_t size)
{
	return moved(old, taken(&own[of_pool_resized], pool_resize(1, 2, 3, &pool, old.at, size), size));
}

SITE struct block site_pool_placed(size_t size)
{
	void *at = NULL;

	return taken(&own[of_pool_placed], pool_place(&at, &pool, size) == 0 ? at : NULL, size);
}

SITE struct block site_arena(size_t size)
{
	return taken(&own[of_arena], arena_take(&pool, size), size);
}

/* --- what it does --- */

static bool stays(void)
{
	static int count;

	return ++count % 3 == 0;
}

static void give_back(struct block block, void (*give)(void *))
{
	if (stays())
		return;
	forget(block);
	give(block.at);
}

static void give_to_pool(struct block block)
{
	if (stays())
		return;
	forget(block);
	pool_free(&pool, block.at);
}

#define USE(prefix, i)                                                        \
	give_back(site_##prefix##malloc(100 + (i)), prefix##free);            \
	give_back(site_##prefix##malloc(40 + (i)), prefix##cfree);            \
	give_back(site_##prefix##calloc(7, 11 + (i)), prefix##give_sized);    \
	give_back(site_##prefix##realloc(site_##prefix##malloc(30), 300), prefix##give_aligned)

static void round_of(int i)
{
	USE(je_, i);
	USE(_rjem_, i);
	USE(own_, i);
	give_back(site_malloc(50 + i), free);
	give_to_pool(site_pool(500 + i));
	give_to_pool(site_pool_array(3, 40));
	give_to_pool(site_pool_resized(site_pool(60), 90));
	give_to_pool(site_pool_resized(site_pool(60), TOO_MUCH));
	give_to_pool(site_pool_placed(70));
	site_pool_placed(TOO_MUCH);
	give_to_pool(site_arena(80));
	tc_free(tc_malloc("abc", i));
}

int main(void)
{
	say("ready\n");
	heard_line();
	for (int i = 0; i < ROUNDS; i++)
		round_of(i);
	say_truth(own, COUNT);
	heard_line();
	return 0;
}
