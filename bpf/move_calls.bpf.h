/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The system calls that move and drop pages, see moves.bpf.h. */
#ifndef MEMSTACKS_MOVE_CALLS_BPF_H
#define MEMSTACKS_MOVE_CALLS_BPF_H

#include "moves.bpf.h"

SEC("tracepoint/syscalls/sys_enter_mremap")
int on_enter_mremap(struct call_entry *ctx)
{
	enter_move(ctx);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_mremap")
int on_exit_mremap(struct call_return *ctx)
{
	exit_move(ctx, true);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_madvise")
int on_enter_madvise(struct call_entry *ctx)
{
	enter_advice(ctx);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_madvise")
int on_exit_madvise(struct call_return *ctx)
{
	exit_move(ctx, false);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mmap")
int on_enter_mmap(struct call_entry *ctx)
{
	enter_map(ctx);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_mmap")
int on_exit_mmap(struct call_return *ctx)
{
	exit_move(ctx, false);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_munmap")
int on_enter_munmap(struct call_entry *ctx)
{
	enter_unmap(ctx);
	return 0;
}

#endif
