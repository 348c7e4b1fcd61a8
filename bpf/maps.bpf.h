/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * --mmap: the ranges that mmap, munmap, mremap and brk map and unmap. The programs only tell what happens, in its
 * order; the helper keeps the ledger.
 */
#ifndef MEMSTACKS_MAPS_BPF_H
#define MEMSTACKS_MAPS_BPF_H

#include "follow.bpf.h"
#include "interrupted.bpf.h"
#include "maps.h"
#include "moves.bpf.h"
#include "nesting.bpf.h"

/* Setting, fixed before loading: bytes of a page of MAP_HUGETLB that does not say its size. */
const volatile __u64 huge_page_size = 2 << 20;

__u64 lost_map_events, failed_maps; /* system calls */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* the helper sets it */
} map_events SEC(".maps");

/* The helper is woken when so much waits, and looks now and then. */
const volatile __u64 enough_map_events = 1 << 20;

/* A system call between its entry and its exit. */
struct map_call {
	__u64 start, length; /* what is there before; brk: where the break is, and where it shall be */
	__u64 wanted; /* bytes of what will be there */
	bool leaves; /* the range has left the ledger */
	bool lost; /* and is counted: there was no room to tell something of it */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct map_call);
} map_calls SEC(".maps");

static __always_inline bool is_error(__s64 result)
{
	return result < 0 && result >= -4095; /* MAX_ERRNO, include/linux/err.h */
}

static __always_inline __u64 whole(__u64 bytes, __u64 page)
{
	return (bytes + page - 1) & ~(page - 1);
}

static __always_inline __u64 whole_pages(__u64 bytes)
{
	return whole(bytes, 1ULL << page_bits);
}

/* False when there is no room. */
static __always_inline bool tell(struct map_call *call, struct map_event event)
{
	__u32 process = traced_process();
	__u64 waiting = bpf_ringbuf_query(&map_events, BPF_RB_AVAIL_DATA);

	event.process = process;
	event.image = execs[process % MAX_PROCESSES];
	event.thread = (__u32)bpf_get_current_pid_tgid();
	if (bpf_ringbuf_output(&map_events, &event, sizeof(event),
			       waiting > enough_map_events ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP) == 0)
		return true;
	if (!call->lost)
		__sync_fetch_and_add(&lost_map_events, 1);
	call->lost = true;
	return false;
}

/* Whether the allocator maps memory for itself: one of its functions is under way in this thread. */
static __always_inline bool is_allocators(struct task_struct *task)
{
	struct thread *thread = find_thread(task, 0);

	return thread && is_nested((struct pt_regs *)bpf_task_pt_regs(task), task, thread);
}

/* The key of the stack, which has its place in the table then. Nothing else that uses the scratch can interrupt this program. */
static __always_inline __u64 map_stack(struct task_struct *task, __u32 process)
{
	__u32 zero = 0;
	struct fault *scratch = bpf_map_lookup_elem(&fault_scratch, &zero);
	struct stack *stack;
	__u64 key;

	if (!scratch)
		return 0; /* cannot be */
	scratch->stack.process = process;
	scratch->stack.image = execs[process % MAX_PROCESSES];
	scratch->stack.layout = layouts[process % MAX_PROCESSES];
	scratch->stack.kind = STACK_MAPS;
	scratch->stack.number = 0;
	begin_walk(task, &scratch->walk, &scratch->stack);
	scratch->walk.hash = mix(scratch->walk.hash, OVERFLOW_MAPS(0)); /* apart from those of the heap */
	key = walk_where_interrupted(task, &scratch->walk, &scratch->stack, NULL);
	bpf_map_update_elem(&stacks, &key, &scratch->stack, BPF_NOEXIST);
	stack = bpf_map_lookup_elem(&stacks, &key);
	if (!stack) {
		count(COUNT_STACK_TABLE_FULL, 0);
		key = OVERFLOW_MAPS(process);
		stack = bpf_map_lookup_elem(&stacks, &key);
	}
	if (stack)
		__sync_fetch_and_add(&stack->alloc.calls, 1);
	return key;
}

/* What the system call that is entered has to remember; NULL: it does not concern us. */
static __always_inline struct map_call *begin_map_call(void)
{
	struct map_call *call;

	if (recording != RECORDING_ON || traced_process() == MAX_PROCESSES)
		return NULL;
	call = bpf_task_storage_get(&map_calls, (struct task_struct *)bpf_get_current_task_btf(), NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call)
		__sync_fetch_and_add(&lost_map_events, 1);
	else
		call->leaves = call->lost = false;
	return call;
}

