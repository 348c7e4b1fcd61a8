// SPDX-License-Identifier: MIT
/*
 * Threads of a traced process. The main one may end before the others; what /proc says of the process's
 * memory and files is empty then, but /proc/TID of another thread has it; proc(5).
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "collector.h"

char *read_proc(pid_t pid, const char *name, size_t *length)
{
	char *path = formatted("/proc/%d/%s", pid, name), *text = NULL;
	FILE *file = fopen(path, "re");
	size_t room = 0;

	free(path);
	*length = 0;
	if (!file)
		return NULL;
	do {
		room = room ? 2 * room : 4096;
		text = realloc(text, room + 1);
		if (!text)
			die(1, "out of memory in the collector");
		*length += fread(text + *length, 1, room - *length, file);
	} while (*length == room);
	fclose(file);
	text[*length] = 0;
	return text;
}

/* The name before them may hold anything, `)` too. */
bool read_state(pid_t pid, pid_t thread, char *state, unsigned *flags)
{
	char *name = formatted("task/%d/stat", thread);
	size_t length;
	char *stat = read_proc(pid, name, &length), *end = stat ? strrchr(stat, ')') : NULL;
	bool ok = end && sscanf(end + 1, " %c %*d %*d %*d %*d %*d %u", state, flags) == 2;

	free(name);
	free(stat);
	return ok;
}

bool is_stopped(const struct process *process)
{
	unsigned flags;
	char state;

	return read_state(process->pid, process->thread, &state, &flags) && (state == 'T' || state == 't');
}

bool is_alive(pid_t pid, pid_t thread)
{
	unsigned flags;
	char state;

	return read_state(pid, thread, &state, &flags) && state != 'Z' && state != 'X';
}

/* The kernel lists threads in the order in which they began, which that of their numbers need not be. */
pid_t find_living_thread(pid_t pid)
{
	char *path = formatted("/proc/%d/task", pid);
	DIR *threads = opendir(path);
	struct dirent *entry;
	pid_t found = 0;

	free(path);
	while (threads && !found && (entry = readdir(threads))) {
		pid_t thread = atoi(entry->d_name);

		if (thread > 0 && is_alive(pid, thread))
			found = thread;
	}
	if (threads)
		closedir(threads);
	return found;
}

pid_t living_thread(struct process *process)
{
	pid_t other;

	if (is_alive(process->pid, process->thread))
		return process->thread;
	other = find_living_thread(process->pid);
	if (other)
		process->thread = other;
	return process->thread;
}
