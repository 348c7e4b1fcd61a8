/* What the parts of stress.c share: its threads, its call sites, and the blocks that go from thread to
 * thread. */
#ifndef STRESS_H
#define STRESS_H

#include "tally.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SITE __attribute__((noipa))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define SITES(X)               \
	X(site_malloc)         \
	X(site_calloc)         \
	X(site_big)            \
	X(site_realloc_null)   \
	X(site_grow)           \
	X(site_shrink)         \
	X(site_reallocarray)   \
	X(site_realloc_zero)   \
	X(site_posix_memalign) \
	X(site_aligned_alloc)  \
	X(site_memalign)       \
	X(site_failing)        \
	X(site_handler)        \
	X(site_thread)         \
	X(site_destructor)     \
	X(site_library)        \
	X(site_thrown)

#define AS_ENUM(name) of_##name,
enum site { SITES(AS_ENUM) SITE_COUNT };

/* One thread's own: what it counts, nobody else adds to; what others free of it is added atomically. */
struct worker {
	_Alignas(64) struct tally tallies[SITE_COUNT];
	pthread_t thread;
	uint64_t random;
	size_t calls; /* of the allocator */
	size_t failed; /* calls that gave nothing */
	size_t untracked; /* blocks from before the trace that it freed or moved */
	size_t forks, jumps, cancelled, thrown;
	pid_t child;
	/* In the allocator, or between a call and its being counted: handlers keep out. */
	volatile sig_atomic_t busy;
	sigjmp_buf start;
	volatile sig_atomic_t can_jump;
};

/* Of this thread; NULL in those that do not count. */
extern __thread struct worker *self;

uint64_t random_number(struct worker *worker);

/* --- stress-sites.c: blocks that carry who allocated them, checked whenever they come back --- */

void prepare_tallies(struct worker *worker);
struct block before_malloc(size_t size);
struct block site_malloc(struct worker *worker, size_t size);
struct block site_calloc(struct worker *worker, size_t size);
struct block site_big(struct worker *worker, size_t size);
struct block site_realloc_null(struct worker *worker, size_t size);
struct block site_grow(struct worker *worker, struct block old, size_t size);
struct block site_shrink(struct worker *worker, struct block old, size_t size);
struct block site_reallocarray(struct worker *worker, struct block old, size_t size);
struct block site_realloc_zero(struct worker *worker, struct block old);
struct block site_posix_memalign(struct worker *worker, size_t size);
struct block site_aligned_alloc(struct worker *worker, size_t size);
struct block site_memalign(struct worker *worker, size_t size);
/* Asks for what cannot be had; the block lives on. */
void site_failing(struct worker *worker, struct block block);
struct block site_handler(struct worker *worker, size_t size);
struct block site_thread(struct worker *worker, size_t size);
struct block site_destructor(struct worker *worker, size_t size);

/* Writes into the block what it is. */
struct block labelled(struct block block);
/* Labels it and puts it where any thread may take it; frees what was there. */
void leave_block(struct worker *worker, struct block block);
/* Some thread's block, or one at NULL. */
struct block take_any(struct worker *worker);
void release_checked(struct worker *worker, struct block block);
/* Counts the block that goes into realloc, or out by free, as one from before the trace if it is. */
void note_untracked(struct worker *worker, struct block block);

/* --- stress-events.c: what happens now and then --- */

/* Once, before the threads; `library` is the path of libstress.so. */
void prepare_events(const char *library);
void now_and_then(struct worker *worker);
/* What a child of fork does with what it inherited. */
void allocate_as_child(struct worker *worker);
void reap_child(struct worker *worker);

/* --- stress-throw.cpp --- */

/* Throws through some frames, and catches. */
void site_thrown(int depth);

#endif
