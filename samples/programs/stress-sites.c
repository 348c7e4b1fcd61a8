#define _GNU_SOURCE
#include "stress.h"
#include "talk.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 8192
#define TOO_MUCH ((size_t)1 << 47)

/* Stands at the start of every block that lies in a slot. */
struct label {
	struct tally *by;
	size_t size;
};

static _Atomic(void *) slots[SLOTS];

#define AS_NAME(name) #name,
static const char *const names[] = { SITES(AS_NAME) };

void prepare_tallies(struct worker *worker)
{
	struct tally *thrown = &worker->tallies[of_site_thrown];

	for (int i = 0; i < SITE_COUNT; i++)
		worker->tallies[i].site = names[i];
	thrown->indirect = thrown->all_unknown = true;
	thrown->callers[0] = "__cxa_allocate_exception";
}

/* xorshift64*; https://www.jstatsoft.org/article/view/v008i14 */
uint64_t random_number(struct worker *worker)
{
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return worker->random * 0x2545F4914F6CDD1DULL >> 16;
}

/* Every call gives a block here, or the program ends. */
static struct block got(struct worker *worker, enum site site, void *at, size_t size)
{
	if (at == NULL)
		give_up("out of memory");
	worker->calls++;
	return taken(&worker->tallies[site], at, size);
}

SITE struct block before_malloc(size_t size)
{
	return taken(NULL, malloc(size), size);
}

SITE struct block site_malloc(struct worker *worker, size_t size)
{
	return got(worker, of_site_malloc, malloc(size), size);
}

SITE struct block site_calloc(struct worker *worker, size_t size)
{
	return got(worker, of_site_calloc, calloc(size, 3), size * 3);
}

SITE struct block site_big(struct worker *worker, size_t size)
{
	return got(worker, of_site_big, malloc(size), size);
}

SITE struct block site_realloc_null(struct worker *worker, size_t size)
{
	return got(worker, of_site_realloc_null, realloc(NULL, size), size);
}

SITE struct block site_grow(struct worker *worker, struct block old, size_t size)
{
	return moved(old, got(worker, of_site_grow, realloc(old.at, size), size));
}

SITE struct block site_shrink(struct worker *worker, struct block old, size_t size)
{
	return moved(old, got(worker, of_site_shrink, realloc(old.at, size), size));
}

SITE struct block site_reallocarray(struct worker *worker, struct block old, size_t size)
{
	return moved(old, got(worker, of_site_reallocarray, reallocarray(old.at, size, 5), size * 5));
}

/* glibc takes the size 0 as a free and gives nothing back; jemalloc gives a smallest block. */
SITE struct block site_realloc_zero(struct worker *worker, struct block old)
{
	struct block block = taken(&worker->tallies[of_site_realloc_zero], realloc(old.at, 0), 0);

	worker->calls++;
	forget(old);
	return block;
}

SITE struct block site_posix_memalign(struct worker *worker, size_t size)
{
	void *at = NULL;

	if (posix_memalign(&at, 64, size) != 0)
		at = NULL;
	return got(worker, of_site_posix_memalign, at, size);
}

SITE struct block site_aligned_alloc(struct worker *worker, size_t size)
{
	return got(worker, of_site_aligned_alloc, aligned_alloc(256, size), size);
}

SITE struct block site_memalign(struct worker *worker, size_t size)
{
	return got(worker, of_site_memalign, memalign(1024, size), size);
}

SITE void site_failing(struct worker *worker, struct block block)
{
	void *at = NULL;
	volatile size_t half = SIZE_MAX / 2;

	if (malloc(TOO_MUCH) != NULL || calloc(half, 3) != NULL || posix_memalign(&at, 64, TOO_MUCH) == 0 ||
	    realloc(block.at, TOO_MUCH) != NULL || reallocarray(block.at, half, 3) != NULL)
		give_up("got more memory than there can be");
	worker->failed += 5;
	worker->calls += 5;
}

SITE struct block site_handler(struct worker *worker, size_t size)
{
	return got(worker, of_site_handler, malloc(size), size);
}

SITE struct block site_thread(struct worker *worker, size_t size)
{
	return got(worker, of_site_thread, malloc(size), size);
}

SITE struct block site_destructor(struct worker *worker, size_t size)
{
	return got(worker, of_site_destructor, malloc(size), size);
}

static unsigned char *last_byte(struct block block)
{
	return (unsigned char *)block.at + block.size - 1;
}

static void check(struct block block)
{
	if (block.size < sizeof(struct label) + 1 || *last_byte(block) != (unsigned char)block.size)
		give_up("a block is not what it was");
}

void note_untracked(struct worker *worker, struct block block)
{
	worker->untracked += block.at != NULL && block.by == NULL;
}

void release_checked(struct worker *worker, struct block block)
{
	if (block.at == NULL)
		return;
	check(block);
	note_untracked(worker, block);
	worker->calls++;
	release(block);
}

static struct block block_at(void *at)
{
	const struct label *label = at;

	return at == NULL ? (struct block){ 0 } : (struct block){ .by = label->by, .at = at, .size = label->size };
}

struct block labelled(struct block block)
{
	*(struct label *)block.at = (struct label){ .by = block.by, .size = block.size };
	*last_byte(block) = (unsigned char)block.size;
	return block;
}

void leave_block(struct worker *worker, struct block block)
{
	void *at = labelled(block).at;

	release_checked(worker, block_at(atomic_exchange(&slots[random_number(worker) % SLOTS], at)));
}

struct block take_any(struct worker *worker)
{
	struct block block = block_at(atomic_exchange(&slots[random_number(worker) % SLOTS], NULL));

	if (block.at != NULL)
		check(block);
	return block;
}
