/* Fills memory while it is traced.
 *
 *     fill MIB
 *
 * Says "ready", waits for a line on stdin, writes to every page of so many MiB, says "done", waits for another line or the end
 * of stdin, and ends. fill-asan is the same with AddressSanitizer, which reserves terabytes of addresses.
 */
#include "talk.h"

#include <stdlib.h>
#include <sys/mman.h>

#define MIB ((size_t)1 << 20)
#define PAGE_SIZE 4096

static void fill(volatile char *memory, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		memory[i] = 1;
}

int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) * MIB : 0;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		give_up("usage: fill MIB");
	madvise(memory, size, MADV_NOHUGEPAGE);
	say("ready\n");
	if (!heard_line())
		return 0;
	fill(memory, size);
	say("done\n");
	heard_line();
	return 0;
}
