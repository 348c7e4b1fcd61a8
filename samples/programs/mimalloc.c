/* Allocates through mimalloc's own interface, each function of it at a site of its own; mimalloc.h.
 * Talks as truth does.
 */
#include "sites.h"
#include "talk.h"

#include <mimalloc.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 60
#define ALIGNED 64

static mi_heap_t *heap;
static char text[1000]; /* filled to its end */

/* Sites that make a block of `size` bytes, and those that make one out of `old`. */
#define MAKING(X)                                                             \
	X(mi_malloc, mi_malloc(size))                                         \
	X(mi_calloc, mi_calloc(1, size))                                      \
	X(mi_malloc_small, mi_malloc_small(size))                             \
	X(mi_zalloc_small, mi_zalloc_small(size))                             \
	X(mi_zalloc, mi_zalloc(size))                                         \
	X(mi_mallocn, mi_mallocn(size / 4, 4))                                \
	X(mi_malloc_aligned, mi_malloc_aligned(size, ALIGNED))                \
	X(mi_malloc_aligned_at, mi_malloc_aligned_at(size, ALIGNED, 8))       \
	X(mi_zalloc_aligned, mi_zalloc_aligned(size, ALIGNED))                \
	X(mi_zalloc_aligned_at, mi_zalloc_aligned_at(size, ALIGNED, 8))       \
	X(mi_calloc_aligned, mi_calloc_aligned(size / 4, 4, ALIGNED))         \
	X(mi_calloc_aligned_at, mi_calloc_aligned_at(4, size / 4, ALIGNED, 8)) \
	X(mi_posix_memalign, posix_aligned(size))                             \
	X(mi_memalign, mi_memalign(ALIGNED, size))                            \
	X(mi_valloc, mi_valloc(size))                                         \
	X(mi_pvalloc, mi_pvalloc(size))                                       \
	X(mi_aligned_alloc, mi_aligned_alloc(ALIGNED, size))                  \
	X(mi_new, mi_new(size))                                               \
	X(mi_new_n, mi_new_n(size / 4, 4))                                    \
	X(mi_new_nothrow, mi_new_nothrow(size))                               \
	X(mi_new_aligned, mi_new_aligned(size, ALIGNED))                      \
	X(mi_new_aligned_nothrow, mi_new_aligned_nothrow(size, ALIGNED))      \
	X(mi_heap_malloc, mi_heap_malloc(heap, size))                         \
	X(mi_heap_zalloc, mi_heap_zalloc(heap, size))                         \
	X(mi_heap_calloc, mi_heap_calloc(heap, 4, size / 4))                  \
	X(mi_heap_mallocn, mi_heap_mallocn(heap, 4, size / 4))                \
	X(mi_heap_malloc_small, mi_heap_malloc_small(heap, size))             \
	X(mi_heap_malloc_aligned, mi_heap_malloc_aligned(heap, size, ALIGNED)) \
	X(mi_heap_malloc_aligned_at, mi_heap_malloc_aligned_at(heap, size, ALIGNED, 8)) \
	X(mi_heap_zalloc_aligned, mi_heap_zalloc_aligned(heap, size, ALIGNED)) \
	X(mi_heap_calloc_aligned, mi_heap_calloc_aligned(heap, 4, size / 4, ALIGNED))

#define REMAKING(X)                                                           \
	X(mi_realloc, mi_realloc(old.at, size))                               \
	X(mi_reallocn, mi_reallocn(old.at, size / 4, 4))                      \
	X(mi_reallocf, mi_reallocf(old.at, size))                             \
	X(mi_reallocarray, mi_reallocarray(old.at, 4, size / 4))              \
	X(mi_reallocarr, array_resized(old.at, size))                         \
	X(mi_rezalloc, mi_rezalloc(old.at, size))                             \
	X(mi_recalloc, mi_recalloc(old.at, 4, size / 4))                      \
	X(mi_expand, mi_expand(old.at, old.size + 4))                         \
	X(mi_realloc_aligned, mi_realloc_aligned(old.at, size, ALIGNED))      \
	X(mi_realloc_aligned_at, mi_realloc_aligned_at(old.at, size, ALIGNED, 8)) \
	X(mi_rezalloc_aligned, mi_rezalloc_aligned(old.at, size, ALIGNED))    \
	X(mi_recalloc_aligned, mi_recalloc_aligned(old.at, 4, size / 4, ALIGNED)) \
	X(mi_new_realloc, mi_new_realloc(old.at, size))                       \
	X(mi_new_reallocn, mi_new_reallocn(old.at, 4, size / 4))              \
	X(mi_heap_realloc, mi_heap_realloc(heap, old.at, size))               \
	X(mi_heap_reallocn, mi_heap_reallocn(heap, old.at, 4, size / 4))      \
	X(mi_heap_recalloc, mi_heap_recalloc(heap, old.at, 4, size / 4))

