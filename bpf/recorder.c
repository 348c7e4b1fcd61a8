// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "code_cache.h"
#include "growth.h"
#include "recorder.h"
#include "resident.h"
#include "heap.skel.h"

static const uint64_t status_interval_ns = 500000000;
static const uint64_t code_cache_interval_ns = 10000000; /* to see whether it has to be read */
static const uint64_t finish_limit_ns = 200000000;

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static double wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

bool kernel_has_btf(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

bool kernel_has_uprobes(void)
{
	return access("/sys/bus/event_source/devices/uprobe/type", R_OK) == 0;
}

static void require_kernel(const struct settings *settings)
{
	if (!kernel_has_btf())
		die(1, "this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF, as distribution "
		       "kernels from 5.15 have it");
	if (settings->heap && !kernel_has_uprobes())
		die(1, "this kernel has no uprobes (/sys/bus/event_source/devices/uprobe): it needs CONFIG_UPROBE_EVENTS");
}

static bool in_pid_namespace(void)
{
	const ino_t first_namespace = 0xEFFFFFFC; /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
	struct stat st;

	return stat("/proc/self/ns/pid", &st) || st.st_ino != first_namespace;
}

static void configure(struct heap_bpf *skel, const struct settings *settings)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = clock_ns(); /* only makes it harder to choose stacks that collide */
	skel->rodata->track_frees = !settings->alloc_only;
	skel->rodata->track_ages = settings->older_ms != 0;
	skel->rodata->min_size = settings->min_size;
	skel->rodata->max_size = settings->max_size;
	skel->rodata->sample_calls = settings->sample_calls;
	skel->rodata->sample_bytes = settings->sample_bytes;
	skel->rodata->hash_seed = seed;
	skel->rodata->use_tables = settings->unwind != UNWIND_FP;
	skel->rodata->use_frame_pointers = settings->unwind != UNWIND_DWARF;
	skel->rodata->max_frames = settings->max_frames;
	skel->rodata->in_pid_namespace = in_pid_namespace();
	skel->rodata->max_stacks = settings->max_stacks;
	bpf_map__set_value_size(skel->maps.stacks, STACK_SIZE(settings->max_frames));
	bpf_map__set_max_entries(skel->maps.stacks, settings->max_stacks + 2 * (settings->nr_pids + 1));
	bpf_map__set_max_entries(skel->maps.blocks, settings->alloc_only || !settings->heap ? 1 : settings->max_live);
}

static void add_stack(struct heap_bpf *skel, const struct settings *settings, uint64_t id, const struct stack *stack)
{
	if (bpf_map__update_elem(skel->maps.stacks, &id, sizeof(id), stack, STACK_SIZE(settings->max_frames), BPF_ANY))
		die(1, "cannot prepare the stack table: %s; %s", strerror(errno), advice_for(errno));
}

/* Where a process's allocations and faults go when the table has no room for their stacks: sums stay exact. */
static void add_overflow_stacks(struct heap_bpf *skel, const struct settings *settings)
{
	struct stack *stack = allocate(STACK_SIZE(settings->max_frames));

	for (uint64_t i = 0; i == 0 || i < settings->nr_pids; i++) {
		stack->process = i;
		stack->number = 0;
		add_stack(skel, settings, i + 1, stack);
		stack->number = OVERFLOW_NUMBER(i);
		add_stack(skel, settings, OVERFLOW_FAULTS(i), stack);
	}
	free(stack);
}

/*
 * An exec before the first allocation must be noticed too. The kernel counts thread groups as its
 * first pid namespace does; in another one the programs learn the number when the process first comes along.
 */
void name_processes(struct heap_bpf *skel)
{
	for (uint32_t i = 0; i < nr_processes; i++) {
		uint32_t tgid = processes[i].pid;

		if (skel->rodata->in_pid_namespace) {
			bpf_map__update_elem(skel->maps.targets, &processes[i].pidfd, sizeof(int), &i, sizeof(i), BPF_ANY);
			continue;
		}
		skel->bss->learned[i] = tgid;
		bpf_map__update_elem(skel->maps.processes, &tgid, sizeof(tgid), &i, sizeof(i), BPF_ANY);
	}
}

/*
 * The kernel counts a process's calls of exec from when it was named, we count them from when its mappings were
 * read, and stacks are told apart by that number. An exec is reported to us a moment before the kernel counts it.
 */
