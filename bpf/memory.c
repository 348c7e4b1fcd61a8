// SPDX-License-Identifier: MIT
/* Allocation that ends the helper when there is no memory: nothing sensible is left to do then. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "collector.h"

/* Room for one more element than `nr`; doubles at powers of two. */
void *grow(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	array = reallocarray(array, nr ? 2 * nr : 1, size);
	if (!array)
		die(1, "out of memory in the collector");
	return array;
}

void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		die(1, "out of memory in the collector");
	return memory;
}

char *duplicate(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		die(1, "out of memory in the collector");
	return copy;
}

char *formatted(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		die(1, "out of memory in the collector");
	va_end(args);
	return text;
}

bool take_room(size_t size)
{
	/* A sparse file may claim any size and cost its owner nothing; we would fill our memory with it. */
	static size_t room = 1 << 30;
	static bool told;

	if (size <= room) {
		room -= size;
		return true;
	}
	if (!told)
		event_warning("symbols and unwind tables of what is traced need more than 1 GB: not all are used");
	told = true;
	return false;
}
