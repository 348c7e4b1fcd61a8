// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The kernel's own stack walk, by frame pointers, at the probe where the helper walks. */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define MAX_FRAMES 127 /* kernel.perf_event_max_stack */

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__uint(value_size, MAX_FRAMES * sizeof(__u64));
} stacks SEC(".maps");

__u64 calls, failed;
__u32 last;

SEC("uprobe")
int walk(struct pt_regs *ctx)
{
	long id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);

	calls++;
	if (id < 0)
		failed++;
	else
		last = id;
	return 0;
}
