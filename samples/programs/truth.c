/* Allocates in known ways and counts for itself, per call site, what a trace must find.
 *
 *     truth [--rounds N] [--churns N] [--late-threads] [--no-pvalloc]
 *
 * Says "ready", waits for a line on stdin, runs every site in four threads, says its truth as one
 * line of JSON (README.md of the samples), waits for another line or the end of stdin, and ends.
 * Between the line and the truth nothing but the sites allocates, so that also the totals of a
 * trace must be the sums of the truth; with --late-threads the threads are started only
 * after the line, and pthread_create allocates as well. --no-pvalloc is for allocators that have none, and
 * --churns for fewer calls than usual.
 */
#include "sites.h"
#include "talk.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define BEFORE 100
#define HANDED 500
#define EXCHANGES 5000
#define EXCHANGE_SLOTS 16
#define CHURN_LIVE 64
#define MIB ((size_t)1 << 20)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static int rounds = 1, churns = 50000;
static pthread_barrier_t together;
static struct block freed_later[BEFORE], moved_later[BEFORE], kept[BEFORE];
static struct block handed[THREADS][HANDED];
static _Atomic(void *) exchange[EXCHANGE_SLOTS];

static void allocate_before(void)
{
	for (int i = 0; i < BEFORE; i++) {
		freed_later[i] = before_malloc(i == 0 ? 10 * MIB : 24u + i);
		moved_later[i] = before_malloc(i == 0 ? 10 * MIB : 40u + i);
		kept[i] = before_malloc(56 + i);
	}
}

static void release_all(const struct block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		release(blocks[i]);
}

static void use_up_before(void)
{
	for (int i = 0; i < BEFORE; i++) {
		release(freed_later[i]);
		moved_later[i] = site_realloc_before(moved_later[i], 400 + i);
		if (i % 2 == 0)
			release(moved_later[i]);
	}
}

static void plain_blocks(void)
{
	for (int i = 0; i < 300; i++) {
		struct block blocks[] = {
			site_malloc(100),
			site_calloc(7, 11),
			site_realloc_null(33),
			site_malloc_zero(),
			site_malloc_sizes(1 + 17 * i),
		};

		free(NULL);
		if (i % 3 != 0)
			release_all(blocks, LENGTH(blocks));
	}
}

static void aligned_blocks(void)
{
	for (int i = 0; i < 60; i++) {
		struct block blocks[] = {
			site_posix_memalign(64, 200),
			site_posix_memalign(3, 200),
			site_posix_memalign(64, TOO_MUCH),
			site_posix_memalign(4096, 2 * MIB),
			site_aligned_alloc(256, 512),
			site_memalign(4096, 300),
			site_valloc(1000),
			site_pvalloc(1001),
		};

		if (i % 4 != 0)
			release_all(blocks, LENGTH(blocks));
	}
}

/* Grows, shrinks and grows again; every other block stays at its last size. */
static void realloc_chains(void)
{
	for (int i = 0; i < 20; i++) {
		struct block block = site_malloc(16), array = { 0 };

		for (size_t size = 32; size <= 64 * 1024; size *= 2)
			block = site_realloc_chain(block, size);
		block = site_realloc_chain(block, 50);
		block = site_realloc_chain(block, 60);
		for (size_t count = 1; count < 20; count++)
			array = site_reallocarray(array, count, 48);
		array = site_reallocarray(array, SIZE_MAX / 2, 48);
		if (i % 2 == 0)
			continue;
		release(block);
		release(array);
	}
}

/* What fails must count nothing, and free nothing. */
static void failing_calls(void)
{
	for (int i = 0; i < 20; i++) {
		struct block survivor = site_realloc_failing(site_malloc(500));

		site_malloc_failing(TOO_MUCH);
		site_malloc_failing(SIZE_MAX - 100);
		site_calloc_failing(SIZE_MAX / 2, 4);
		release(site_realloc_zero(site_malloc(70)));
		if (i % 2 == 0)
			release(survivor);
	}
}

/* glibc maps these: the mmap, munmap and mremap inside are no allocations of their own. */
static void big_blocks(void)
{
	for (int i = 0; i < 4; i++) {
		struct block blocks[] = {
			site_malloc_big(10 * MIB),
			site_realloc_big(site_malloc_big(10 * MIB), 20 * MIB),
			site_realloc_big(site_malloc_big(10 * MIB), 1000),
			site_realloc_failing(site_malloc_big(10 * MIB)),
		};

		if (i != 0)
			release_all(blocks, LENGTH(blocks));
	}
}

static void libc_blocks(void)
{
	for (int i = 0; i < 50; i++) {
		struct block blocks[] = {
			site_strdup("a text of some length"),
			site_getline(),
			site_asprintf(i),
		};

		if (i % 2 != 0)
			release_all(blocks, LENGTH(blocks));
	}
}

/* Each thread's blocks end in the next one: a third freed, a third moved, a third kept. */
static void hand_over(int self)
{
	struct block *mine = handed[self], *others = handed[(self + 1) % THREADS];

	for (int i = 0; i < HANDED; i++)
		mine[i] = site_handed_over(80 + i);
	pthread_barrier_wait(&together);
	for (int i = 0; i < HANDED; i++) {
		if (i % 3 == 0)
			release(others[i]);
		if (i % 3 == 1)
			site_realloc_other(others[i], 2000 + i);
	}
	pthread_barrier_wait(&together);
}

/* Whoever comes frees what somebody else left a moment ago: addresses change hands quickly. */
static void exchange_blocks(int self)
{
	const size_t size = 128;

	for (int i = 0; i < EXCHANGES; i++) {
		struct block mine = site_exchanged(size);
		void *left = atomic_exchange(&exchange[(i + 5 * self) % EXCHANGE_SLOTS], mine.at);

		release((struct block){ .by = mine.by, .at = left, .size = size });
	}
}

static void churn(void)
{
	struct block live[CHURN_LIVE] = { 0 };

	for (int i = 0; i < churns; i++) {
		release(live[i % CHURN_LIVE]);
		live[i % CHURN_LIVE] = site_churn(16 + i % 200);
	}
	for (int i = 0; i < CHURN_LIVE; i++)
		release(live[i]);
}

static void run_round(int self)
{
	plain_blocks();
	aligned_blocks();
	realloc_chains();
	failing_calls();
	big_blocks();
	libc_blocks();
	hand_over(self);
	exchange_blocks(self);
	churn();
}

static void *run(void *argument)
{
	int self = (int)(intptr_t)argument;

	pthread_barrier_wait(&together);
	if (self == 1)
		use_up_before();
	for (int i = 0; i < rounds; i++)
		run_round(self);
	return NULL;
}

static void start(pthread_t threads[THREADS])
{
	for (int i = 1; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i) != 0)
			give_up("cannot start a thread");
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	bool late = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--late-threads") == 0)
			late = true;
		else if (strcmp(argv[i], "--no-pvalloc") == 0)
			without_pvalloc = true;
		else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
			rounds = atoi(argv[++i]);
		else if (strcmp(argv[i], "--churns") == 0 && i + 1 < argc)
			churns = atoi(argv[++i]);
		else
			give_up("usage: truth [--rounds N] [--churns N] [--late-threads] [--no-pvalloc]");
	}
	pthread_barrier_init(&together, NULL, THREADS);
	prepare_getline();
	allocate_before();
	if (!late)
		start(threads);
	say("ready\n");
	heard_line();
	if (late)
		start(threads);
	run(NULL);
	for (int i = 1; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say_truth(tallies, SITE_COUNT);
	heard_line();
	return 0;
}
