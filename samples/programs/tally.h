/* What a program knows about its own allocations, per call site: the truth that a trace of it
 * is compared with. Safe to use from several threads. */
#ifndef TALLY_H
#define TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_CALLERS 2

struct tally {
	const char *site;
	/* Where libc allocates on the site's behalf: the names of the libc function that calls
	 * malloc. The site then shows only to an unwinder that gets through libc. */
	bool indirect;
	const char *callers[MAX_CALLERS];
	/* libc makes allocations of sizes that are its own affair; what stays is known. */
	bool all_unknown;
	atomic_size_t all_bytes, all_calls, freed_bytes, freed_calls;
};

struct block {
	struct tally *by; /* who allocated it; NULL: before the trace */
	void *at;
	size_t size; /* as asked for */
};

/* What a call of the malloc family gave, counted unless it gave nothing. */
struct block taken(struct tally *by, void *at, size_t size);

/* What realloc(old) gave: on success old is gone, on failure it lives on. */
struct block moved(struct block old, struct block new);

/* Counts a block as freed, without freeing it. */
void forget(struct block block);

void release(struct block block);

/* Says the truth as one line of JSON. Call it when all threads are done. */
void say_truth(const struct tally *tallies, size_t count);

#endif
