/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ledger of pages: which stack made each page present, by the fault that it took. */
#ifndef MEMSTACKS_FAULTS_BPF_H
#define MEMSTACKS_FAULTS_BPF_H

#include <bpf/bpf_core_read.h>
#include "calls.bpf.h"
#include "faults.h"
#include "follow.bpf.h"
#include "interrupted.bpf.h"

/* The error code of a fault; arch/x86/include/asm/trap_pf.h. */
#define FAULT_PRESENT 1
#define FAULT_WRITE 2

/* Setting, fixed before loading. Where two CPUs come upon a stack at once, one of two numbers is left out. */
const volatile __u32 end_of_numbers = FIRST_NUMBER;

/* Per process: threads in mremap. */
__u32 moving[MAX_PROCESSES];

/* By CPU, so that CPUs do not wait for each other; the sum counts. */
__u64 fault_counts[COUNTER_ROWS][FAULT_COLUMNS];
/* How many found their page absent. Every CPU writes it, so that it has a cache line of its own. */
__u64 absences[8] __attribute__((aligned(64)));
/* Of the next stack that is new. */
__u32 next_number = FIRST_NUMBER;

/* Faults by the number of their stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* the helper sets it by --max-stacks */
	__type(key, __u32);
	__type(value, __u64);
} stack_faults SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1); /* the helper sets it by --max-pages */
	__type(key, struct group_key);
	__type(value, struct page_group);
} page_groups SEC(".maps");

static const struct page_group no_pages;

/* The last fault of a thread that made a page present, see folios.bpf.h. */
struct last_fault {
	__u64 page; /* 0: none */
	__u64 pc, sp; /* where the thread was in user space */
	__u32 process, image;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct last_fault);
} last_faults SEC(".maps");

/* Setting, fixed before loading: the kernel may make large folios. */
const volatile bool has_large_folios;

/* Scratch. It may belong to the CPU: faults are told with interrupts off, perf events with preemption off. */
struct fault {
	__u64 key; /* of the stack of the last fault: the next one is often taken there, too */
	__u32 number;
	__u32 taken; /* number of the stack of this fault */
	struct trail trail; /* of the last walk */
	struct walk walk;
	struct stack stack; /* with room for max_frames */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct { __u64 word[sizeof(struct fault) / 8 + MOST_FRAMES + FRAMES_PER_TURN]; });
} fault_scratch SEC(".maps");

static __always_inline void count_pages(enum fault_counter which, __u64 nr)
{
	__sync_fetch_and_add(&fault_counts[bpf_get_smp_processor_id() % COUNTER_ROWS][which], nr);
}

static __always_inline void count_fault(enum fault_counter which)
{
	count_pages(which, 1);
}

/* Finds or makes the stack's entry, and returns its number. One that finds no room shares the overflow stack. */
static __always_inline __u32 intern_fault_stack(struct fault *fault, __u64 key)
{
	struct stack *stack;

	if (fault->key == key)
		return fault->number;
	stack = bpf_map_lookup_elem(&stacks, &key);
	if (!stack && next_number < end_of_numbers) {
		fault->stack.kind = STACK_HEAP;
		fault->stack.number = __sync_fetch_and_add(&next_number, 1);
		bpf_map_update_elem(&stacks, &key, &fault->stack, BPF_NOEXIST);
		stack = bpf_map_lookup_elem(&stacks, &key);
	}
	if (!stack) {
		count_fault(FAULTS_NO_STACK);
		return OVERFLOW_NUMBER(fault->stack.process);
	}
	fault->key = key;
	fault->number = stack->number;
	return fault->number;
}

/* The number of the stack that the fault was taken in. */
static __always_inline __u32 find_number(struct task_struct *task, struct fault *fault)
{
	struct walk *walk = &fault->walk;
	struct trail *trail = &fault->trail;
	__u32 number;
	__u64 key;

	begin_walk(task, walk, &fault->stack);
	if (would_repeat(task, walk, trail))
		return fault->number;
	begin_trail(task, walk, trail);
	walk->hash = mix(walk->hash, OVERFLOW_FAULTS(0)); /* apart from those of the heap */
	key = walk_where_interrupted(task, walk, &fault->stack, trail);
	number = intern_fault_stack(fault, key);
	if (fault->key != key || !can_repeat(walk, &fault->stack, trail))
		trail->nr_slots = CANNOT_REPEAT;
	return number;
}

/* Finds or makes it. */
static __always_inline struct page_group *find_group(const struct group_key *key)
{
	struct page_group *group = bpf_map_lookup_elem(&page_groups, key);

	if (group)
		return group;
	bpf_map_update_elem(&page_groups, key, &no_pages, BPF_NOEXIST);
	return bpf_map_lookup_elem(&page_groups, key);
}

