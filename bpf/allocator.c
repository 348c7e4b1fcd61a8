// SPDX-License-Identifier: MIT
/* Which of a file's functions serve allocations. */
#include <string.h>
#include <unistd.h>
#include "collector.h"

/* Of two names for one address the earlier one here is used. */
static const struct allocator_function functions[] = {
	{ .name = "malloc", .size_arg = 1 },
	{ .name = "calloc", .size_arg = 2, .count_arg = 1 },
	{ .name = "realloc", .size_arg = 2, .pointer_arg = 1 },
	{ .name = "reallocarray", .size_arg = 3, .count_arg = 2, .pointer_arg = 1 },
	{ .name = "posix_memalign", .size_arg = 3, .out_arg = 1 },
	{ .name = "aligned_alloc", .size_arg = 2 },
	{ .name = "memalign", .size_arg = 2 },
	{ .name = "valloc", .size_arg = 1 },
	{ .name = "pvalloc", .size_arg = 1 },
	{ .name = "free", .frees = true, .pointer_arg = 1 },
	{ .name = "cfree", .frees = true, .pointer_arg = 1 },
	{ .name = "free_sized", .frees = true, .pointer_arg = 1 },
	{ .name = "free_aligned_sized", .frees = true, .pointer_arg = 1 },
	/*
	 * operator new and delete, in all their forms. Only where the allocator itself defines them:
	 * jemalloc's and tcmalloc's never call malloc. Those of libstdc++ do, and are not probed.
	 */
	{ .name = "_Znwm", .throws = true, .size_arg = 1 },
	{ .name = "_Znam", .throws = true, .size_arg = 1 },
	{ .name = "_ZnwmRKSt9nothrow_t", .size_arg = 1 },
	{ .name = "_ZnamRKSt9nothrow_t", .size_arg = 1 },
	{ .name = "_ZnwmSt11align_val_t", .throws = true, .size_arg = 1 },
	{ .name = "_ZnamSt11align_val_t", .throws = true, .size_arg = 1 },
	{ .name = "_ZnwmSt11align_val_tRKSt9nothrow_t", .size_arg = 1 },
	{ .name = "_ZnamSt11align_val_tRKSt9nothrow_t", .size_arg = 1 },
	{ .name = "_ZdlPv", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPv", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdlPvm", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPvm", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdlPvRKSt9nothrow_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPvRKSt9nothrow_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdlPvSt11align_val_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPvSt11align_val_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdlPvmSt11align_val_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPvmSt11align_val_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdlPvSt11align_val_tRKSt9nothrow_t", .frees = true, .pointer_arg = 1 },
	{ .name = "_ZdaPvSt11align_val_tRKSt9nothrow_t", .frees = true, .pointer_arg = 1 },
	/* jemalloc's own interface; https://jemalloc.net/jemalloc.3.html. xallocx resizes in place and is not seen. */
	{ .name = "mallocx", .size_arg = 1 },
	{ .name = "rallocx", .size_arg = 2, .pointer_arg = 1 },
	{ .name = "dallocx", .frees = true, .pointer_arg = 1 },
	{ .name = "sdallocx", .frees = true, .pointer_arg = 1 },
};
#define NR_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

struct found {
	struct site site[MAX_MODULE_SITES];
	unsigned nr;
};

static void keep_site(struct found *found, const struct site *site)
{
	for (unsigned i = 0; i < found->nr; i++) {
		if (found->site[i].address != site->address)
			continue;
		if (site->function < found->site[i].function)
			found->site[i] = *site;
		return;
	}
	if (found->nr < MAX_MODULE_SITES)
		found->site[found->nr++] = *site;
}

/* A program's own static function called `free` is no allocator: the name must be visible outside. */
static void look_at(const struct elf_function *function, void *context)
{
	struct site site = { .address = function->address, .size = function->size };

	if (!function->global || function->kind != FUNCTION)
		return;
	for (unsigned i = 0; i < NR_FUNCTIONS; i++) {
		site.function = &functions[i];
		if (strcmp(function->name, functions[i].name) == 0)
			keep_site(context, &site);
	}
}

static bool has(const struct found *found, const char *name)
{
	for (unsigned i = 0; i < found->nr; i++)
		if (strcmp(found->site[i].function->name, name) == 0)
			return true;
	return false;
}

static void place_probe(int fd, struct site *site)
{
	uint8_t code[4096];
	size_t size = site->size < sizeof(code) ? site->size : sizeof(code);
	ssize_t length = pread(fd, code, size, site->offset);

	site->probe_distance = length > 0 ? emulated_distance(code, length) : 0;
}

unsigned find_sites(struct module *module, struct site sites[MAX_MODULE_SITES])
{
	struct elf_file *file = module_elf(module);
	struct found found = { .nr = 0 };
	unsigned nr = 0;

	if (!file)
		return 0;
	elf_file_functions(file, look_at, &found);
	for (unsigned i = 0; i < found.nr && has(&found, "malloc") && has(&found, "free"); i++) {
		if (!elf_address_to_offset(file, found.site[i].address, &found.site[i].offset))
			continue;
		place_probe(module->fd, &found.site[i]);
		sites[nr++] = found.site[i];
	}
	return nr;
}
