// SPDX-License-Identifier: MIT
/* How far a trace is, and when it is over. */
#include "clock.h"
#include "resident.h"

uint64_t recording_end(const struct run *run)
{
	double duration_ns = run->settings->duration * 1e9;

	return duration_ns > 0 && duration_ns < 1e18 ? run->start_ns + (uint64_t)duration_ns : UINT64_MAX;
}

/* Of the calls that were not sampled, as large a share has been freed as of the others. */
static void add_not_sampled(struct progress *progress, struct weight not_sampled)
{
	double scale = progress->allocated.bytes ? 1 + (double)not_sampled.bytes / progress->allocated.bytes : 1;

	progress->freed.bytes *= scale;
	progress->allocated.bytes += not_sampled.bytes;
	progress->allocated.calls += not_sampled.calls;
}

bool report_progress(struct heap_bpf *skel, const struct run *run)
{
	struct progress progress = {
		.elapsed_ms = (clock_ns() - run->start_ns) / 1000000,
		.allocated = read_counter(skel, COUNT_ALLOCATED),
		.freed = read_counter(skel, COUNT_FREED),
		.lost_calls = lost_calls(skel) + read_fault_counter(skel, FAULTS_NO_STACK) +
			      read_fault_counter(skel, FAULTS_NO_PAGE),
		.faults = read_fault_counter(skel, FAULTS_USER) + read_fault_counter(skel, FAULTS_KERNEL),
		.pages = read_fault_counter(skel, FAULTS_NEW),
	};

	add_not_sampled(&progress, read_counter(skel, COUNT_NOT_SAMPLED));
	return event_status(run->settings, &progress);
}