/*
 * A page was absent: by this the order of faults is told, and which of them a mremap has to leave where they are. Counting
 * takes a tenth of what it takes to ask for the time.
 */
static __always_inline void note_absence(struct page_group *group, __u32 process, __u32 page)
{
	if (moving[process])
		__sync_fetch_and_or(&group->fresh, 1ULL << page);
	group->last = __sync_add_and_fetch(&absences[0], 1) << GROUP_BITS | page;
}

/*
 * The page's record after a fault. What was absent belongs to who makes it present. What is there already stays who
 * made it, unless by reading: what the write then makes is another page.
 */
static __always_inline __u32 record_after(__u32 old, __u64 error, __u32 number)
{
	if (!(error & FAULT_PRESENT))
		return RECORD(number, error & FAULT_WRITE ? HOW_WRITE : HOW_READ);
	if (!(error & FAULT_WRITE) || IS_WRITTEN(old))
		return old;
	return RECORD(number, old && RECORD_HOW(old) == HOW_READ ? HOW_WRITE : HOW_WRITE_OVER);
}

/*
 * Whether one of the pages is written that the smallest large folio would hold besides: 4 pages. Then
 * the kernel makes none, and three faults of four need not be remembered.
 */
static __always_inline bool has_neighbours(const struct page_group *group, __u32 page)
{
	const __u32 *record = group->record;

	return IS_WRITTEN(record[page ^ 1]) | IS_WRITTEN(record[page ^ 2]) | IS_WRITTEN(record[page ^ 3]);
}

static __always_inline void note_last_fault(struct task_struct *task, struct fault *fault, __u64 page)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct last_fault *last = bpf_task_storage_get(&last_faults, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (last)
		*last = (struct last_fault){ page, PT_REGS_IP(regs), PT_REGS_SP(regs), fault->stack.process, fault->stack.image };
}

static __always_inline void record_page(struct task_struct *task, struct fault *fault, __u64 address, __u64 error)
{
	struct group_key key = { address >> (page_bits + GROUP_BITS), fault->stack.process, fault->stack.image };
	struct page_group *group = find_group(&key);
	__u32 page = address >> page_bits & (GROUP_PAGES - 1), old, record;

	if (!group) {
		count_fault(FAULTS_NO_PAGE);
		return;
	}
	old = group->record[page];
	record = record_after(old, error, fault->taken);
	if (record == old && error & FAULT_PRESENT) {
		count_fault(FAULTS_PRESENT);
		return;
	}
	group->record[page] = record;
	if (!old)
		count_fault(FAULTS_NEW);
	if (!(error & FAULT_PRESENT))
		note_absence(group, fault->stack.process % MAX_PROCESSES, page);
	if (has_large_folios && !has_neighbours(group, page))
		note_last_fault(task, fault, address >> page_bits);
}

static __always_inline void record_fault(struct task_struct *task, __u32 process, __u64 address, __u64 error)
{
	__u32 zero = 0;
	struct fault *fault = bpf_map_lookup_elem(&fault_scratch, &zero);
	__u64 *faults;

	if (!fault)
		return; /* cannot be */
	fault->stack.process = process;
	fault->stack.image = execs[process % MAX_PROCESSES];
	fault->stack.layout = layouts[process % MAX_PROCESSES];
	fault->taken = find_number(task, fault);
	faults = bpf_map_lookup_elem(&stack_faults, &fault->taken);
	if (faults)
		__sync_fetch_and_add(faults, 1);
	record_page(task, fault, address, error);
}

/* Those that the kernel takes for the target, but not the target itself, do not belong to any stack of it. */
static __always_inline bool is_kernels_own(struct task_struct *task)
{
	if (task->pagefault_disabled)
		return true; /* it only looked (BPF programs do): nothing becomes present */
	if (!BPF_CORE_READ_BITFIELD(task, in_execve))
		return false;
	count_fault(FAULTS_EXEC); /* the user stack is the old program's, the memory may be the new one's */
	return true;
}

static __always_inline void see_fault(__u64 address, __u64 error, bool by_user)
{
	struct task_struct *task;
	__u32 process;

	if (recording == RECORDING_OFF || (__s64)address < 0)
		return;
	process = traced_process();
	if (process == MAX_PROCESSES)
		return;
	task = (struct task_struct *)bpf_get_current_task_btf();
	if (!by_user && is_kernels_own(task))
		return;
	if (recording == RECORDING_STOPPING) {
		count_fault(FAULTS_LATE);
		return;
	}
	count_fault(by_user ? FAULTS_USER : FAULTS_KERNEL);
	record_fault(task, process, address, error);
}

#endif
