// SPDX-License-Identifier: MIT
/* The cost guard: how often the targets call their allocators, and what the probes make of that. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "clock.h"
#include "recorder.h"

/* One reading. What was called is counted from the start of the trace. */
struct reading {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	uint64_t allocations, frees; /* calls */
	uint64_t foreign; /* of processes that are not traced */
	uint64_t cpu_ns; /* of all targets, in user and kernel mode */
};

/* A burst is no reason to end a trace: the rate must last for this long. */
#define NR_READINGS 5
static const uint64_t least_window_ns = 1900000000;

static struct reading readings[NR_READINGS];
static unsigned nr_readings;

/* What a probe takes on an average machine of today, trap and bookkeeping; npm run bench measures it. */
static const uint64_t entry_ns = 1000, return_ns = 900, free_ns = 900;

/* User and system time, fields 14 and 15 of /proc/PID/stat; proc(5). 0 when it has ended. */
static uint64_t cpu_ns_of(pid_t pid)
{
	uint64_t user = 0, system = 0;
	size_t length;
	char *stat = read_proc(pid, "stat", &length), *end = stat ? strrchr(stat, ')') : NULL;

	if (end && sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
			  &system) != 2)
		user = system = 0;
	free(stat);
	return (user + system) * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* Of each process, also when it has ended. */
static uint64_t last_cpu_ns[MAX_PROCESSES];

static struct reading read_now(struct heap_bpf *skel)
{
	struct weight counters[NR_COUNTERS];
	struct reading now = { .at_ns = clock_ns() };

	read_counters(skel, counters);
	now.allocations = counters[COUNT_ENTERED].calls;
	if (!now.allocations) /* --entry-only does not count entries apart */
		now.allocations = counters[COUNT_ALLOCATED].calls + counters[COUNT_SIZE_FILTERED].calls +
				  counters[COUNT_NOT_SAMPLED].calls;
	now.frees = counters[COUNT_FREED].calls + counters[COUNT_UNTRACKED_FREES].calls;
	now.foreign = counters[COUNT_FOREIGN_CALLS].calls;
	for (unsigned i = 0; i < nr_processes; i++) {
		const uint64_t cpu_ns = cpu_ns_of(processes[i].pid);

		if (cpu_ns > last_cpu_ns[i])
			last_cpu_ns[i] = cpu_ns;
		now.cpu_ns += last_cpu_ns[i];
	}
	return now;
}

/* Beyond this, what is left for the target itself is too little to tell how much. */
#define MOST_SLOWDOWN 5

/* Times slower, from the share of the targets' CPU time that the probes take. */
static char *slowdown(const struct reading *since, const struct reading *now, bool returns)
{
	uint64_t probes_ns = (now->allocations - since->allocations) * (entry_ns + (returns ? return_ns : 0)) +
			     (now->frees - since->frees) * free_ns;
	uint64_t cpu_ns = now->cpu_ns - since->cpu_ns;

	if (cpu_ns - cpu_ns / MOST_SLOWDOWN < probes_ns)
		return formatted("more than %d times slower", MOST_SLOWDOWN);
	return formatted("about %.1f times slower", (double)cpu_ns / (cpu_ns - probes_ns));
}

/* What makes a trace cheaper than this one. */
static const char *cheaper_than(const struct settings *settings)
{
	if (settings->entry_only)
		return "nothing costs less";
	return settings->alloc_only ? "--entry-only costs less" : "-a costs less, and with --entry-only still less";
}

/* 1234567 as "1,234,567". */
static char *grouped(uint64_t count)
{
	char *head, *whole;

	if (count < 1000)
		return formatted("%" PRIu64, count);
	head = grouped(count / 1000);
	whole = formatted("%s,%03" PRIu64, head, count % 1000);
	free(head);
	return whole;
}

static void report(const struct settings *settings, const struct reading *since, const struct reading *now,
		   uint64_t rate)
{
	char *slower = slowdown(since, now, !settings->entry_only);
	uint64_t foreign = (now->foreign - since->foreign) * 1000000000.0 / (now->at_ns - since->at_ns);
	char *foreign_calls = grouped(foreign), *calls = grouped(rate);
	char *others = foreign ? formatted(" (%s of them by processes that are not traced)", foreign_calls) : duplicate("");

	event_warning("%s allocator calls a second%s, above --max-rate %" PRIu64
		      ": the target ran %s while traced (estimated). Detached; what was traced until now is kept. "
		      "--max-rate 0 traces on, %s",
		      calls, others, settings->max_rate, slower, cheaper_than(settings));
	free(others);
	free(foreign_calls);
	free(calls);
	free(slower);
}

bool calls_too_fast(struct heap_bpf *skel, const struct settings *settings)
{
	struct reading now = read_now(skel), *since = &readings[nr_readings >= NR_READINGS ? nr_readings % NR_READINGS : 0];
	uint64_t calls = now.allocations - since->allocations + now.frees - since->frees +
			 now.foreign - since->foreign;
	uint64_t window_ns = now.at_ns - since->at_ns, rate;
	struct reading first = *since;

	readings[nr_readings++ % NR_READINGS] = now;
	if (!settings->max_rate || nr_readings < 2 || window_ns < least_window_ns)
		return false;
	rate = calls * 1000000000.0 / window_ns;
	if (rate <= settings->max_rate)
		return false;
	report(settings, &first, &now, rate);
	return true;
}
