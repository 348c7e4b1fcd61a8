// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The heap ledger: every outermost call of the malloc family, by stack, and what was freed of it. */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "heap.h"
#include "kernel.h"
#include "ledger.bpf.h"
#include "thread.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* An enum recording; the helper turns it on once every probe is attached. */
volatile __u32 recording;
/* Per process: how many children it forked. */
volatile __u32 forks[MAX_PROCESSES];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SITES);
	__type(key, __u32);
	__type(value, struct site_ranges);
} sites SEC(".maps");

static __always_inline bool outside_filter(__u64 size)
{
	return size < min_size || size > max_size;
}

/*
 * A block that goes into realloc leaves the ledger at entry: after the real free another thread
 * may get the same address before we see the return.
 */
static __always_inline void take_old_block(struct thread *thread)
{
	struct block_key key;

	thread->had_block = false;
	if (!track_frees || !thread->pointer)
		return;
	set_block_key(&key, thread->cookie.site.process, thread->pointer);
	thread->had_block = take_block(&key, &thread->block);
}

static __always_inline void enter_call(struct pt_regs *ctx, union cookie cookie)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread;

	if (recording != RECORDING_ON)
		return;
	thread = thread_of(task, cookie.site.process);
	if (!thread || is_nested(ctx, task, thread))
		return;
	if (thread->active)
		count(COUNT_ABANDONED, thread->size);
	thread->cookie = cookie;
	thread->sp = PT_REGS_SP(ctx);
	thread->size = size_asked(ctx, &cookie.site);
	thread->pointer = argument(ctx, cookie.site.out_arg ?: cookie.site.pointer_arg);
	if (cookie.site.pointer_arg)
		take_old_block(thread);
	else
		thread->had_block = false;
	take_stack(ctx, task, thread);
	thread->active = true;
	count(COUNT_ENTERED, 0);
}

SEC("uprobe")
int enter_alloc(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	enter_call(ctx, cookie);
	return 0;
}

static __always_inline void finish_failed(struct thread *thread)
{
	struct block_key key;

	if (thread->cookie.site.pointer_arg && thread->pointer && !thread->size) {
		count(COUNT_REALLOC_FREED, 0); /* realloc(p, 0) frees p */
		if (thread->had_block)
			add_freed(&thread->block);
		else if (track_frees)
			count(COUNT_UNTRACKED_FREES, 0);
		return;
	}
	count(COUNT_FAILED, 0);
	if (!thread->had_block)
		return;
	set_block_key(&key, thread->cookie.site.process, thread->pointer);
	put_block(&key, &thread->block);
}

static __always_inline __u64 address_returned(struct pt_regs *ctx, struct thread *thread)
{
	if (!thread->cookie.site.out_arg)
		return PT_REGS_RC(ctx);
	return (int)PT_REGS_RC(ctx) == 0 ? read_user_word(thread->pointer) : 0;
}

static __always_inline void exit_call(struct pt_regs *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread = find_thread(task, 0);
	__u64 address;

	if (!thread || !thread->active || PT_REGS_SP(ctx) < SP_AFTER_RETURN(thread->sp))
		return;
	thread->active = false;
	if (PT_REGS_SP(ctx) != SP_AFTER_RETURN(thread->sp)) {
		count(COUNT_ABANDONED, thread->size);
		return;
	}
	address = address_returned(ctx, thread);
	if (!address) {
		finish_failed(thread);
		return;
	}
	if (thread->had_block)
		add_freed(&thread->block);
	else if (track_frees && thread->cookie.site.pointer_arg && thread->pointer)
		count(COUNT_UNTRACKED_FREES, 0);
	if (outside_filter(thread->size))
		count(COUNT_SIZE_FILTERED, thread->size);
	else
		record(thread, address);
}

SEC("uretprobe")
int exit_alloc(struct pt_regs *ctx)
{
	exit_call(ctx);
	return 0;
}

/*
 * What follows is for functions that may throw: operator new. A pending return probe keeps the program's own
 * unwinder from passing the frame, so that an exception would end the process. Requests of this size may
 * well fail; smaller ones do so only where the process has a limit of its own, which the helper looks at.
 */
#define LEAST_THROWING (1ULL << 30)

/* Whether the call has to go without a return probe; counts one that cannot be followed then. */
static __always_inline bool may_throw(struct pt_regs *ctx, union cookie cookie)
{
	__u64 size = size_asked(ctx, &cookie.site);

	if (size < LEAST_THROWING)
		return false;
	if (recording == RECORDING_ON)
		count(COUNT_NOT_FOLLOWED, 0); /* such sizes may be anything */
	return true;
}

extern bool bpf_session_is_return(void) __ksym __weak;

/* Entry and return in one program, from Linux 6.13 on; 1 means that this call shall have no return probe. */
SEC("uprobe")
int session_new(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	if (bpf_session_is_return()) {
		exit_call(ctx);
		return 0;
	}
	if (may_throw(ctx, cookie))
		return 1;
	enter_call(ctx, cookie);
	return 0;
}

