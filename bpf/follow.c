// SPDX-License-Identifier: MIT
/* --follow-forks: the children that the programs have found a place for become processes like those that were named. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "follow.h"
#include "resident.h"
#include "heap.skel.h"

static struct heap_bpf *programs; /* NULL: nobody is followed */
static unsigned nr_targets; /* what the user has named */

/* The programs tell processes by the number that the first pid namespace has for them. */
bool in_first_pid_namespace(void)
{
	const ino_t first_namespace = 0xEFFFFFFC; /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == first_namespace;
}

void require_numbers(const struct settings *settings)
{
	if (settings->follow_forks && !in_first_pid_namespace())
		die(1, "--follow-forks cannot tell children apart in a pid namespace of its own: run memstacks on the host, "
		       "outside of containers");
}

void follow_children(struct heap_bpf *skel, const struct settings *settings)
{
	programs = skel;
	nr_targets = settings->command ? 1 : settings->nr_pids;
	skel->bss->nr_followed = nr_targets;
	for (unsigned i = 0; i < MAX_PROCESSES; i++)
		skel->bss->space_owner[i] = i;
}

/* Its tables are those of the process that it was forked from, as long as it has mapped nothing itself. */
static void copy_mappings(struct process *child)
{
	unsigned index = child - processes;
	const struct process *from = &processes[programs->bss->copied_process[index] % MAX_PROCESSES];
	bool has_own = child->has_new_mappings;

	for (unsigned i = 0; i < from->nr_mappings; i++) {
		struct mapping mapping = from->mappings[i];

		if (mapping.image != programs->bss->copied_image[index])
			continue;
		mapping.image = mapping.layout = 0;
		add_mapping(child, &mapping);
	}
	if (has_own)
		return;
	child->has_new_mappings = child->has_new_files = false;
	child->nr_searched = child->nr_mappings;
}

static void copy_description(struct process *child, const struct process *parent)
{
	for (unsigned i = 0; i < parent->nr_is_searched; i++) {
		child->is_searched = grow(child->is_searched, i, sizeof(bool));
		child->is_searched[i] = parent->is_searched[i];
	}
	child->nr_is_searched = parent->nr_is_searched;
	child->name = duplicate(parent->name);
	child->command = allocate(parent->command_length + 1);
	child->command_length = parent->command_length;
	if (parent->command_length)
		memcpy(child->command, parent->command, parent->command_length);
	child->allocators = parent->allocators ? duplicate(parent->allocators) : NULL;
	child->allocator_files = parent->allocator_files ? duplicate(parent->allocator_files) : NULL;
}

static void adopt(unsigned index)
{
	struct process *child = &processes[index];

	child->parent = &processes[programs->bss->parents[index] % MAX_PROCESSES];
	child->pid = programs->bss->learned[index];
	child->thread = child->pid;
	child->pidfd = syscall(SYS_pidfd_open, child->pid, 0);
	child->exited = child->pidfd < 0;
	child->announced = true;
	copy_description(child, child->parent);
	copy_mappings(child);
	begin_with_nothing(child);
	if (child->exited)
		return;
	fcntl(child->pidfd, F_SETFD, FD_CLOEXEC);
	find_jit_map(child);
}

static unsigned nr_known(void)
{
	unsigned nr = programs && nr_processes >= nr_targets ? programs->bss->nr_followed : 0;

	return nr < MAX_PROCESSES ? nr : MAX_PROCESSES;
}

bool has_new_children(void)
{
	return nr_known() > nr_processes;
}

void adopt_children(void)
{
	for (unsigned nr = nr_known(); nr_processes < nr; nr_processes++)
		adopt(nr_processes);
}

void complete_children(unsigned first)
{
	for (unsigned i = first; i < nr_processes; i++)
		if (processes[i].parent && !processes[i].image)
			copy_mappings(&processes[i]);
}

/* The tables of a process change with its program: who was walked by them needs its own. */
static void part_children(const struct process *process)
{
	for (unsigned i = 0; i < nr_processes; i++)
		if (processes[i].parent && !processes[i].image && &processes[i] != process &&
		    programs->bss->space_owner[i] == process - processes)
			processes[i].has_new_mappings = true;
}

void note_exec(struct process *process)
{
	if (!programs)
		return;
	part_children(process);
	if (!process->parent)
		return;
	free(process->command);
	free(process->allocators);
	free(process->allocator_files);
	process->command = process->allocators = process->allocator_files = NULL;
	process->command_length = 0;
	process->nr_is_searched = 0;
}

void note_ends_of_children(void)
{
	for (unsigned i = nr_targets; programs && i < nr_processes; i++) {
		struct pollfd end = { .fd = processes[i].pidfd, .events = POLLIN };

		processes[i].exited |= poll(&end, 1, 0) == 1;
	}
}

void describe_children(void)
{
	for (unsigned i = nr_targets; programs && i < nr_processes; i++) {
		struct process *child = &processes[i];

		free(child->name);
		child->name = duplicate(programs->bss->names[i]);
		if (!child->exited)
			describe_process(child);
	}
}
