/* Allocates in functions that are inlined: deepest into middle into hot. Talks as truth.c does; its truth
 * is this text: comments name the lines that a trace must find.
 */
#include "frames.h"
#include "inlined.h"
#include "talk.h"

static const int times = 100;

static KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

static inline __attribute__((always_inline)) char *middle(size_t size)
{
	char *block = deepest(size); /* line of middle */

	touch(block);
	return block;
}

static KEPT void hot(size_t size)
{
	char *block = middle(size + 8); /* line of hot */

	touch(block);
	free(block);
}

int main(void)
{
	say("ready\n");
	heard_line();
	for (int i = 0; i < times; i++)
		hot(100); /* line of main */
	say("done\n");
	heard_line();
	return 0;
}
