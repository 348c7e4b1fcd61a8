// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The heap ledger: every outermost call of the malloc family, by stack, and what was freed of it. */
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "calls.bpf.h"
#include "folios.bpf.h"
#include "follow.bpf.h"
#include "maps.bpf.h"
#include "heap.h"
#include "kernel.h"
#include "layouts.bpf.h"
#include "move_calls.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

SEC("uprobe")
int enter_alloc(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	if (is_traced(&cookie))
		enter_call(ctx, cookie);
	return 0;
}

SEC("uretprobe")
int exit_alloc(struct pt_regs *ctx)
{
	exit_call(ctx);
	return 0;
}

#define RLIMIT_AS 9 /* include/uapi/asm-generic/resource.h */
#define RLIM_INFINITY (~0UL)

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

/* A limit of address space, of which every call of operator new may run out. */
static __always_inline bool has_memory_limit(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();

	return task->signal->rlim[RLIMIT_AS].rlim_cur != RLIM_INFINITY;
}

static __always_inline void record_new(struct pt_regs *ctx, struct task_struct *task, struct thread *thread,
				       union cookie cookie)
{
	thread->cookie = cookie;
	thread->size = size_asked(ctx, &cookie.site);
	if (continues_outermost(ctx, task, thread))
		return;
	set_outermost(ctx, thread, caller_of(ctx, task));
	thread->not_sampled = !is_sampled(thread->size);
	count(COUNT_ENTERED, 0);
	if (is_left_out(thread))
		return;
	take_stack(ctx, task, thread);
	record_untracked(thread);
}

/* Without a return probe: the request counts as allocated, and nobody knows where the block is. */
static __always_inline void enter_unreturned(struct pt_regs *ctx, union cookie cookie)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread;

	if (recording != RECORDING_ON || may_throw(ctx, cookie))
		return;
	thread = thread_of(task, cookie.site.process);
	if (!thread || !begin_call(ctx, task, thread))
		return;
	record_new(ctx, task, thread, cookie);
	resume_interrupted(thread);
}

extern bool bpf_session_is_return(void) __ksym __weak;

/* --follow-forks, from Linux 6.13 on: processes that are not traced have no return probe. */
SEC("uprobe")
int session_alloc(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	if (bpf_session_is_return()) {
		exit_call(ctx);
		return 0;
	}
	if (!is_traced(&cookie))
		return 1;
	enter_call(ctx, cookie);
	return 0;
}

/* Entry and return in one program, from Linux 6.13 on; 1 means that this call shall have no return probe. */
SEC("uprobe")
int session_new(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	if (bpf_session_is_return()) {
		exit_call(ctx);
		return 0;
	}
	if (!is_traced(&cookie) || may_throw(ctx, cookie))
		return 1;
	if (has_memory_limit()) {
		enter_unreturned(ctx, cookie);
		return 1;
	}
	enter_call(ctx, cookie);
	return 0;
}

/* Without sessions. */
SEC("uprobe")
int enter_new(struct pt_regs *ctx)
{
	union cookie cookie = { .value = bpf_get_attach_cookie(ctx) };

	if (is_traced(&cookie))
		enter_unreturned(ctx, cookie);
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

	if (recording == RECORDING_OFF || !address || !is_traced(&cookie))
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

	if (recording != RECORDING_ON || !is_traced(&cookie))
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

/* A signal handler is about to run, perhaps amid a call of the allocator. */
SEC("raw_tracepoint/signal_deliver")
int on_signal(struct bpf_raw_tracepoint_args *ctx)
{
	struct k_sigaction *action = (struct k_sigaction *)ctx->args[2];
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct thread *thread = find_thread(task, 0);
	void *handler = NULL;

	if (!thread || !thread->active)
		return 0;
	bpf_probe_read_kernel(&handler, sizeof(handler), __builtin_preserve_access_index(&action->sa.sa_handler));
	if ((__u64)handler > 1) /* SIG_DFL, SIG_IGN */
		note_signal(task, thread);
	return 0;
}

/* A fault on a user address, in user mode or in the kernel: address, registers, error code. */
SEC("raw_tracepoint/page_fault_user")
int on_user_fault(struct bpf_raw_tracepoint_args *ctx)
{
	see_fault(ctx->args[0], ctx->args[2], true);
	return 0;
}

SEC("raw_tracepoint/page_fault_kernel")
int on_kernel_fault(struct bpf_raw_tracepoint_args *ctx)
{
	see_fault(ctx->args[0], ctx->args[2], false);
	return 0;
}

/* Where there are no such tracepoints. Whether the page was there, and how it was accessed, nobody tells: as if written first. */
SEC("perf_event")
int on_fault_event(struct bpf_perf_event_data *ctx)
{
	see_fault(ctx->addr, FAULT_WRITE, (__s64)PT_REGS_IP(&ctx->regs) >= 0);
	return 0;
}

/* The page, how many of them (a power of 2), the flags, and what it is for. For the whole machine: the first question is answered at once. */
SEC("raw_tracepoint/mm_page_alloc")
int on_page_alloc(struct bpf_raw_tracepoint_args *ctx)
{
	if (ctx->args[1] && (ctx->args[2] & LARGE_FOLIO) == LARGE_FOLIO && ctx->args[0])
		see_large_folio(ctx->args[1]);
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
