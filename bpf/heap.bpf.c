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
#include "request.bpf.h"
#include "thread.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* An enum recording; the helper turns it on once every probe is attached. */
volatile __u32 recording;
/* Per process: how many children it forked. */
volatile __u32 forks[MAX_PROCESSES];

/* Counts the call that does so. */
static __always_inline bool is_left_out(struct thread *thread)
{
	bool filtered = outside_filter(thread->size);

	if (filtered)
		count(COUNT_SIZE_FILTERED, thread->size);
	else if (thread->not_sampled)
		count(COUNT_NOT_SAMPLED, thread->size);
	return filtered || thread->not_sampled;
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
	if (cookie.site.kind == SITE_RESIZES)
		thread->most = thread->size + argument(ctx, cookie.site.count_arg);
	thread->pointer = argument(ctx, cookie.site.out_arg ?: cookie.site.pointer_arg);
	if (cookie.site.pointer_arg)
		take_old_block(thread);
	else
		thread->had_block = false;
	thread->not_sampled = cookie.site.kind == SITE_PLAIN && !is_sampled(thread->size);
	if (cookie.site.kind != SITE_PLAIN || !(thread->not_sampled || outside_filter(thread->size)))
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

/* xallocx returns how large the block is now; less than was asked for means that it stays as it was. */
static __always_inline __u64 resized(struct thread *thread, __u64 size)
{
	if (size < thread->size)
		return 0;
	thread->size = size < thread->most ? size : thread->most;
	return thread->pointer;
}

/* Of the block, or 0. */
static __always_inline __u64 address_returned(struct pt_regs *ctx, struct thread *thread)
{
	if (thread->cookie.site.kind == SITE_RESIZES)
		return resized(thread, PT_REGS_RC(ctx));
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
	thread->freed.address = 0; /* it may be handed out again */
	address = address_returned(ctx, thread);
	if (!address) {
		finish_failed(thread);
		return;
	}
	if (thread->cookie.site.kind == SITE_COPIES_TEXT)
		thread->size = text_length(&thread->walk, address, ~0ULL) + 1;
	if (thread->cookie.site.kind != SITE_PLAIN) /* only now the size is known */
		thread->not_sampled = !is_sampled(thread->size);
	if (thread->had_block)
		add_freed(&thread->block);
	else if (track_frees && thread->cookie.site.pointer_arg && thread->pointer)
		count(COUNT_UNTRACKED_FREES, 0);
	if (!is_left_out(thread))
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
	thread->not_sampled = !is_sampled(thread->size);
	if (is_left_out(thread))
		return 0;
	take_stack(ctx, task, thread);
	record_untracked(thread);
	return 0;
}

/* Whether the thread is still in the free that it entered last: operator delete calls or jumps on to free. */
static __always_inline bool is_being_freed(struct thread *thread, __u64 address, __u64 sp)
{
	return thread->freed.address == address && sp <= thread->freed.sp;
}

/*
 * At entry: once the real free has run, another thread may own the address. Inside of a call that
 * allocates only blocks count that were recorded: what it frees besides is its own.
 */
SEC("uprobe")
int enter_free(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };
	struct task_struct *task;
	struct thread *thread;
	struct block_key key;
	struct block block;
	__u64 address = argument(ctx, cookie.site.pointer_arg), sp = PT_REGS_SP(ctx);

	if (recording == RECORDING_OFF || !address)
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	thread = find_thread(task, BPF_LOCAL_STORAGE_GET_F_CREATE);
	set_block_key(&key, cookie.site.process, address);
	if (take_block(&key, &block))
		add_freed(&block);
	else if (!thread || !(is_nested(ctx, task, thread) || is_being_freed(thread, address, sp)))
		count(COUNT_UNTRACKED_FREES, 0);
	if (thread) {
		thread->freed.address = address;
		thread->freed.sp = sp;
	}
	return 0;
}

/* --entry-only: counts the request, without knowing whether it will be met. */
SEC("uprobe")
int enter_request(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };
	struct task_struct *task;
	struct thread *thread;
	__u32 nested, wanted;
	__u64 caller;

	if (recording != RECORDING_ON)
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	thread = thread_of(task, cookie.site.process);
	if (!thread)
		return 0;
	caller = caller_of(ctx, task);
	thread->cookie = cookie;
	thread->size = size_requested(ctx, thread);
	thread->not_sampled = !is_sampled(thread->size);
	if (is_forwarded(ctx, thread, caller))
		return 0;
	/* Hidden, or the verifier would follow every walk four times. */
	nested = hidden(may_be_nested(ctx, task, thread));
	wanted = hidden(fate_of(ctx, thread) == COUNT_ALLOCATED);
	if (nested || wanted)
		take_stack(ctx, task, thread);
	if (nested && shows_outermost(thread))
		return 0;
	set_outermost(ctx, thread, caller);
	if (wanted)
		record(thread, 0);
	else
		count(fate_of(ctx, thread), thread->size);
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
