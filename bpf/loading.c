// SPDX-License-Identifier: MIT
/* From settings to programs in the kernel, and what they have to know before the trace. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "follow.h"
#include "ranges.h"
#include "recorder.h"
#include "resident.h"
#include "heap.skel.h"

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

/* As many as there may be in the trace. */
static unsigned most_processes(const struct settings *settings)
{
	return settings->follow_forks ? MAX_PROCESSES : settings->nr_pids ? settings->nr_pids : 1;
}

/* Those for which there is no place are in the table, too. */
static void configure_following(struct heap_bpf *skel, const struct settings *settings)
{
	skel->rodata->follow_forks = settings->follow_forks;
	bpf_program__set_autoload(skel->progs.on_exit, settings->follow_forks || settings->programs);
	if (settings->follow_forks)
		bpf_map__set_max_entries(skel->maps.processes, 1 << 16);
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
	skel->rodata->in_pid_namespace = !in_first_pid_namespace();
	skel->rodata->max_stacks = settings->max_stacks;
	bpf_map__set_value_size(skel->maps.stacks, STACK_SIZE(settings->max_frames));
	bpf_map__set_max_entries(skel->maps.stacks, settings->max_stacks + 3 * most_processes(settings));
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

	for (uint64_t i = 0; i < most_processes(settings); i++) {
		*stack = (struct stack){ .process = i };
		add_stack(skel, settings, i + 1, stack);
		stack->number = OVERFLOW_NUMBER(i);
		add_stack(skel, settings, OVERFLOW_FAULTS(i), stack);
		*stack = (struct stack){ .process = i, .kind = STACK_MAPS };
		add_stack(skel, settings, OVERFLOW_MAPS(i), stack);
	}
	free(stack);
}

/*
 * An exec before the first allocation must be noticed too. The kernel counts thread groups as its
 * first pid namespace does; in another one the programs learn the number when the process first comes along.
 */
void name_processes(struct heap_bpf *skel)
{
	for (uint32_t i = 0; i < nr_processes && !processes[i].parent; i++) {
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
	configure_following(skel, settings);
	choose_attachment(skel, settings);
	choose_fault_source(skel, settings);
	choose_map_events(skel, settings);
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
	if (settings->follow_forks) {
		skel->links.on_exit = bpf_program__attach(skel->progs.on_exit);
		follow_children(skel, settings);
	}
	skel->links.on_signal = bpf_program__attach(skel->progs.on_signal);
	if (!skel->links.on_exec || !skel->links.on_fork || !skel->links.on_signal ||
	    (settings->follow_forks && !skel->links.on_exit))
		die(1, "cannot watch exec, fork and signals: %s; %s", strerror(errno), advice_for(errno));
	if (settings->faults)
		attach_faults(skel, settings);
	if (settings->mmap)
		watch_maps(skel);
	return skel;
}
