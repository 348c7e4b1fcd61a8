/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The few kernel types that the programs look into, each with only the fields that they use.
 * CO-RE moves the accesses to where the running kernel has the fields.
 */
#ifndef MEMSTACKS_KERNEL_H
#define MEMSTACKS_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* One call with a pending return probe; kernel/events/uprobes.c. */
struct return_instance {
	unsigned long stack; /* address of the slot on the user stack that was replaced */
	unsigned long orig_ret_vaddr; /* what stood there */
	struct return_instance *next;
};

struct uprobe_task {
	struct return_instance *return_instances;
};

struct xol_area {
	unsigned long vaddr; /* of the return trampoline */
};

struct uprobes_state {
	struct xol_area *xol_area;
};

struct mm_struct {
	unsigned long brk; /* where it ends what brk(2) maps */
	struct uprobes_state uprobes_state;
};

typedef struct {
	int counter;
} atomic_t;

struct vm_area_struct {
	const void *vm_ops; /* NULL: anonymous memory */
};

struct rlimit {
	unsigned long rlim_cur;
};

struct signal_struct {
	atomic_t live; /* threads that have not begun to exit */
	struct rlimit rlim[16]; /* by resource, RLIM_NLIMITS */
};

struct task_struct {
	int tgid;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct uprobe_task *utask;
	unsigned long sas_ss_sp; /* the alternate stack for signal handlers, sigaltstack(2) */
	unsigned long sas_ss_size;
	struct task_struct *group_leader;
	int pagefault_disabled; /* accesses to user memory fail where it is absent */
	unsigned in_execve : 1;
};

struct sigaction {
	void *sa_handler; /* 0 and 1: SIG_DFL and SIG_IGN */
};

/* What a process does on a signal; include/linux/signal_types.h. */
struct k_sigaction {
	struct sigaction sa;
};

#pragma clang attribute pop

#endif
