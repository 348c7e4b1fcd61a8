/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is kept of a thread between the entry and the return of its outermost allocator call. */
#ifndef MEMSTACKS_THREAD_BPF_H
#define MEMSTACKS_THREAD_BPF_H

#include "counters.bpf.h"
#include "heap.h"
#include "kernel.h"
#include "walk.bpf.h"

/* One call in progress. */
struct call {
	bool active;
	bool not_sampled;
	bool had_block; /* realloc: `block` was taken out of the ledger */
	__u64 sp; /* at entry: address of the slot with the return address */
	__u64 size;
	__u64 most; /* xallocx: the largest size that would do */
	__u64 pointer;
	union cookie cookie;
	__u64 stack_id;
	struct block block;
	struct {
		__u64 sp, pc;
	} signal; /* where a signal handler has interrupted it; sp 0: nowhere */
};

/* A signal handler that interrupts a call of another one that did so, and so on. */
#define MOST_INTERRUPTED 4 /* a power of two */

/*
 * The innermost call, and scratch space for its stack. It belongs to the task and not to the CPU
 * because uprobe programs may be preempted.
 */
struct thread {
	struct call;
	__u32 nr_interrupted;
	struct call interrupted[MOST_INTERRUPTED]; /* by a signal handler that has made the next one, or the innermost */
	struct {
		__u64 address, sp;
	} freed; /* the last one: operator delete calls free */
	struct {
		__u64 sp, caller, ip, size, pointer;
		__u8 forwards;
	} outermost; /* --entry-only: the last call that was none of another */
	struct walk walk;
	struct stack stack; /* with room for max_frames */
};

/* A type for the value of a map, which must have a size. The verifier wants room for a whole turn behind the last frame. */
#define THREAD_WITH(frames) struct { __u64 word[sizeof(struct thread) / 8 + (frames) + FRAMES_PER_TURN]; }

/*
 * Two maps, of which one is used: a record for deep stacks takes the kernel more than a page, which on a
 * machine short of memory it may not find.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, THREAD_WITH(USUAL_FRAMES));
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, THREAD_WITH(MOST_FRAMES));
} deep_threads SEC(".maps");

static __always_inline struct thread *find_thread(struct task_struct *task, __u64 flags)
{
	if (max_frames > USUAL_FRAMES)
		return bpf_task_storage_get(&deep_threads, task, NULL, flags);
	return bpf_task_storage_get(&threads, task, NULL, flags);
}

/* Per process: its thread group id. A vfork child shares its memory and has another one. */
__u32 learned[MAX_PROCESSES];

/* Thread group id as the kernel has it -> process index; learned from the probes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4 * MAX_PROCESSES);
	__type(key, __u32);
	__type(value, __u32);
} processes SEC(".maps");

/*
 * The index of a process, at its first thread: the helper can set it by a pidfd in any pid namespace. It is wanted where
 * nothing else tells the number that the kernel has for the thread group.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} targets SEC(".maps");

/* Setting, fixed before loading: pids as the helper has them are not those of the kernel. */
const volatile bool in_pid_namespace;

static __always_inline void learn_process(__u32 tgid, __u32 process)
{
	if (__sync_val_compare_and_swap(&learned[process % MAX_PROCESSES], 0, tgid) == 0)
		bpf_map_update_elem(&processes, &tgid, &process, BPF_ANY);
}

#ifndef PT_REGS_PARM6 /* libbpf before 1.2 */
#ifdef __TARGET_ARCH_arm64
#define PT_REGS_PARM6(ctx) (__PT_REGS_CAST(ctx)->regs[5])
#else
#define PT_REGS_PARM6(ctx) (__PT_REGS_CAST(ctx)->r9)
#endif
#endif

/* The barriers keep clang from folding the loads into one at a computed address: the verifier refuses that. */
#define ARGUMENT(ctx, number)                              \
	({                                                 \
		__u64 value = PT_REGS_PARM##number(ctx);   \
		barrier_var(value);                        \
		value;                                     \
	})

static __always_inline __u64 argument(struct pt_regs *ctx, __u8 number)
{
	switch (number) {
	case 1:
		return ARGUMENT(ctx, 1);
	case 2:
		return ARGUMENT(ctx, 2);
	case 3:
		return ARGUMENT(ctx, 3);
	case 4:
		return ARGUMENT(ctx, 4);
	case 5:
		return ARGUMENT(ctx, 5);
	case 6:
		return ARGUMENT(ctx, 6);
	}
	return 0;
}

/* More than user space has addresses: no allocator can meet such a request. */
#define IMPOSSIBLE_SIZE (1ULL << 47)

#define LONGEST_TEXT (1 << 16) /* longer ones count as this */

/*
 * Length of a text, as strnlen has it. A function of its own, so that it is verified once. `buffer`
 * is scratch space.
 */
__noinline __u64 text_length(struct walk *buffer, __u64 text, __u64 most)
{
	const long piece = sizeof(buffer->saved);
	__u64 length = 0;
	long copied = piece;

	if (!buffer)
		return 0; /* the verifier insists */
	for (int i = 0; i < LONGEST_TEXT / piece && copied == piece && length < most; i++) {
		copied = bpf_probe_read_user_str(buffer->saved, piece, (void *)(text + length));
		if (copied > 0)
			length += copied - 1; /* the NUL is part of every copy */
	}
	return length < most ? length : most;
}

/* Bytes that the call asks for; 0 where only the block tells. */
static __always_inline __u64 size_asked(struct pt_regs *ctx, struct site_cookie *site)
{
	__u64 size = argument(ctx, site->size_arg), count = argument(ctx, site->count_arg);

	if (site->kind == SITE_COPIES_TEXT)
		return 0;
	if (!site->count_arg || site->kind == SITE_RESIZES)
		return size;
	if (count && size >= IMPOSSIBLE_SIZE / count)
		return IMPOSSIBLE_SIZE;
	return size * count;
}

static __always_inline __u64 read_user_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (void *)address);
	return word;
}

/* The return address in a slot of the stack; another tracer may have a return probe there. */
static __always_inline __u64 return_address_at(__u64 slot, struct task_struct *task)
{
	__u64 address = read_user_word(slot);

	return address && address == trampoline_of(task) ? replaced_address(slot) : address;
}

/* Where a function that has just been entered will return to. */
static __always_inline __u64 caller_of(struct pt_regs *ctx, struct task_struct *task)
{
#ifdef __TARGET_ARCH_arm64
	__u64 caller = CODE_ADDRESS(PT_REGS_RET(ctx));

	return caller && caller == trampoline_of(task) ? replaced_address(PT_REGS_SP(ctx)) : caller;
#else
	return return_address_at(PT_REGS_SP(ctx), task);
#endif
}

static __always_inline struct thread *thread_of(struct task_struct *task, __u16 process)
{
	struct thread *thread = find_thread(task, 0);

	if (thread)
		return thread;
	thread = find_thread(task, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread)
		count(COUNT_NO_THREAD_RECORD, 0);
	else
		learn_process(bpf_get_current_pid_tgid() >> 32, process);
	return thread;
}

/* Takes the stack of the call that the thread record describes. */
static __always_inline void take_stack(struct pt_regs *ctx, struct task_struct *task, struct thread *thread)
{
	struct stack *stack = &thread->stack;

	stack->process = thread->cookie.site.process;
	stack->image = execs[stack->process % MAX_PROCESSES];
	stack->layout = layouts[stack->process % MAX_PROCESSES];
	thread->stack_id = walk_stack(ctx, task, &thread->walk, stack);
}

#endif