void agree_on_images(struct heap_bpf *skel)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	bool agreed;

	do {
		agreed = true;
		mapwatch_drain();
		for (unsigned i = 0; i < nr_processes; i++) {
			if (skel->bss->execs[i] == processes[i].image)
				continue;
			skel->bss->execs[i] = processes[i].image;
			agreed = false;
		}
		if (!agreed)
			nanosleep(&moment, NULL);
	} while (!agreed);
	for (unsigned i = 0; i < nr_processes; i++)
		processes[i].first_image = processes[i].image;
}

/* Without the heap nothing probes functions. */
static void leave_out_probes(struct heap_bpf *skel)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skel->obj)
		if (bpf_program__type(program) == BPF_PROG_TYPE_KPROBE)
			bpf_program__set_autoload(program, false);
}

struct heap_bpf *open_programs(const struct settings *settings)
{
	struct heap_bpf *skel = heap_bpf__open();

	if (!skel)
		die(1, "cannot open the BPF programs: %s", strerror(errno));
	configure(skel, settings);
	choose_attachment(skel);
	choose_fault_source(skel, settings);
	if (!settings->heap)
		leave_out_probes(skel);
	size_unwind_maps(skel, settings);
	return skel;
}

struct heap_bpf *load_programs(const struct settings *settings)
{
	struct heap_bpf *skel;
	int err;

	require_kernel(settings);
	skel = open_programs(settings);
	err = heap_bpf__load(skel);
	if (err)
		die(1, "the kernel refused the BPF programs: %s; %s", strerror(-err), advice_for(-err));
	add_overflow_stacks(skel, settings);
	skel->links.on_exec = bpf_program__attach(skel->progs.on_exec);
	skel->links.on_fork = bpf_program__attach(skel->progs.on_fork);
	skel->links.on_signal = bpf_program__attach(skel->progs.on_signal);
	if (!skel->links.on_exec || !skel->links.on_fork || !skel->links.on_signal)
		die(1, "cannot watch exec, fork and signals: %s; %s", strerror(errno), advice_for(errno));
	if (settings->faults)
		attach_faults(skel, settings);
	return skel;
}

void start_recording(struct heap_bpf *skel, struct run *run)
{
	run->start = wall_clock();
	run->start_ns = clock_ns();
	skel->bss->recording = run->settings->floor ? RECORDING_OFF : RECORDING_ON;
}

/* The signals and new mappings first, then a pidfd for each process that lives; returns how many live. */
static unsigned fill_polls(struct pollfd *polls, int signals)
{
	unsigned alive = 0;

	polls[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = mapwatch_fd(), .events = POLLIN };
	for (unsigned i = 0; i < nr_processes; i++) {
		polls[2 + i] = (struct pollfd){ .fd = processes[i].exited ? -1 : processes[i].pidfd, .events = POLLIN };
		alive += !processes[i].exited;
	}
	return alive;
}

static void note_exits(const struct pollfd *polls)
{
	for (unsigned i = 0; i < nr_processes; i++) {
		if (!(polls[2 + i].revents & POLLIN))
			continue;
		processes[i].exited = true;
		open_jit_map(&processes[i]);
	}
}

static bool read_code_cache(struct heap_bpf *skel, struct process *process)
{
	return skel->rodata->use_tables && follow_code_cache(process, skel->bss->broken_walks[process - processes]);
}

/* Rows for what compilers at run time have made since. Returns when to look again. */
static uint64_t follow_code_caches(struct heap_bpf *skel)
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

/*
 * The pauses gather what a program start or a dlopen maps in a row, and bound our share of a busy machine: a
 * JIT compiler may map code all the time.
 */
static void follow_mappings(struct heap_bpf *skel, const struct settings *settings)
{
	pause_ns(500000);
	if (!any_new_files())
		pause_ns(10000000);
	for (unsigned i = 0; i < nr_processes; i++)
		if (processes[i].has_new_mappings)
			use_mappings(skel, settings, &processes[i]);
}

/* What is due every half a second. False when the trace shall end. */
static bool take_stock(struct heap_bpf *skel, struct run *run)
{
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
	struct pollfd polls[2 + MAX_PROCESSES];

	for (; !has_ended(run, polls, now); now = clock_ns()) {
		uint64_t wake = end < next_status ? end : next_status, again = follow_code_caches(skel);
		uint64_t reading = read_growth(skel, run);

		wake = again < wake ? again : wake;
		wake = reading < wake ? reading : wake;
		poll(polls, 2 + nr_processes, wake > now ? (wake - now + 999999) / 1000000 : 0);
		note_exits(polls);
		if (polls[0].revents & POLLIN) {
			run->stop = STOP_INTERRUPTED;
			return;
		}
		if (polls[1].revents & POLLIN)
			follow_mappings(skel, run->settings);
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
	detach_all();
	detach_faults();
	mapwatch_drain();
}
