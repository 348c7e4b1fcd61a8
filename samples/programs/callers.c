/* Touches new pages at one instruction, with the same stack pointer, in two stacks that differ in one return address, in
 * turn: LEFT pages in the one, RIGHT in the other, and so on. */
#include "talk.h"

#include <stddef.h>
#include <sys/mman.h>

#define TURNS 200
#define LEFT 3
#define RIGHT 2
#define PAGE_SIZE 4096
#define BYTES ((LEFT + RIGHT) * TURNS * PAGE_SIZE)

#define SITE __attribute__((noinline, noclone))

static volatile char *next;
static volatile int turns_left, turns_right;

static SITE void touch(void)
{
	*next = 1;
	next += PAGE_SIZE;
}

/* What follows the calls keeps them from being jumps. */
static SITE void between(void)
{
	touch();
	__asm__ volatile("" ::: "memory");
}

static SITE void left(void)
{
	between();
	turns_left++;
}

static SITE void right(void)
{
	between();
	turns_right++;
}

int main(void)
{
	next = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (next == MAP_FAILED || madvise((void *)next, BYTES, MADV_NOHUGEPAGE))
		give_up("callers: no memory");
	say("ready\n");
	heard_line();
	for (int turn = 0; turn < TURNS; turn++) {
		for (int i = 0; i < LEFT; i++)
			left();
		for (int i = 0; i < RIGHT; i++)
			right();
	}
	say("done\n");
	heard_line();
}
