/* Many threads that allocate, and free what other threads have allocated, in every way there is, for as
 * many calls as wanted, and count for themselves what a trace must find.
 *
 *     stress CALLS [THREADS]      CALLS of the allocator in all; 0: until a line comes
 *
 * Meanwhile signal handlers allocate, and some leave by longjmp; threads come and end by return,
 * pthread_exit or pthread_cancel; exceptions are thrown; children are forked, run on and allocate; a
 * library that allocates is loaded and unloaded. Every block is checked when it is freed or moved.
 *
 * Talks as truth.c does, with a second line of JSON after the truth: what else it knows.
 */
#define _GNU_SOURCE
#include "stress.h"
#include "talk.h"

#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_THREADS 64
#define BEFORE 2000
#define CALLS_OF_CHILD 200
#define EVENTS_EVERY 256
#define SIGNALS_EVERY 64

__thread struct worker *self;

static struct worker workers[MAX_THREADS];
static int threads = 16;
static size_t calls_each;
static atomic_bool stop;
static pthread_barrier_t together;

static size_t some_size(struct worker *worker)
{
	return 40 + random_number(worker) % (random_number(worker) % 16 ? 300 : 8000);
}

static void allocate(struct worker *worker)
{
	leave_block(worker, site_malloc(worker, some_size(worker)));
}

static void allocate_zeroed(struct worker *worker)
{
	leave_block(worker, site_calloc(worker, some_size(worker)));
}

/* The allocator maps these, and unmaps them when they are freed. */
static void allocate_big(struct worker *worker)
{
	if (random_number(worker) % 64 == 0)
		leave_block(worker, site_big(worker, 200000 + random_number(worker) % 1000000));
	else
		allocate(worker);
}

static void allocate_from_nothing(struct worker *worker)
{
	leave_block(worker, site_realloc_null(worker, some_size(worker)));
}

static void allocate_aligned(struct worker *worker)
{
	leave_block(worker, site_posix_memalign(worker, some_size(worker)));
	leave_block(worker, site_aligned_alloc(worker, 256 + random_number(worker) % 4 * 256));
	leave_block(worker, site_memalign(worker, some_size(worker)));
}

static void resize(struct worker *worker)
{
	struct block block = take_any(worker);

	if (block.at == NULL)
		return allocate(worker);
	note_untracked(worker, block);
	if (block.size > 10000)
		block = site_shrink(worker, block, 5000);
	else if (random_number(worker) % 3 == 0)
		block = site_reallocarray(worker, block, block.size / 4);
	else
		block = site_grow(worker, block, block.size * 2);
	leave_block(worker, block);
}

static void release_any(struct worker *worker)
{
	struct block block = take_any(worker);

	if (random_number(worker) % 4 != 0 || block.at == NULL)
		return release_checked(worker, block);
	note_untracked(worker, block);
	release(site_realloc_zero(worker, block));
}

static void fail(struct worker *worker)
{
	struct block block = take_any(worker);

	if (block.at == NULL)
		return allocate(worker);
	site_failing(worker, block);
	leave_block(worker, block);
}

static void (*const ways[])(struct worker *) = {
	allocate, allocate, allocate, allocate_zeroed, allocate_big, allocate_from_nothing,
	allocate_aligned, resize, resize, release_any, release_any, fail,
};

static void run_any(struct worker *worker)
{
	ways[random_number(worker) % LENGTH(ways)](worker);
}

void allocate_as_child(struct worker *worker)
{
	for (size_t end = worker->calls + CALLS_OF_CHILD; worker->calls < end;)
		run_any(worker);
}

static void interrupt(const struct worker *worker)
{
	pthread_kill(worker->thread, SIGUSR1);
}

static bool is_done(struct worker *worker)
{
	return calls_each == 0 ? stop : worker->calls >= calls_each;
}

static void run_round(struct worker *worker)
{
	worker->busy = 1;
	run_any(worker);
	if (random_number(worker) % EVENTS_EVERY == 0)
		now_and_then(worker);
	worker->busy = 0;
}

/* Signals find other threads anywhere, and this one at home; a handler may send it back to its start. */
static void run_rounds(struct worker *worker)
{
	sigsetjmp(worker->start, 1);
	worker->can_jump = 1;
	while (!is_done(worker)) {
		run_round(worker);
		if (random_number(worker) % SIGNALS_EVERY == 0)
			interrupt(&workers[random_number(worker) % threads]);
		if (random_number(worker) % SIGNALS_EVERY == 0)
			interrupt(worker);
	}
	worker->can_jump = 0;
}

static void *run(void *worker)
{
	self = worker;
	pthread_barrier_wait(&together);
	run_rounds(self);
	self->busy = 1;
	reap_child(self);
	pthread_barrier_wait(&together); /* nobody interrupts a thread that has ended */
	return NULL;
}

static void start_threads(void)
{
	pthread_barrier_init(&together, NULL, threads);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0)
			give_up("cannot start a thread");
}

static void add_worker(struct worker *sum, const struct worker *worker)
{
	for (int i = 0; i < SITE_COUNT; i++) {
		sum->tallies[i].all_bytes += worker->tallies[i].all_bytes;
		sum->tallies[i].all_calls += worker->tallies[i].all_calls;
		sum->tallies[i].freed_bytes += worker->tallies[i].freed_bytes;
		sum->tallies[i].freed_calls += worker->tallies[i].freed_calls;
	}
	sum->calls += worker->calls;
	sum->failed += worker->failed;
	sum->untracked += worker->untracked;
	sum->forks += worker->forks;
	sum->jumps += worker->jumps;
	sum->cancelled += worker->cancelled;
	sum->thrown += worker->thrown;
}

static void say_totals(void)
{
	static struct worker sum;
	char text[256];

	prepare_tallies(&sum);
	for (int i = 0; i < threads; i++)
		add_worker(&sum, &workers[i]);
	say_truth(sum.tallies, SITE_COUNT);
	snprintf(text, sizeof(text),
		 "{\"calls\":%zu,\"failed\":%zu,\"untracked\":%zu,\"forks\":%zu,\"jumps\":%zu,"
		 "\"cancelled\":%zu,\"thrown\":%zu}\n",
		 sum.calls, sum.failed, sum.untracked, sum.forks, sum.jumps, sum.cancelled, sum.thrown);
	say(text);
}

static void allocate_before(void)
{
	static struct worker nobody = { .random = 1 };

	for (int i = 0; i < BEFORE; i++)
		leave_block(&nobody, before_malloc(40 + i));
}

/* The library lies beside the program. */
static void prepare(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/libstress.so"));

	if (length < 0)
		give_up("cannot find itself");
	prepare_events(strcat(dirname(path), "/libstress.so"));
	for (int i = 0; i < threads; i++)
		workers[i].random = i + 1;
	allocate_before();
}

int main(int argc, char **argv)
{
	threads = argc > 2 ? atoi(argv[2]) : threads;
	if (argc < 2 || threads < 1 || threads > MAX_THREADS)
		give_up("usage: stress CALLS [THREADS]");
	calls_each = (strtoul(argv[1], NULL, 10) + threads - 1) / threads;
	prepare();
	say("ready\n");
	heard_line();
	start_threads();
	if (calls_each == 0)
		heard_line();
	stop = true;
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	say_totals();
	heard_line();
	return 0;
}
