#define _GNU_SOURCE
#include "sites.h"
#include "talk.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AS_DIRECT_TALLY(name) [of_##name] = { .site = #name },
#define AS_INDIRECT_TALLY(name, unknown, caller, alias)                   \
	[of_##name] = { .site = #name, .indirect = true,                  \
			.all_unknown = unknown, .callers = { caller, alias } },
struct tally tallies[SITE_COUNT] = {
	DIRECT_SITES(AS_DIRECT_TALLY) INDIRECT_SITES(AS_INDIRECT_TALLY)
};

#define BY(site) (&tallies[of_##site])

SITE struct block before_malloc(size_t size)
{
	return taken(NULL, malloc(size), size);
}

SITE struct block site_malloc(size_t size)
{
	return taken(BY(site_malloc), malloc(size), size);
}

SITE struct block site_malloc_zero(void)
{
	return taken(BY(site_malloc_zero), malloc(0), 0);
}

SITE struct block site_malloc_sizes(size_t size)
{
	return taken(BY(site_malloc_sizes), malloc(size), size);
}

SITE struct block site_malloc_big(size_t size)
{
	return taken(BY(site_malloc_big), malloc(size), size);
}

SITE struct block site_malloc_failing(size_t size)
{
	return taken(BY(site_malloc_failing), malloc(size), size);
}

SITE struct block site_calloc(size_t count, size_t size)
{
	return taken(BY(site_calloc), calloc(count, size), count * size);
}

SITE struct block site_calloc_failing(size_t count, size_t size)
{
	return taken(BY(site_calloc_failing), calloc(count, size), count * size);
}

SITE struct block site_realloc_null(size_t size)
{
	return taken(BY(site_realloc_null), realloc(NULL, size), size);
}

SITE struct block site_realloc_chain(struct block old, size_t size)
{
	return moved(old, taken(BY(site_realloc_chain), realloc(old.at, size), size));
}

SITE struct block site_realloc_big(struct block old, size_t size)
{
	return moved(old, taken(BY(site_realloc_big), realloc(old.at, size), size));
}

SITE struct block site_realloc_before(struct block old, size_t size)
{
	return moved(old, taken(BY(site_realloc_before), realloc(old.at, size), size));
}

SITE struct block site_realloc_other(struct block old, size_t size)
{
	return moved(old, taken(BY(site_realloc_other), realloc(old.at, size), size));
}

/* glibc, jemalloc and tcmalloc take the size 0 as a free and give nothing back; musl and mimalloc a
 * block without bytes. */
SITE struct block site_realloc_zero(struct block old)
{
	struct block empty = taken(BY(site_realloc_zero), realloc(old.at, 0), 0);

	forget(old);
	return empty;
}

SITE struct block site_realloc_failing(struct block old)
{
	return moved(old, taken(BY(site_realloc_failing), realloc(old.at, TOO_MUCH), TOO_MUCH));
}

SITE struct block site_reallocarray(struct block old, size_t count, size_t size)
{
	return moved(old, taken(BY(site_reallocarray), reallocarray(old.at, count, size),
				count * size));
}

SITE struct block site_posix_memalign(size_t alignment, size_t size)
{
	void *at = NULL;

	if (posix_memalign(&at, alignment, size) != 0)
		at = NULL;
	return taken(BY(site_posix_memalign), at, size);
}

SITE struct block site_aligned_alloc(size_t alignment, size_t size)
{
	return taken(BY(site_aligned_alloc), aligned_alloc(alignment, size), size);
}

SITE struct block site_memalign(size_t alignment, size_t size)
{
	return taken(BY(site_memalign), memalign(alignment, size), size);
}

SITE struct block site_valloc(size_t size)
{
	return taken(BY(site_valloc), valloc(size), size);
}

/* musl and jemalloc have no pvalloc. */
bool without_pvalloc;

SITE struct block site_pvalloc(size_t size)
{
#ifdef __GLIBC__
	if (!without_pvalloc)
		return taken(BY(site_pvalloc), pvalloc(size), size);
#endif
	return (struct block){ 0 };
}

SITE struct block site_handed_over(size_t size)
{
	return taken(BY(site_handed_over), malloc(size), size);
}

SITE struct block site_exchanged(size_t size)
{
	return taken(BY(site_exchanged), malloc(size), size);
}

SITE struct block site_churn(size_t size)
{
	return taken(BY(site_churn), malloc(size), size);
}

SITE struct block site_strdup(const char *text)
{
	return taken(BY(site_strdup), strdup(text), strlen(text) + 1);
}

static const char line[] = "shorter than the buffer that getline starts with\n";
static FILE *lines;
static int line_writer;

void prepare_getline(void)
{
	static char buffer[4096];
	int ends[2];

	if (pipe(ends) != 0 || (lines = fdopen(ends[0], "r")) == NULL)
		give_up("cannot make a pipe");
	setvbuf(lines, buffer, _IOFBF, sizeof(buffer));
	line_writer = ends[1];
}

SITE struct block site_getline(void)
{
	char *at = NULL;
	size_t size = 0;

	if (write(line_writer, line, sizeof(line) - 1) < 0 || getline(&at, &size, lines) < 0)
		give_up("cannot read a line from a pipe");
	return taken(BY(site_getline), at, size);
}

SITE struct block site_asprintf(unsigned number)
{
	char *at = NULL;
	int length = asprintf(&at, "the number is %u", number);

	return taken(BY(site_asprintf), length < 0 ? NULL : at, length + 1);
}
