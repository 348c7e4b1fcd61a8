// SPDX-License-Identifier: MIT
/*
 * Kernels on which a return probe kills what is confined by seccomp. Since 6.11 a probed function
 * returns, on x86, through a system call of the kernel's own (uretprobe); filters were asked about it until
 * cf6cb56ef244, which is in 6.14, 6.13.3 and 6.12.14. Versions do not tell for sure, so we try.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "recorder.h"
#include "heap.skel.h"

static bool thread_is_confined(pid_t pid, const char *thread)
{
	char *path = formatted("/proc/%d/task/%s/status", pid, thread);
	FILE *file = fopen(path, "re");
	char line[256];
	int mode = 0;

	free(path);
	while (file && fgets(line, sizeof(line), file) && sscanf(line, "Seccomp: %d", &mode) != 1)
		;
	if (file)
		fclose(file);
	return mode != 0;
}

static bool is_confined(pid_t pid)
{
	char *path = formatted("/proc/%d/task", pid);
	DIR *threads = opendir(path);
	struct dirent *thread;
	bool confined = false;

	free(path);
	while (threads && !confined && (thread = readdir(threads)))
		confined = *thread->d_name != '.' && thread_is_confined(pid, thread->d_name);
	if (threads)
		closedir(threads);
	return confined;
}

static bool is_suspect(const struct utsname *kernel)
{
	unsigned major, minor;

	return strcmp(kernel->machine, "x86_64") == 0 && sscanf(kernel->release, "%u.%u", &major, &minor) == 2 &&
	       major == 6 && minor >= 11 && minor <= 13;
}

/* What the child calls under its filter, with a return probe on it. */
__attribute__((noipa)) static void return_to_caller(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Everything but the end is forbidden. */
static bool confine_myself(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static _Noreturn void be_confined(const int gate[2])
{
	char go;

	close(gate[1]); /* or it would wait for itself, should we be gone */
	if (read(gate[0], &go, 1) == 1 && confine_myself())
		return_to_caller();
	_exit(0);
}

/* The place of return_to_caller in our own file. */
static int find_offset(struct dl_phdr_info *program, size_t size, void *offset)
{
	uintptr_t address = (uintptr_t)return_to_caller - program->dlpi_addr;

	(void)size;
	for (int i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &program->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && address - segment->p_vaddr < segment->p_filesz)
			*(uint64_t *)offset = address - segment->p_vaddr + segment->p_offset;
	}
	return 1; /* the first is the program */
}

/* Lets a child of ours be the victim. */
static bool return_probe_kills(struct heap_bpf *skel)
{
	int gate[2], status = 0;
	uint64_t offset = 0;
	bool tried;
	pid_t child;

	if (pipe(gate))
		return false;
	child = fork();
	if (child == 0)
		be_confined(gate);
	dl_iterate_phdr(find_offset, &offset);
	tried = child > 0 && attach_return_probe(skel->progs.exit_nothing, child, offset) && write(gate[1], "", 1) == 1;
	close(gate[0]);
	close(gate[1]);
	if (child > 0)
		waitpid(child, &status, 0);
	detach_all();
	return tried && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void use_no_returns(const char *confined, struct settings *settings, const char *release)
{
	static const char format[] = "%s is confined by seccomp, and on this kernel (%s) a return probe would kill it";
	char *reason = formatted(format, confined, release);

	if (!settings->alloc_only)
		die(1, "%s: only -a --entry-only can trace it here, unfreed needs 6.12.14, 6.13.3, 6.14 or later", reason);
	event_warning("%s: falling back to --entry-only, which counts requests", reason);
	settings->entry_only = true;
	free(reason);
}

/* Whom the probes would meet confined; a command inherits that from us. NULL: nobody. */
static char *confined_target(const struct settings *settings)
{
	for (unsigned i = 0; i < nr_processes; i++)
		if (is_confined(processes[i].pid))
			return formatted("pid %d (%s)", processes[i].pid, processes[i].name);
	return settings->command && is_confined(getpid()) ? duplicate("memstacks, and so the command,") : NULL;
}

void spare_confined_processes(struct heap_bpf *skel, struct settings *settings)
{
	char *confined = confined_target(settings);
	struct utsname kernel;

	uname(&kernel);
	if (settings->entry_only || (!confined && !is_suspect(&kernel)) || !return_probe_kills(skel))
		; /* nothing to fear */
	else if (settings->follow_forks && !uprobe_session_works())
		die(1, "on this kernel (%s) a return probe kills what is confined by seccomp, and with --follow-forks every "
		       "process would have them: use -a --entry-only", kernel.release);
	else if (confined)
		use_no_returns(confined, settings, kernel.release);
	else
		event_warning("on this kernel (%s) a return probe kills a process that begins to confine itself by seccomp "
			      "while it is traced: if that may happen, use -a --entry-only", kernel.release);
	free(confined);
}
