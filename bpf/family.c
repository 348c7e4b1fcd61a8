// SPDX-License-Identifier: MIT
/* The functions of known allocators, and what their arguments mean. */
#include <stdlib.h>
#include <string.h>
#include "collector.h"

/* Of two names for one address the earlier one here is used. Names are without a prefix. */
static const struct allocator_function functions[] = {
	{ "malloc", MALLOC_FAMILY, .size_arg = 1, .forwards = FORWARDS_NEVER },
	{ "calloc", MALLOC_FAMILY, .size_arg = 2, .count_arg = 1, .forwards = FORWARDS_NEVER },
	{ "realloc", MALLOC_FAMILY, .size_arg = 2, .pointer_arg = 1 },
	{ "reallocarray", MALLOC_FAMILY, .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ "posix_memalign", MALLOC_FAMILY, .size_arg = 3, .out_arg = 1 },
	{ "aligned_alloc", MALLOC_FAMILY, .size_arg = 2 },
	{ "memalign", MALLOC_FAMILY, .size_arg = 2 },
	{ "valloc", MALLOC_FAMILY, .size_arg = 1 },
	{ "pvalloc", MALLOC_FAMILY, .size_arg = 1, .forwards = FORWARDS_ANY }, /* rounds up */
	{ "free", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },
	{ "cfree", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },
	{ "free_sized", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },
	{ "free_aligned_sized", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },

	/* jemalloc's own interface; https://jemalloc.net/jemalloc.3.html. */
	{ "mallocx", MALLOC_FAMILY, .size_arg = 1 },
	{ "rallocx", MALLOC_FAMILY, .size_arg = 2, .pointer_arg = 1 },
	{ "xallocx", MALLOC_FAMILY, .size_arg = 2, .count_arg = 3, .pointer_arg = 1, .kind = SITE_RESIZES },
	{ "dallocx", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },
	{ "sdallocx", MALLOC_FAMILY, .frees = true, .pointer_arg = 1 },

	/*
	 * operator new and delete, in all their forms. Only where the allocator itself defines them:
	 * jemalloc's and tcmalloc's never call malloc. Those of libstdc++ do, and are not probed.
	 */
	{ "_Znwm", CXX_OPERATORS, .throws = true, .size_arg = 1 },
	{ "_Znam", CXX_OPERATORS, .throws = true, .size_arg = 1 },
	{ "_ZnwmRKSt9nothrow_t", CXX_OPERATORS, .size_arg = 1 },
	{ "_ZnamRKSt9nothrow_t", CXX_OPERATORS, .size_arg = 1 },
	{ "_ZnwmSt11align_val_t", CXX_OPERATORS, .throws = true, .size_arg = 1 },
	{ "_ZnamSt11align_val_t", CXX_OPERATORS, .throws = true, .size_arg = 1 },
	{ "_ZnwmSt11align_val_tRKSt9nothrow_t", CXX_OPERATORS, .size_arg = 1 },
	{ "_ZnamSt11align_val_tRKSt9nothrow_t", CXX_OPERATORS, .size_arg = 1 },
	{ "_ZdlPv", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPv", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdlPvm", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPvm", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdlPvRKSt9nothrow_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPvRKSt9nothrow_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdlPvSt11align_val_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPvSt11align_val_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdlPvmSt11align_val_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPvmSt11align_val_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdlPvSt11align_val_tRKSt9nothrow_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },
	{ "_ZdaPvSt11align_val_tRKSt9nothrow_t", CXX_OPERATORS, .frees = true, .pointer_arg = 1 },

	/* gperftools' names for the same (tc_new); gperftools/tcmalloc.h. */
	{ "new", TCMALLOC_ONLY | MIMALLOC_ONLY, .throws = true, .size_arg = 1 },
	{ "newarray", TCMALLOC_ONLY, .throws = true, .size_arg = 1 },
	{ "new_nothrow", TCMALLOC_ONLY | MIMALLOC_ONLY, .size_arg = 1 },
	{ "newarray_nothrow", TCMALLOC_ONLY, .size_arg = 1 },
	{ "new_aligned", TCMALLOC_ONLY | MIMALLOC_ONLY, .throws = true, .size_arg = 1 },
	{ "newarray_aligned", TCMALLOC_ONLY, .throws = true, .size_arg = 1 },
	{ "new_aligned_nothrow", TCMALLOC_ONLY | MIMALLOC_ONLY, .size_arg = 1 },
	{ "newarray_aligned_nothrow", TCMALLOC_ONLY, .size_arg = 1 },
	{ "malloc_skip_new_handler", TCMALLOC_ONLY, .size_arg = 1 },
	{ "delete", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "delete_sized", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray_sized", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "delete_nothrow", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray_nothrow", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "delete_aligned", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray_aligned", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "delete_sized_aligned", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray_sized_aligned", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "delete_aligned_nothrow", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "deletearray_aligned_nothrow", TCMALLOC_ONLY, .frees = true, .pointer_arg = 1 },

	/*
	 * mimalloc's own interface; mimalloc.h. As mi_heap_... each has the heap before the other arguments.
	 * What is not here calls what is.
	 */
	{ "malloc_small", MIMALLOC_ONLY, .size_arg = 1 },
	{ "zalloc_small", MIMALLOC_ONLY, .size_arg = 1 },
	{ "zalloc", MIMALLOC_ONLY, .size_arg = 1 },
	{ "mallocn", MIMALLOC_ONLY, .size_arg = 2, .count_arg = 1 },
	{ "reallocn", MIMALLOC_ONLY, .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ "rezalloc", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "recalloc", MIMALLOC_ONLY, .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ "expand", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "malloc_aligned", MIMALLOC_ONLY, .size_arg = 1 },
	{ "malloc_aligned_at", MIMALLOC_ONLY, .size_arg = 1 },
	{ "zalloc_aligned", MIMALLOC_ONLY, .size_arg = 1 },
	{ "zalloc_aligned_at", MIMALLOC_ONLY, .size_arg = 1 },
	{ "calloc_aligned", MIMALLOC_ONLY, .size_arg = 2, .count_arg = 1 },
	{ "calloc_aligned_at", MIMALLOC_ONLY, .size_arg = 2, .count_arg = 1 },
	{ "realloc_aligned", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "realloc_aligned_at", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "rezalloc_aligned", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "rezalloc_aligned_at", MIMALLOC_ONLY, .size_arg = 2, .pointer_arg = 1 },
	{ "recalloc_aligned", MIMALLOC_ONLY, .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ "recalloc_aligned_at", MIMALLOC_ONLY, .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ "new_n", MIMALLOC_ONLY, .throws = true, .size_arg = 2, .count_arg = 1 },
	{ "alloc_new", MIMALLOC_ONLY, .throws = true, .size_arg = 1 },
	{ "alloc_new_n", MIMALLOC_ONLY, .throws = true, .size_arg = 2, .count_arg = 1 },
	{ "strdup", MIMALLOC_ONLY, .size_arg = 1, .kind = SITE_COPIES_TEXT },
	{ "strndup", MIMALLOC_ONLY, .size_arg = 1, .count_arg = 2, .kind = SITE_COPIES_TEXT },
	{ "free_size", MIMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "free_aligned", MIMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
	{ "free_size_aligned", MIMALLOC_ONLY, .frees = true, .pointer_arg = 1 },
};
#define NR_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static int by_name(const void *left, const void *right)
{
	const struct allocator_function *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

const struct allocator_function *known_function(const char *name)
{
	static const struct allocator_function *sorted[NR_FUNCTIONS];
	const struct allocator_function wanted = { .name = name }, *key = &wanted, *const *found;

	if (!sorted[0]) {
		for (unsigned i = 0; i < NR_FUNCTIONS; i++)
			sorted[i] = &functions[i];
		qsort(sorted, NR_FUNCTIONS, sizeof(sorted[0]), by_name);
	}
	found = bsearch(&key, sorted, NR_FUNCTIONS, sizeof(sorted[0]), by_name);
	return found ? *found : NULL;
}
