// SPDX-License-Identifier: MIT
/*
 *     kernel-walk -p PID
 *
 * Has the kernel walk the stack of every malloc, until SIGINT. Says "Tracing pid" when it is attached as the helper
 * does, and in the end how it went as a line of JSON.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel-walk.skel.h"
#include "module.h"

static bool choose_malloc(const struct site *sites, unsigned nr, uint64_t *offset)
{
	for (unsigned i = 0; i < nr; i++) {
		if (strcmp(sites[i].function->name, "malloc") != 0)
			continue;
		*offset = sites[i].offset + sites[i].probe_distance;
		return true;
	}
	return false;
}

/* Where the helper would probe malloc. */
static bool find_malloc(struct module *module, uint64_t *offset)
{
	const struct naming nothing = { 0 };
	unsigned nr;
	struct site *sites = find_sites(module, &nothing, &nr);
	bool found = choose_malloc(sites, nr, offset);

	free(sites);
	return found;
}

static struct module *find_allocator(pid_t pid, uint64_t *offset)
{
	read_mappings(add_process(pid));
	for (unsigned i = 0; i < nr_modules; i++)
		if (find_malloc(&modules[i], offset))
			return &modules[i];
	die(1, "pid %d has no malloc", pid);
}

/* As the helper attaches, for the ways cost differently. */
static void attach(struct kernel_walk *skel, pid_t pid, bool multi)
{
	uint64_t offset, cookie = 0;
	struct module *module = find_allocator(pid, &offset);
	char *path = formatted("/proc/self/fd/%d", module->fd);
	const struct uprobe_multi probes = { .prog_fd = bpf_program__fd(skel->progs.walk),
					     .attach_type = UPROBE_MULTI_ATTACH_TYPE, .path = path, .offsets = &offset,
					     .cookies = &cookie, .nr = 1, .pid = pid };

	if (multi ? uprobe_multi_attach(&probes) < 0
		  : !bpf_program__attach_uprobe(skel->progs.walk, false, pid, path, offset))
		die(1, "cannot probe malloc: %s", strerror(errno));
	free(path);
}

static unsigned frames_of(struct kernel_walk *skel, uint32_t id)
{
	size_t size = bpf_map__value_size(skel->maps.stacks);
	uint64_t *frames = allocate(size);
	unsigned nr = 0;

	bpf_map__lookup_elem(skel->maps.stacks, &id, sizeof(id), frames, size, 0);
	while (nr < size / sizeof(*frames) && frames[nr])
		nr++;
	free(frames);
	return nr;
}

int main(int argc, char **argv)
{
	pid_t pid = argc == 3 && strcmp(argv[1], "-p") == 0 ? atoi(argv[2]) : 0;
	struct kernel_walk *skel = kernel_walk__open();
	bool multi = uprobe_multi_works();
	sigset_t set;
	int signal;

	if (pid <= 0)
		die(2, "usage: kernel-walk -p PID");
	if (!skel)
		die(1, "cannot open the program: %s", strerror(errno));
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (multi)
		bpf_program__set_expected_attach_type(skel->progs.walk, UPROBE_MULTI_ATTACH_TYPE);
	if (kernel_walk__load(skel))
		die(1, "the kernel refused the program: %s", strerror(errno));
	attach(skel, pid, multi);
	fprintf(stderr, "Tracing pid %d\n", pid);
	sigwait(&set, &signal);
	printf("{\"calls\":%llu,\"failed\":%llu,\"frames\":%u}\n", skel->bss->calls, skel->bss->failed,
	       frames_of(skel, skel->bss->last));
	return 0;
}