/* Without sessions: the request counts as allocated, and nobody knows where the block is. */
SEC("uprobe")
int enter_new(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread;

	if (recording != RECORDING_ON || may_throw(ctx, cookie))
		return 0;
	thread = thread_of(task, cookie.site.process);
	if (!thread || is_nested(ctx, task, thread))
		return 0;
	thread->cookie = cookie;
	thread->size = size_asked(ctx, &cookie.site);
	if (outside_filter(thread->size)) {
		count(COUNT_SIZE_FILTERED, thread->size);
		return 0;
	}
	take_stack(ctx, task, thread);
	record_untracked(thread);
	return 0;
}

/* At entry: once the real free has run, another thread may own the address. */
SEC("uprobe")
int enter_free(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };
	struct task_struct *task;
	struct thread *thread;
	struct block_key key;
	struct block block;
	__u64 address = argument(ctx, cookie.site.pointer_arg);

	if (recording == RECORDING_OFF || !address)
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	thread = find_thread(task, 0);
	if (thread && is_nested(ctx, task, thread))
		return 0;
	set_block_key(&key, cookie.site.process, address);
	if (take_block(&key, &block))
		add_freed(&block);
	else
		count(COUNT_UNTRACKED_FREES, 0);
	return 0;
}

/* Whether the caller is itself one of the allocator's functions: the outer call was counted. */
static __always_inline bool called_by_allocator(__u16 site, __u64 ip, __u64 caller)
{
	__u32 key = site;
	struct site_ranges *ranges = bpf_map_lookup_elem(&sites, &key);
	__s64 distance = caller - ip;

	if (!ranges || distance <= ranges->all.low || distance > ranges->all.high)
		return false;
	for (__u32 i = 0; i < MAX_RANGES && i < ranges->nr; i++)
		if (distance > ranges->range[i].low && distance <= ranges->range[i].high)
			return true;
	return false;
}

/*
 * realloc(NULL, n) and reallocarray jump on to another allocator function: a second hit by the same
 * caller, at the same stack depth, for the same size, in another function.
 */
static __always_inline bool forwarded(struct thread *thread, __u64 sp, __u64 caller, __u64 size)
{
	struct site_cookie *site = &thread->cookie.site;
	bool same = thread->forwarded.set && thread->forwarded.sp == sp &&
		    thread->forwarded.caller == caller && thread->forwarded.size == size &&
		    thread->forwarded.site != site->site;

	thread->forwarded.set = site->pointer_arg != 0;
	thread->forwarded.sp = sp;
	thread->forwarded.caller = caller;
	thread->forwarded.size = size;
	thread->forwarded.site = site->site;
	return same;
}

/* Of the requests that will not be met, those that can be told from the arguments. */
static __always_inline bool is_no_request(struct pt_regs *ctx, struct thread *thread)
{
	__u8 pointer_arg = thread->cookie.site.pointer_arg;

	if (thread->size >= IMPOSSIBLE_SIZE) {
		count(COUNT_FAILED, 0);
		return true;
	}
	if (pointer_arg && !thread->size && argument(ctx, pointer_arg)) {
		count(COUNT_REALLOC_FREED, 0);
		return true;
	}
	return false;
}

/* --entry-only: counts the request, without knowing whether it will be met. */
SEC("uprobe")
int enter_request(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };
	struct task_struct *task;
	struct thread *thread;
	__u64 caller;

	if (recording != RECORDING_ON)
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	thread = thread_of(task, cookie.site.process);
	if (!thread)
		return 0;
	caller = caller_of(ctx, task);
	thread->cookie = cookie;
	thread->size = size_asked(ctx, &cookie.site);
	if (forwarded(thread, PT_REGS_SP(ctx), caller, thread->size) ||
	    called_by_allocator(cookie.site.site, PT_REGS_IP(ctx), caller))
		return 0;
	if (is_no_request(ctx, thread))
		return 0;
	if (outside_filter(thread->size)) {
		count(COUNT_SIZE_FILTERED, thread->size);
		return 0;
	}
	take_stack(ctx, task, thread);
	record(thread, 0);
	return 0;
}

SEC("raw_tracepoint/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 *process = bpf_map_lookup_elem(&processes, &tgid);
	struct thread *thread;

	if (!process)
		return 0;
	__sync_fetch_and_add(&execs[*process % MAX_PROCESSES], 1);
	thread = find_thread(task, 0);
	if (thread)
		thread->active = false;
	return 0;
}

SEC("raw_tracepoint/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 *process = bpf_map_lookup_elem(&processes, &tgid);
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	__u32 child_tgid = 0;

	bpf_probe_read_kernel(&child_tgid, sizeof(child_tgid),
			      __builtin_preserve_access_index(&child->tgid));
	if (process && recording != RECORDING_OFF && child_tgid != tgid)
		__sync_fetch_and_add(&forks[*process % MAX_PROCESSES], 1);
	return 0;
}

/* --floor: what the probes cost by themselves. */
SEC("uprobe")
int enter_nothing(struct pt_regs *ctx)
{
	return 0;
}

SEC("uretprobe")
int exit_nothing(struct pt_regs *ctx)
{
	return 0;
}
