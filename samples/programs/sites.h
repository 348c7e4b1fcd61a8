/* The call sites of truth.c. Each is one function, the direct caller of the allocator, and does
 * no more than to ask for one block and count it. */
#ifndef SITES_H
#define SITES_H

#include "tally.h"

#include <stdlib.h>

/* Keeps a site a function of its own under its own name: no inlining, no clones. */
#define SITE __attribute__((noipa))

/* No machine has this much: the allocator asks the kernel for it in vain. */
#define TOO_MUCH ((size_t)1 << 47)

/* Sites that the allocator returns to. */
#define DIRECT_SITES(X)         \
	X(site_malloc)          \
	X(site_malloc_zero)     \
	X(site_malloc_sizes)    \
	X(site_malloc_big)      \
	X(site_malloc_failing)  \
	X(site_calloc)          \
	X(site_calloc_failing)  \
	X(site_realloc_null)    \
	X(site_realloc_chain)   \
	X(site_realloc_big)     \
	X(site_realloc_before)  \
	X(site_realloc_other)   \
	X(site_realloc_zero)    \
	X(site_realloc_failing) \
	X(site_reallocarray)    \
	X(site_posix_memalign)  \
	X(site_aligned_alloc)   \
	X(site_memalign)        \
	X(site_valloc)          \
	X(site_pvalloc)         \
	X(site_handed_over)     \
	X(site_exchanged)       \
	X(site_churn)

/* Sites that call a libc function which calls malloc: whether the sizes of all its calls are
 * libc's own affair, and the names of that function where it has any. musl's getdelim grows by steps. */
#ifdef __GLIBC__
#define GROWS_BY_STEPS false
#else
#define GROWS_BY_STEPS true
#endif
#define INDIRECT_SITES(X)                                         \
	X(site_strdup, false, "strdup", "__strdup")               \
	X(site_getline, GROWS_BY_STEPS, "getdelim", "__getdelim") \
	X(site_asprintf, true, NULL, NULL)

#define AS_DIRECT_ENUM(name) of_##name,
#define AS_INDIRECT_ENUM(name, all_unknown, caller, alias) of_##name,
enum site { DIRECT_SITES(AS_DIRECT_ENUM) INDIRECT_SITES(AS_INDIRECT_ENUM) SITE_COUNT };

extern struct tally tallies[SITE_COUNT];

/* Opens what site_getline reads from. It allocates: call it before the trace. */
void prepare_getline(void);

/* What pvalloc of another allocator gives cannot be freed. */
extern bool without_pvalloc;

/* From before the trace: nobody's block. */
struct block before_malloc(size_t size);

struct block site_malloc(size_t size);
struct block site_malloc_zero(void);
struct block site_malloc_sizes(size_t size);
struct block site_malloc_big(size_t size);
struct block site_malloc_failing(size_t size);
struct block site_calloc(size_t count, size_t size);
struct block site_calloc_failing(size_t count, size_t size);
struct block site_realloc_null(size_t size);
struct block site_realloc_chain(struct block old, size_t size);
struct block site_realloc_big(struct block old, size_t size);
struct block site_realloc_before(struct block old, size_t size);
struct block site_realloc_other(struct block old, size_t size);
struct block site_realloc_zero(struct block old);
struct block site_realloc_failing(struct block old);
/* Overflows, and so fails, where count * size does. */
struct block site_reallocarray(struct block old, size_t count, size_t size);
/* Fails with EINVAL where the alignment is none. */
struct block site_posix_memalign(size_t alignment, size_t size);
struct block site_aligned_alloc(size_t alignment, size_t size);
struct block site_memalign(size_t alignment, size_t size);
struct block site_valloc(size_t size);
struct block site_pvalloc(size_t size);
struct block site_handed_over(size_t size);
struct block site_exchanged(size_t size);
struct block site_churn(size_t size);

struct block site_strdup(const char *text);
struct block site_getline(void);
struct block site_asprintf(unsigned number);

#endif
