/* What one malloc(64)/free pair costs, while it is traced or not.
 *
 *     pairs SECONDS|PAIRSx [THREADS]
 *
 * Runs for SECONDS ("5"), or PAIRS in each thread ("1000000x"). Says nanoseconds per pair and
 * thread, one line for every tenth of a second, and in the end "mean" and that of the whole run.
 */
#include "talk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_THREADS 64
#define BLOCK_SIZE 64
#define INTERVAL_NS 100000000

struct worker {
	_Alignas(64) atomic_ulong pairs;
	pthread_t thread;
};

static struct worker workers[MAX_THREADS];
static int threads = 1;
static unsigned long wanted_pairs = ~0ul;
static atomic_bool stop;
static atomic_int running;
static double end_ns; /* when the last thread was done */

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void allocate_pairs(struct worker *worker)
{
	for (unsigned long done = 0; done < wanted_pairs && !stop; done++) {
		free(malloc(BLOCK_SIZE));
		atomic_store_explicit(&worker->pairs, done + 1, memory_order_relaxed);
	}
}

static void inner_frame(struct worker *worker)
{
	allocate_pairs(worker);
}

static void outer_frame(struct worker *worker)
{
	inner_frame(worker);
}

static void *work(void *worker)
{
	outer_frame(worker);
	if (--running == 0)
		end_ns = now_ns();
	return NULL;
}

static unsigned long all_pairs(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < threads; i++)
		sum += workers[i].pairs;
	return sum;
}

static void say_cost(const char *label, double ns, unsigned long pairs)
{
	char text[64];

	if (pairs == 0)
		return;
	snprintf(text, sizeof(text), "%s%.1f\n", label, ns * threads / pairs);
	say(text);
}

static void report(double seconds)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	double start = now_ns(), last = start, now = start;
	unsigned long last_pairs = 0, pairs;

	while (running > 0 && now - start < seconds * 1e9) {
		nanosleep(&interval, NULL);
		now = now_ns();
		pairs = all_pairs();
		if (running == threads)
			say_cost("", now - last, pairs - last_pairs);
		last = now;
		last_pairs = pairs;
	}
}

int main(int argc, char **argv)
{
	double amount = argc > 1 ? atof(argv[1]) : 0, start;
	bool counted = argc > 1 && strchr(argv[1], 'x') != NULL;

	threads = argc > 2 ? atoi(argv[2]) : 1;
	if (amount <= 0 || threads < 1 || threads > MAX_THREADS)
		give_up("usage: pairs SECONDS|PAIRSx [THREADS]");
	if (counted)
		wanted_pairs = amount;
	running = threads;
	start = now_ns();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			give_up("cannot start a thread");
	report(counted ? 1e9 : amount);
	stop = true;
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	say_cost("mean ", end_ns - start, all_pairs());
	return 0;
}
