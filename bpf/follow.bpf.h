/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * --follow-forks: the probes have no process filter then, since a filter that is set up after a fork comes too late. The
 * programs decide themselves, by a table that is brought up to date before a child runs.
 */
#ifndef MEMSTACKS_FOLLOW_BPF_H
#define MEMSTACKS_FOLLOW_BPF_H

#include <bpf/bpf_core_read.h>
#include "calls.bpf.h"
#include "counters.bpf.h"
#include "heap.h"
#include "kernel.h"
#include "rule_cache.bpf.h"
#include "thread.bpf.h"

/* Setting, fixed before loading: the page size is 1 << page_bits. */
const volatile __u32 page_bits = 12;

/* Per process: how many children it forked. */
volatile __u32 forks[MAX_PROCESSES];

/* How many places among the processes are taken; and the children for which there was none. */
volatile __u32 nr_followed;
volatile __u32 unfollowed_forks;

/* Of a child: its parent, its name, and which process, and which image of it, its memory is a copy of. */
volatile __u32 parents[MAX_PROCESSES];
char names[MAX_PROCESSES][NAME_LENGTH];
volatile __u32 copied_process[MAX_PROCESSES];
volatile __u32 copied_image[MAX_PROCESSES];
/* 1 + the process whose memory it shares: after vfork, until it calls exec. */
volatile __u32 shares_memory[MAX_PROCESSES];

/* The process whose ledger its blocks are in. */
static __always_inline __u32 memory_of(__u32 process)
{
	__u32 shared = shares_memory[process % MAX_PROCESSES];

	return shared ? shared - 1 : process;
}

/* Whether the probe was met by a process that is traced; puts that into the cookie. Counts others. */
static __always_inline bool is_traced(union cookie *cookie)
{
	__u32 tgid, *process;

	if (!follow_forks)
		return true;
	tgid = bpf_get_current_pid_tgid() >> 32;
	process = bpf_map_lookup_elem(&processes, &tgid);
	if (process && *process < MAX_PROCESSES) {
		cookie->site.process = memory_of(*process);
		return true;
	}
	if (recording != RECORDING_ON)
		return false;
	if (!process)
		count(COUNT_FOREIGN_CALLS, 0);
	else if (cookie->site.size_arg)
		count(COUNT_PROCESS_TABLE_FULL, 0);
	return false;
}

/* What the helper has set at the process, or NULL. */
static __always_inline __u32 *find_target(__u32 tgid)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 *process = bpf_task_storage_get(&targets, task->group_leader, NULL, 0);

	if (process)
		learn_process(tgid, *process);
	return process;
}

/* Index of the process that the thread belongs to, or MAX_PROCESSES. */
static __always_inline __u32 traced_process(void)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, *process;

	if (!follow_forks && tgid == learned[0]) /* mostly there is but one: saves a search */
		return 0;
	process = bpf_map_lookup_elem(&processes, &tgid);
	if (!process && in_pid_namespace)
		process = find_target(tgid);
	return process && *process < MAX_PROCESSES ? memory_of(*process) % MAX_PROCESSES : MAX_PROCESSES;
}

/* Its parent's tables serve a child until it maps code of its own. */
static __always_inline void share_space(__u32 child, __u32 parent)
{
	__u32 owner = space_owner[parent % MAX_PROCESSES] % MAX_PROCESSES;

	if (space_of(parent) == NO_SPACE)
		return;
	shared_image[child % MAX_PROCESSES] = space_image[owner];
	space_owner[child % MAX_PROCESSES] = owner;
}

static __always_inline void describe_child(__u32 child, __u32 parent, __u32 tgid)
{
	__u32 index = child % MAX_PROCESSES, memory = memory_of(parent);

	parents[index] = parent;
	copied_process[index] = memory;
	copied_image[index] = execs[memory % MAX_PROCESSES];
	learned[index] = tgid;
	bpf_get_current_comm(names[index], NAME_LENGTH);
	share_space(index, memory);
}

/* Runs in the parent, before the child does. Beyond the last place children are known as such, and their calls are counted. */
static __always_inline void follow_child(__u32 parent, __u32 tgid, bool same_memory)
{
	__u32 child = parent < MAX_PROCESSES ? __sync_fetch_and_add(&nr_followed, 1) : MAX_PROCESSES;

	if (child < MAX_PROCESSES) {
		describe_child(child, parent, tgid);
		shares_memory[child % MAX_PROCESSES] = same_memory ? memory_of(parent) + 1 : 0;
	} else {
		__sync_fetch_and_add(&unfollowed_forks, 1);
		child = MAX_PROCESSES;
	}
	bpf_map_update_elem(&processes, &tgid, &child, BPF_ANY);
}

SEC("raw_tracepoint/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 *process = bpf_map_lookup_elem(&processes, &tgid);
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	__u32 child_tgid = BPF_CORE_READ(child, tgid);

	if (!process || child_tgid == tgid)
		return 0;
	if (recording != RECORDING_OFF && *process < MAX_PROCESSES)
		__sync_fetch_and_add(&forks[*process % MAX_PROCESSES], 1);
	if (follow_forks)
		follow_child(*process, child_tgid, BPF_CORE_READ(child, mm) == BPF_CORE_READ(parent, mm));
	return 0;
}

SEC("raw_tracepoint/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, index;
	__u32 *process = bpf_map_lookup_elem(&processes, &tgid);
	struct thread *thread;

	if (!process || *process >= MAX_PROCESSES)
		return 0;
	index = *process % MAX_PROCESSES;
	__sync_fetch_and_add(&execs[index], 1);
	thread = find_thread(task, 0);
	if (thread) {
		thread->active = false;
		thread->nr_interrupted = 0;
	}
	if (!follow_forks)
		return 0;
	space_owner[index] = index;
	shares_memory[index] = 0;
	bpf_get_current_comm(names[index], NAME_LENGTH);
	return 0;
}

/* --follow-forks: the number of a process that has ended may become that of another one, which is not traced. */
SEC("raw_tracepoint/sched_process_exit")
int on_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!task->signal->live.counter)
		bpf_map_delete_elem(&processes, &tgid);
	return 0;
}

#endif
