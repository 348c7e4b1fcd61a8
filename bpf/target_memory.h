/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reading the memory of a traced process. */
#ifndef MEMSTACKS_TARGET_MEMORY_H
#define MEMSTACKS_TARGET_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A process may have others answer for its pages (FUSE, userfaultfd), who need not: these may take for ever. They use
 * nothing but their arguments, so that a thread may call them.
 */
bool read_target(pid_t pid, uint64_t address, void *to, size_t size);
/* A word of memory; 0 where there is none. */
uint64_t read_target_word(pid_t pid, uint64_t address);
/* Up to size - 1 bytes of a text, and a NUL. */
void read_target_text(pid_t pid, uint64_t address, char *to, size_t size);
/* Pieces of one size, one behind the other; zeros where there is no memory. */
struct target_pieces {
	const uint64_t *address;
	size_t nr, size; /* nr is at most 512 */
};
void read_target_pieces(pid_t pid, const struct target_pieces *pieces, void *to);

#endif
