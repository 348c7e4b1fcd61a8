/* Allocates as early as a program can: in its own constructors and in those of libearly.so.
 *
 *     early STATUS        says "out" on stdout, "err" and what it reads on stderr, and ends with STATUS
 *     early die SIGNAL    the same, and dies of the signal
 *     early stay          the same, and stays
 */
#include "tally.h"
#include "talk.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS 50

extern void *early_blocks[];

__attribute__((noipa)) struct block site_constructor(void)
{
	return taken(NULL, malloc(80), 80);
}

__attribute__((noipa)) struct block site_main(void)
{
	return taken(NULL, malloc(120), 120);
}

__attribute__((constructor)) static void allocate_early(void)
{
	for (int i = 0; i < BLOCKS; i++)
		site_constructor();
}

static void copy_input(void)
{
	char text[256];
	ssize_t n;

	while ((n = read(STDIN_FILENO, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, n) != n)
			_exit(3);
}

int main(int argc, char **argv)
{
	if (argc < 2 || early_blocks[0] == NULL)
		give_up("usage: early STATUS|die SIGNAL|stay");
	for (int i = 0; i < BLOCKS; i++)
		release(site_main());
	say("out\n");
	copy_input();
	if (strcmp(argv[1], "die") == 0)
		raise(atoi(argv[2]));
	while (strcmp(argv[1], "stay") == 0)
		pause();
	return atoi(argv[1]);
}
