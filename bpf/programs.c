// SPDX-License-Identifier: MIT
/* How large the BPF programs are, and what the verifier of this kernel makes of them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include "recorder.h"
#include "heap.skel.h"

/* The most that the verifier looks at, since Linux 5.2: BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h. */
static const unsigned most_verified = 1000000;

static void print_program(const struct bpf_program *program, bool loaded)
{
	struct bpf_prog_info info = { 0 };
	uint32_t length = sizeof(info);

	printf("  %-14s %5zu instructions", bpf_program__name(program), bpf_program__insn_cnt(program));
	/* Kernels before 5.16 do not tell. */
	if (loaded && bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) == 0 && info.verified_insns)
		printf(", %7u verified of at most %u", info.verified_insns, most_verified);
	putchar('\n');
}

int print_programs(const struct settings *settings)
{
	struct heap_bpf *skel = open_programs(settings);
	int err = heap_bpf__load(skel);
	struct bpf_program *program;

	puts("BPF programs:");
	bpf_object__for_each_program(program, skel->obj)
		print_program(program, !err);
	if (err)
		printf("  not verified: this kernel or user may not load them (%s)\n", strerror(-err));
	heap_bpf__destroy(skel);
	return 0;
}