/* Likewise, at the exit; each is good for one. */
static __always_inline bool end_map_call(struct map_call *copy)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct map_call *call = bpf_task_storage_get(&map_calls, task, NULL, 0);

	if (!call)
		return false;
	*copy = *call;
	bpf_task_storage_delete(&map_calls, task);
	return traced_process() != MAX_PROCESSES;
}

static __always_inline void leave(struct map_call *call, __u64 start, __u64 length)
{
	call->leaves = tell(call, (struct map_event){ .change = MAP_LEAVES, .start = start, .length = whole_pages(length) });
}

static __always_inline void settle(struct map_call *call, bool failed)
{
	if (call->leaves)
		tell(call, (struct map_event){ .change = failed ? MAP_STAYS : MAP_LEFT });
}

static __always_inline void add_range(struct map_call *call, __u64 start, __u64 length)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 process = traced_process();
	__u64 stack = is_allocators(task) ? 0 : map_stack(task, process);

	tell(call, (struct map_event){ .change = MAP_ADDED, .start = start, .length = length, .stack = stack });
}

/* Of a mapping: of pages that may be huge; mmap(2). */
static __always_inline __u64 mapped_bytes(__u64 length, __u64 flags)
{
	const __u64 huge = 0x40000; /* MAP_HUGETLB */
	__u64 bits = flags >> 26 & 63; /* MAP_HUGE_SHIFT */

	if (!(flags & huge))
		return whole_pages(length);
	return whole(length, bits ? 1ULL << bits : huge_page_size);
}

SEC("tracepoint/syscalls/sys_enter_mmap")
int enter_mmap(struct call_entry *ctx)
{
	struct map_call *call = begin_map_call();

	if (call)
		call->wanted = mapped_bytes(ctx->argument[1], ctx->argument[3]);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_mmap")
int exit_mmap(struct call_return *ctx)
{
	struct map_call call;

	if (!end_map_call(&call))
		return 0;
	if (is_error(ctx->result))
		__sync_fetch_and_add(&failed_maps, 1);
	else
		add_range(&call, ctx->result, call.wanted);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_munmap")
int enter_munmap(struct call_entry *ctx)
{
	struct map_call *call = begin_map_call();

	if (call)
		leave(call, ctx->argument[0], ctx->argument[1]);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_munmap")
int exit_munmap(struct call_return *ctx)
{
	struct map_call call;

	if (end_map_call(&call))
		settle(&call, is_error(ctx->result));
	return 0;
}

/* With an old size of 0 it maps shared memory once more, and with MREMAP_DONTUNMAP it leaves the old range there. */
SEC("tracepoint/syscalls/sys_enter_mremap")
int enter_mremap(struct call_entry *ctx)
{
	const __u64 dont_unmap = 4;
	struct map_call *call = begin_map_call();

	if (!call)
		return 0;
	call->wanted = whole_pages(ctx->argument[2]);
	if (ctx->argument[1] && !(ctx->argument[3] & dont_unmap))
		leave(call, ctx->argument[0], ctx->argument[1]);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_mremap")
int exit_mremap(struct call_return *ctx)
{
	struct map_call call;

	if (!end_map_call(&call))
		return 0;
	settle(&call, is_error(ctx->result));
	if (is_error(ctx->result))
		__sync_fetch_and_add(&failed_maps, 1);
	else
		add_range(&call, ctx->result, call.wanted);
	return 0;
}

/* The break need not lie between pages, but what is mapped below it ends with one. */
SEC("tracepoint/syscalls/sys_enter_brk")
int enter_brk(struct call_entry *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct map_call *call = begin_map_call();
	struct mm_struct *mm = task->mm;
	__u64 wanted = whole_pages(ctx->argument[0]), old;

	if (!call || !mm)
		return 0;
	old = whole_pages(mm->brk);
	call->start = old;
	call->wanted = wanted;
	if (wanted && wanted < old)
		leave(call, wanted, old - wanted);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_brk")
int exit_brk(struct call_return *ctx)
{
	struct map_call call;
	__u64 new = whole_pages(ctx->result);

	if (!end_map_call(&call))
		return 0;
	settle(&call, new != call.wanted);
	if (new > call.start)
		add_range(&call, call.start, new - call.start);
	else if (call.wanted > new)
		__sync_fetch_and_add(&failed_maps, 1);
	return 0;
}

#endif
