// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <poll.h>
#include <time.h>
#include "clock.h"
#include "follow.h"
#include "growth.h"
#include "ranges.h"
#include "recorder.h"
#include "resident.h"
#include "heap.skel.h"

static const uint64_t status_interval_ns = 500000000;
static const uint64_t finish_limit_ns = 200000000;

void start_recording(struct heap_bpf *skel, struct run *run)
{
	run->start = wall_clock();
	run->start_ns = clock_ns();
	skel->bss->recording = run->settings->floor ? RECORDING_OFF : RECORDING_ON;
}

#define FIXED_POLLS 3

/* The signals, new mappings and what --mmap tells first, then a pidfd for each process that lives; returns how many live. */
static unsigned fill_polls(struct pollfd *polls, int signals)
{
	unsigned alive = 0;

	polls[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = mapwatch_fd(), .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = map_events_fd(), .events = POLLIN };
	for (unsigned i = 0; i < nr_processes; i++) {
		polls[FIXED_POLLS + i] = (struct pollfd){ .fd = processes[i].exited ? -1 : processes[i].pidfd, .events = POLLIN };
		alive += !processes[i].exited;
	}
	return alive;
}

static void note_exits(const struct pollfd *polls)
{
	for (unsigned i = 0; i < nr_processes; i++) {
		if (!(polls[FIXED_POLLS + i].revents & POLLIN))
			continue;
		processes[i].exited = true;
		open_jit_map(&processes[i]);
	}
}

/* What is due every half a second. False when the trace shall end. */
static bool take_stock(struct heap_bpf *skel, struct run *run)
{
	drain_map_events();
	follow_threads(skel, run->settings);
	run->stop = STOP_RATE;
	if (run->settings->heap && !run->settings->floor && calls_too_fast(skel, run->settings))
		return false;
	run->stop = STOP_INTERRUPTED; /* should nobody wait for the result any more */
	return report_progress(skel, run);
}

/* True when nothing is left to wait for. */
static bool has_ended(struct run *run, struct pollfd *polls, uint64_t now)
{
	if (has_new_children())
		mapwatch_drain();
	if (!fill_polls(polls, run->signals))
		run->stop = STOP_EXITED;
	else if (now >= recording_end(run))
		run->stop = STOP_DURATION;
	else
		return false;
	return true;
}

void keep_recording(struct heap_bpf *skel, struct run *run)
{
	uint64_t now = clock_ns(), next_status = now + status_interval_ns, end = recording_end(run);
	struct pollfd polls[FIXED_POLLS + MAX_PROCESSES];

	for (; !has_ended(run, polls, now); now = clock_ns()) {
		uint64_t wake = end < next_status ? end : next_status, again = follow_code_caches(skel);
		uint64_t reading = read_growth(skel, run);

		wake = again < wake ? again : wake;
		wake = reading < wake ? reading : wake;
		poll(polls, FIXED_POLLS + nr_processes, wake > now ? (wake - now + 999999) / 1000000 : 0);
		note_exits(polls);
		if (polls[0].revents & POLLIN) {
			run->stop = STOP_INTERRUPTED;
			return;
		}
		if (polls[1].revents & POLLIN)
			follow_mappings(skel, run->settings);
		drain_map_events();
		if (clock_ns() < next_status)
			continue;
		next_status += status_interval_ns;
		if (!take_stock(skel, run))
			return;
	}
}

static bool has_calls_in_flight(struct heap_bpf *skel)
{
	struct weight counters[NR_COUNTERS];

	read_counters(skel, counters);
	return unfinished_calls(counters) > 0;
}

void stop_recording(struct heap_bpf *skel, struct run *run)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	run->end_ns = clock_ns();
	run->end = wall_clock();
	if (!run->settings->floor)
		skel->bss->recording = RECORDING_STOPPING;
	for (unsigned i = 0; run->settings->faults && i < nr_processes; i++)
		if (!processes[i].exited)
			take_snapshot(&processes[i], AT_END);
	while (run->stop != STOP_EXITED && has_calls_in_flight(skel) && clock_ns() < run->end_ns + finish_limit_ns)
		nanosleep(&pause, NULL);
	skel->bss->recording = RECORDING_OFF;
	detach_faults();
	unwatch_maps();
	mapwatch_drain();
	if (run->settings->follow_forks)
		use_new_mappings(skel, run->settings); /* of children that did not live to see it */
	detach_all();
	describe_children();
}