#define COPYING(X)                                                            \
	X(mi_strdup, mi_strdup(text + size), sizeof(text) - size)             \
	X(mi_strndup, mi_strndup(text, size), size + 1)                       \
	X(mi_heap_strdup, mi_heap_strdup(heap, text + size), sizeof(text) - size) \
	X(mi_heap_strndup, mi_heap_strndup(heap, text + 900, 200 + size), 100)

#define AS_ENUM(name, ...) of_##name,
enum own { MAKING(AS_ENUM) REMAKING(AS_ENUM) COPYING(AS_ENUM) of_expand_failing, COUNT };
#define AS_TALLY(name, ...) [of_##name] = { .site = "site_" #name },
static struct tally own[COUNT] = {
	MAKING(AS_TALLY) REMAKING(AS_TALLY) COPYING(AS_TALLY)
	[of_expand_failing] = { .site = "site_mi_expand_failing" },
};

static inline __attribute__((always_inline)) void *posix_aligned(size_t size)
{
	void *at = NULL;

	return mi_posix_memalign(&at, ALIGNED, size) == 0 ? at : NULL;
}

/* Takes and gives the block through a pointer. */
static inline __attribute__((always_inline)) void *array_resized(void *at, size_t size)
{
	return mi_reallocarr(&at, 4, size / 4) == 0 ? at : NULL;
}

#define AS_MAKER(name, call)                                  \
	SITE struct block site_##name(size_t size)            \
	{                                                     \
		return taken(&own[of_##name], call, size);    \
	}
MAKING(AS_MAKER)

#define AS_REMAKER(name, call)                                                                    \
	SITE struct block site_##name(struct block old, size_t size)                              \
	{                                                                                         \
		size_t asked = of_##name == of_mi_expand ? old.size + 4 : size;                   \
                                                                                                  \
		return moved(old, taken(&own[of_##name], call, asked));                           \
	}
REMAKING(AS_REMAKER)

#define AS_COPIER(name, call, length)                         \
	SITE struct block site_##name(size_t size)            \
	{                                                     \
		return taken(&own[of_##name], call, length);  \
	}
COPYING(AS_COPIER)

SITE struct block site_mi_expand_failing(struct block old, size_t size)
{
	return moved(old, taken(&own[of_expand_failing], mi_expand(old.at, size), size));
}

static void give_back(struct block block, int form)
{
	forget(block);
	switch (form) {
	case 0: return mi_free(block.at);
	case 1: return mi_free_size(block.at, block.size);
	case 2: return mi_free_size_aligned(block.at, block.size, 1);
	case 3: return mi_free_aligned(block.at, 1);
	case 4: return mi_cfree(block.at);
	case 5: return free(block.at);
	}
}

/* Every seventh block stays. */
static void keep_or_give(struct block block)
{
	static int count;

	if (++count % 7 != 0)
		give_back(block, count % 6);
}

static void round_of(size_t size)
{
#define MAKE(name, ...) keep_or_give(site_##name(size));
#define REMAKE(name, ...) keep_or_give(site_##name(site_mi_malloc(20), size));
	MAKING(MAKE)
	REMAKING(REMAKE)
	COPYING(MAKE)
	keep_or_give(site_mi_expand_failing(site_mi_malloc(20), 2000));
}

int main(void)
{
	heap = mi_heap_new();
	memset(text, 'x', sizeof(text) - 1);
	say("ready\n");
	heard_line();
	for (int i = 0; i < ROUNDS; i++)
		round_of(20 + 4 * (i % 20));
	say_truth(own, COUNT);
	heard_line();
	return 0;
}
