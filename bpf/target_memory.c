// SPDX-License-Identifier: MIT
/* The memory of a traced process, by process_vm_readv(2). */
#define _GNU_SOURCE
#include <string.h>
#include <sys/uio.h>
#include "target_memory.h"

#define MOST_PIECES 512

static size_t read_some(pid_t pid, uint64_t address, void *to, size_t size)
{
	const struct iovec here = { to, size }, there = { (void *)address, size };
	ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);

	return got < 0 ? 0 : got;
}

bool read_target(pid_t pid, uint64_t address, void *to, size_t size)
{
	return read_some(pid, address, to, size) == size;
}

uint64_t read_target_word(pid_t pid, uint64_t address)
{
	uint64_t word;

	return read_target(pid, address, &word, sizeof(word)) ? word : 0;
}

void read_target_text(pid_t pid, uint64_t address, char *to, size_t size)
{
	to[read_some(pid, address, to, size - 1)] = 0;
}

/* How many pieces were read whole before one that could not be. */
static size_t read_whole_pieces(pid_t pid, const struct target_pieces *pieces, void *to)
{
	struct iovec here = { to, pieces->nr * pieces->size }, there[MOST_PIECES];
	ssize_t got;

	for (size_t i = 0; i < pieces->nr; i++)
		there[i] = (struct iovec){ (void *)pieces->address[i], pieces->size };
	got = process_vm_readv(pid, &here, 1, there, pieces->nr, 0);
	return got < 0 ? 0 : got / pieces->size;
}

void read_target_pieces(pid_t pid, const struct target_pieces *pieces, void *to)
{
	struct target_pieces rest = *pieces;

	while (rest.nr) {
		size_t read = read_whole_pieces(pid, &rest, to);

		to = (char *)to + read * rest.size;
		rest.address += read;
		rest.nr -= read;
		if (!rest.nr)
			return;
		memset(to, 0, rest.size);
		to = (char *)to + rest.size;
		rest.address++;
		rest.nr--;
	}
}
