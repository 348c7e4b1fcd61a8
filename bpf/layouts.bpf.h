/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which layout of the code a stack is from: what dlclose unloads makes room for other code at the same addresses. */
#ifndef MEMSTACKS_LAYOUTS_BPF_H
#define MEMSTACKS_LAYOUTS_BPF_H

#include "calls.bpf.h"
#include "follow.bpf.h"

/* Stacks before and after must not mix; but they shall not fill the table in as many versions. */
static __always_inline void begin_layout(struct pt_regs *ctx)
{
	__u32 process = follow_forks ? traced_process() : bpf_get_attach_cookie(ctx) % MAX_PROCESSES, layout;

	if (process >= MAX_PROCESSES)
		return;
	layout = layouts[process] + 1;
	if (recording != RECORDING_ON || layout > MOST_LAYOUTS || nr_stacks > max_stacks / 2)
		return;
	layout_began[process][layout & MOST_LAYOUTS] = bpf_ktime_get_ns();
	layouts[process] = layout;
}

SEC("uretprobe")
int exit_dlclose(struct pt_regs *ctx)
{
	begin_layout(ctx);
	return 0;
}

/* --entry-only, --follow-forks: what destructors allocate counts as after it. */
SEC("uprobe")
int enter_dlclose(struct pt_regs *ctx)
{
	begin_layout(ctx);
	return 0;
}

#endif
