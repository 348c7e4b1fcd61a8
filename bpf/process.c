// SPDX-License-Identifier: MIT
/* The traced processes and what code they have mapped; proc(5), pidfd_open(2). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "collector.h"

struct process processes[MAX_PROCESSES];
unsigned nr_processes;

struct process *add_process(pid_t pid)
{
	struct process *process = &processes[nr_processes];
	unsigned flags;
	char state;

	if (!read_state(pid, pid, &state, &flags))
		die(1, "no process with pid %d", pid);
	if (flags & KERNEL_THREAD)
		die(1, "pid %d is a kernel thread: it has no memory of its own to trace", pid);
	process->pid = pid;
	process->thread = find_living_thread(pid);
	if (!process->thread)
		die(1, "pid %d has already exited", pid);
	process->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0)
		die(1, errno == EINVAL ? "pid %d is a thread: give the pid of its process" :
					 "pid %d cannot be opened", pid);
	fcntl(process->pidfd, F_SETFD, FD_CLOEXEC);
	process->name = duplicate("?");
	describe_process(process);
	find_jit_map(process);
	nr_processes++;
	return process;
}

void describe_process(struct process *process)
{
	size_t length;
	char *name = read_proc(process->pid, "comm", &length);
	char *command = read_proc(living_thread(process), "cmdline", &length);

	if (name && command) {
		name[strcspn(name, "\n")] = 0;
		free(process->name);
		free(process->command);
		process->name = name;
		process->command = command;
		process->command_length = length;
	}
}

/* /proc marks the path of a file that is gone; what it was is the name for people. */
static char *without_mark(const char *path)
{
	static const char deleted[] = " (deleted)";
	char *copy = duplicate(path);
	size_t length = strlen(copy), marked = strlen(deleted);

	if (length > marked && strcmp(copy + length - marked, deleted) == 0)
		copy[length - marked] = 0;
	return copy;
}

/* What the kernel has mapped. Other names in brackets, such as [heap], say only where the process has put its code. */
static bool is_kernels(const char *path)
{
	return strcmp(path, "[vdso]") == 0 || strcmp(path, "[vsyscall]") == 0 || strcmp(path, "[uprobes]") == 0;
}

unsigned mapped_module(const struct process *process, const struct mapping *mapping, dev_t dev, ino_t ino,
		       const char *path)
{
	char *shown = without_mark(path);
	const struct mapped_file file = { process->thread, mapping->start, mapping->end, dev, ino,
					  ino || is_kernels(path) ? shown : "[anon]" };
	unsigned module = intern_module(&file);

	free(shown);
	return module;
}

/* Where the target's root directory is for us; 0: nowhere else than ours, or out of sight. */
static size_t read_root(const struct process *process, char *root, size_t room)
{
	char *link = formatted("/proc/%d/root", process->thread);
	ssize_t length = readlink(link, root, room);

	free(link);
	return length > 1 && (size_t)length < room ? length : 0;
}

/* /proc has paths as we see them: after a chroot the target sees less of them. */
static const char *as_target_sees(const struct process *process, const char *path)
{
	char root[PATH_MAX];
	size_t length = *path == '/' ? read_root(process, root, sizeof(root)) : 0;

	return length && strncmp(path, root, length) == 0 && path[length] == '/' ? path + length : path;
}

void note_executable(struct process *process)
{
	char *link = formatted("/proc/%d/exe", living_thread(process)), path[PATH_MAX];
	ssize_t length = readlink(link, path, sizeof(path) - 1);

	free(link);
	free(process->executable);
	process->executable = NULL;
	if (length <= 0)
		return;
	path[length] = 0;
	process->executable = without_mark(as_target_sees(process, path));
}

/* One line of /proc/PID/maps: start-end perms offset dev inode path. */
static void read_mapping(struct process *process, const char *line)
{
	struct mapping mapping = { .image = process->image, .layout = layout_at(process, UINT64_MAX) };
	unsigned major, minor;
	uint64_t ino;
	char execute;
	int path = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%*c%c%*c %" SCNx64 " %x:%x %" SCNu64 " %n", &mapping.start,
		   &mapping.end, &execute, &mapping.offset, &major, &minor, &ino, &path) < 7 || execute != 'x')
		return;
	mapping.module = mapped_module(process, &mapping, makedev(major, minor), ino,
				       as_target_sees(process, line + path));
	add_mapping(process, &mapping);
}

void read_mappings(struct process *process)
{
	size_t length;
	char *maps = read_proc(living_thread(process), "maps", &length), *rest = maps, *line;

	while (maps && (line = strsep(&rest, "\n")))
		read_mapping(process, line);
	free(maps);
}
