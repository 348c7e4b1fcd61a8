// SPDX-License-Identifier: MIT
/*
 * Many probes in one link, through bpf(2) directly: Debian 12's libbpf does not know it. One link is
 * gone after one grace period, where perf events take one each. From 6.10 on its filter
 * is right (46ba0e49b642: by process, before that by thread).
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "collector.h"

/* The part of union bpf_attr for BPF_LINK_CREATE of this kind; include/uapi/linux/bpf.h from 6.6 on. */
struct link_create_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t nr, multi_flags, pid, unused;
};

int uprobe_multi_attach(const struct uprobe_multi *probes)
{
	const uint32_t returns = 1; /* BPF_F_UPROBE_MULTI_RETURN */
	struct link_create_attr attr = {
		.prog_fd = probes->prog_fd, .attach_type = probes->attach_type,
		.path = (uintptr_t)probes->path, .offsets = (uintptr_t)probes->offsets,
		.cookies = (uintptr_t)probes->cookies, .nr = probes->nr,
		.multi_flags = probes->returns ? returns : 0, .pid = probes->pid,
	};

	return syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* A program that does nothing, or -1. */
static int load_nothing(uint32_t attach_type)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach_type);

	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "MIT", nothing, 2, &options);
}

/* What the kernel says to an attachment that cannot succeed, for "/" is no file. */
static int refusal(int prog_fd, uint32_t attach_type, pid_t pid)
{
	const uint64_t zero = 0;
	const struct uprobe_multi probes = { .prog_fd = prog_fd, .attach_type = attach_type, .path = "/",
					     .offsets = &zero, .cookies = &zero, .nr = 1, .pid = pid };

	return uprobe_multi_attach(&probes) < 0 ? errno : 0;
}

/*
 * A kernel with the right filter refuses a negative pid before it looks at the path. A helper built with
 * -DWITHOUT_UPROBE_MULTI uses perf events as on a kernel without it, for tests.
 */
bool uprobe_multi_works(void)
{
#ifdef WITHOUT_UPROBE_MULTI
	return false;
#else
	int prog_fd = load_nothing(UPROBE_MULTI_ATTACH_TYPE);
	bool works;

	if (prog_fd < 0)
		return false;
	works = refusal(prog_fd, UPROBE_MULTI_ATTACH_TYPE, -1) == EINVAL &&
		refusal(prog_fd, UPROBE_MULTI_ATTACH_TYPE, 0) == EBADF;
	close(prog_fd);
	return works;
#endif
}

bool uprobe_session_works(void)
{
	int prog_fd = load_nothing(UPROBE_SESSION_ATTACH_TYPE);
	bool works;

	if (prog_fd < 0)
		return false;
	works = refusal(prog_fd, UPROBE_SESSION_ATTACH_TYPE, 0) == EBADF;
	close(prog_fd);
	return works;
}
