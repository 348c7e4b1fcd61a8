/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A program that looks at files of the traced process for us. */
#ifndef MEMSTACKS_CHILD_H
#define MEMSTACKS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int input, output; /* our ends of its pipes */
	char *text; /* what it has written and we have not taken */
	size_t start, length, room;
	const char *problem; /* why there are no more answers; NULL: none yet */
};

/* What to run: the first of `names` (NULL-ended) that is in PATH, and which of our files it may open. */
struct task {
	const char *const *names;
	const char **arguments; /* NULL-ended; the first is replaced by the name */
	const int *files;
	size_t nr_files;
};

/* On failure there will be no answers. */
struct child child_start(const struct task *task);
/* False when it does not take the line now. */
bool child_ask(struct child *child, const char *line);
/* Its next line without the newline, valid until the next call; NULL: no more, see `problem`. */
char *child_answer(struct child *child, uint64_t deadline_ns);
/* Ends it if it has not ended. False when no program of these names is installed. */
bool child_end(struct child *child);

#endif
