// SPDX-License-Identifier: MIT
/* Code that is mapped or made while we trace: unwind tables and probes for it. */
#define _GNU_SOURCE
#include <time.h>
#include "clock.h"
#include "code_cache.h"
#include "heap.skel.h"

static const uint64_t code_cache_interval_ns = 10000000; /* to see whether it has to be read */

static bool read_code_cache(struct heap_bpf *skel, struct process *process)
{
	return skel->rodata->use_tables && follow_code_cache(process, skel->bss->broken_walks[process - processes]);
}

uint64_t follow_code_caches(struct heap_bpf *skel)
{
	uint64_t again = UINT64_MAX;

	for (unsigned i = 0; i < nr_processes; i++) {
		if (read_code_cache(skel, &processes[i]))
			publish_unwind_tables(skel, &processes[i]);
		if (processes[i].code_cache && !processes[i].exited)
			again = clock_ns() + code_cache_interval_ns;
	}
	return again;
}

void use_mappings(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	read_code_cache(skel, process);
	publish_unwind_tables(skel, process);
	if (settings->heap)
		attach_allocators(skel, settings, process);
}

static void pause_ns(long ns)
{
	const struct timespec pause = { .tv_nsec = ns };

	nanosleep(&pause, NULL);
	mapwatch_drain();
}

static bool any_new_files(void)
{
	for (unsigned i = 0; i < nr_processes; i++)
		if (processes[i].has_new_files)
			return true;
	return false;
}

/* Children first: they may go by the tables of their parents until then. */
void use_new_mappings(struct heap_bpf *skel, const struct settings *settings)
{
	for (unsigned i = nr_processes; i-- > 0;)
		if (processes[i].has_new_mappings)
			use_mappings(skel, settings, &processes[i]);
}

/*
 * The pauses gather what a program start or a dlopen maps in a row, and bound our share of a busy machine: a
 * JIT compiler may map code all the time.
 */
void follow_mappings(struct heap_bpf *skel, const struct settings *settings)
{
	pause_ns(500000);
	if (!any_new_files())
		pause_ns(10000000);
	use_new_mappings(skel, settings);
}
