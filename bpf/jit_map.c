// SPDX-License-Identifier: MIT
/*
 * Finds the perf-PID.map of a process: in its own /tmp, under the pid that it knows itself by. The
 * directory is held open from the start, for the way there is gone when the process has ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "frames.h"

struct jit_map {
	int directory; /* the target's /tmp, O_PATH; -1: unknown */
	pid_t inner_pid; /* in the target's pid namespace; 0: unknown */
	uid_t user; /* effective */
	time_t started; /* when the process started, seconds since the epoch */
	int file; /* -1: not opened, or there is none */
	char *name; /* of the file */
};

static int open_inside(int directory, const char *name, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS };

	return syscall(SYS_openat2, directory, name, &how, sizeof(how));
}

/* Symbolic links lead to where they lead for the target. */
static int open_tmp(pid_t pid)
{
	char *path = formatted("/proc/%d/root", pid);
	int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int tmp = root < 0 ? -1 : open_inside(root, "tmp", O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT);

	free(path);
	if (root >= 0)
		close(root);
	return tmp;
}

/* The user and the innermost of the pids, which comes last; proc_pid_status(5). */
static void read_status(struct jit_map *map, pid_t pid)
{
	char *path = formatted("/proc/%d/status", pid), *line = NULL, *last;
	FILE *status = fopen(path, "re");
	size_t room = 0;

	free(path);
	while (status && getline(&line, &room, status) > 0) {
		sscanf(line, "Uid: %*u %u", &map->user);
		last = strrchr(line, '\t');
		if (last && strncmp(line, "NSpid:", 6) == 0)
			map->inner_pid = atoi(last);
	}
	free(line);
	if (status)
		fclose(status);
}

/* Field 22 of /proc/PID/stat, clock ticks since boot, by the clock that files are dated with. */
static time_t start_of(pid_t pid)
{
	char *path = formatted("/proc/%d/stat", pid), text[4096], *end;
	FILE *stat = fopen(path, "re");
	size_t length = stat ? fread(text, 1, sizeof(text) - 1, stat) : 0;
	struct timespec now, since_boot;
	unsigned long long ticks = 0;

	text[length] = 0;
	end = strrchr(text, ')'); /* of the name, which may hold anything */
	if (end)
		sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		       &ticks);
	free(path);
	if (stat)
		fclose(stat);
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &since_boot);
	return now.tv_sec - since_boot.tv_sec + (time_t)(ticks / sysconf(_SC_CLK_TCK));
}

/* Else its pid may be another's by now. */
static bool is_there(const struct process *process)
{
	return process->pidfd >= 0 &&
	       (syscall(SYS_pidfd_send_signal, process->pidfd, 0, NULL, 0) == 0 || errno != ESRCH);
}

static struct jit_map *jit_map_of(struct process *process)
{
	if (!process->jit_map) {
		process->jit_map = allocate(sizeof(*process->jit_map));
		*process->jit_map = (struct jit_map){ .directory = -1, .file = -1 };
	}
	return process->jit_map;
}

void find_jit_map(struct process *process)
{
	struct jit_map *map = jit_map_of(process), found = *map;
	int directory = open_tmp(living_thread(process)), outdated = directory;

	found.started = start_of(process->pid);
	read_status(&found, process->pid);
	if (is_there(process)) {
		if (directory >= 0) {
			outdated = map->directory;
			found.directory = directory;
		}
		*map = found;
	}
	if (outdated >= 0)
		close(outdated);
}

/* A regular file, or -1: opening anything else could block or have effects. */
static int open_regular(int directory, const char *name)
{
	int path = open_inside(directory, name, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS), fd = -1;
	char *again = formatted("/proc/self/fd/%d", path);
	struct stat st;

	if (path >= 0 && fstat(path, &st) == 0 && S_ISREG(st.st_mode))
		fd = open(again, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (path >= 0)
		close(path);
	free(again);
	return fd;
}

void open_jit_map(struct process *process)
{
	struct jit_map *map = jit_map_of(process);

	if (map->file < 0)
		find_jit_map(process);
	for (unsigned i = 0; i < 2 && map->file < 0 && map->directory >= 0; i++) {
		free(map->name);
		map->name = formatted("perf-%d.map", i ? process->pid : map->inner_pid);
		map->file = open_regular(map->directory, map->name);
	}
}

/* Why not to believe the map; NULL: do. Anybody may write to /tmp, and pids come again. */
static const char *objection(const struct jit_map *map)
{
	const int rounding_seconds = 2;
	struct stat st;

	if (fstat(map->file, &st))
		return strerror(errno);
	if (st.st_uid && st.st_uid != map->user)
		return "it belongs to another user";
	if (st.st_mtime + rounding_seconds < map->started)
		return "it is older than the process";
	return NULL;
}

void name_jit_code(struct process *process, struct jit_code *codes, size_t nr)
{
	const struct jit_map *map = jit_map_of(process); /* a child that ended at once has none yet */
	const char *problem;
	uint64_t malformed = 0;

	open_jit_map(process);
	if (map->file < 0)
		return;
	problem = objection(map);
	if (!problem)
		problem = read_jit_map(map->file, codes, nr, &malformed);
	if (problem)
		event_warning("pid %d: JIT code may lack names: %s in its /tmp: %s", process->pid, map->name, problem);
	if (malformed)
		event_warning("pid %d: %" PRIu64 " lines of %s in its /tmp are no `START SIZE name`", process->pid,
			      malformed, map->name);
}
