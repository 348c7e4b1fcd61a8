/* What other tracers of leaks have got wrong, one case by its name:
 *
 *     defects mapped            blocks so large that the allocator maps them, and moves them by mremap
 *     defects mappings          threads, whose arenas and stacks stay mapped when they have ended
 *     defects failed-realloc    blocks that live on because realloc has failed
 *     defects frameless         a call from a function without a frame pointer
 *     defects reuse             addresses that go back and forth between two call sites
 *     defects ages              blocks that are older than others: between them it says its truth and waits
 *     defects calls N           N blocks from one stack, freed at once
 *     defects bytes N           N blocks of 1 GiB from one stack, freed at once
 *
 * Talks as truth.c does.
 */
#include "talk.h"
#include "tally.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SITE __attribute__((noipa))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MIB ((size_t)1 << 20)
#define GIB ((size_t)1 << 30)
#define TOO_MUCH ((size_t)1 << 47)
#define FEW 100
#define REUSES 10000
#define THREADS 2

#define SITES(X)          \
	X(site_mapped)    \
	X(site_moved)     \
	X(site_thread)    \
	X(site_survivor)  \
	X(site_frameless) \
	X(site_first)     \
	X(site_second)    \
	X(site_old)       \
	X(site_young)     \
	X(site_called)

#define AS_ENUM(name) of_##name,
enum { SITES(AS_ENUM) SITE_COUNT };

#define AS_TALLY(name) [of_##name] = { .site = #name },
static struct tally tallies[SITE_COUNT] = { SITES(AS_TALLY) };

#define BY(site) (&tallies[of_##site])

SITE struct block site_mapped(size_t size)
{
	return taken(BY(site_mapped), malloc(size), size);
}

SITE struct block site_moved(struct block old, size_t size)
{
	return moved(old, taken(BY(site_moved), realloc(old.at, size), size));
}

SITE struct block site_thread(void)
{
	return taken(BY(site_thread), malloc(100), 100);
}

SITE struct block site_survivor(void)
{
	return taken(BY(site_survivor), malloc(500), 500);
}

SITE void site_frameless(void)
{
	taken(BY(site_frameless), calloc(3, 50), 150);
}

SITE struct block site_first(void)
{
	return taken(BY(site_first), malloc(64), 64);
}

SITE struct block site_second(void)
{
	return taken(BY(site_second), malloc(64), 64);
}

SITE struct block site_old(void)
{
	return taken(BY(site_old), malloc(70), 70);
}

SITE struct block site_young(void)
{
	return taken(BY(site_young), malloc(80), 80);
}

SITE void *site_called(size_t size)
{
	return malloc(size);
}

static void wait_for_go(void)
{
	say("ready\n");
	heard_line();
}

static int finish(void)
{
	say_truth(tallies, SITE_COUNT);
	heard_line();
	return 0;
}

static int map_blocks(unsigned long unused)
{
	wait_for_go();
	for (int i = 0; i < 3; i++)
		site_mapped(MIB);
	site_moved(site_mapped(MIB), 8 * MIB);
	return finish();
}

static void *allocate_in_thread(void *unused)
{
	for (int i = 0; i < FEW; i++)
		site_thread();
	return unused;
}

static void run_threads(void *(*run)(void *), void *argument)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run, argument) != 0)
			give_up("cannot start a thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static int end_threads(unsigned long unused)
{
	wait_for_go();
	run_threads(allocate_in_thread, NULL);
	return finish();
}

static int fail_to_realloc(unsigned long unused)
{
	wait_for_go();
	for (int i = 0; i < FEW; i++) {
		struct block block = site_survivor();

		if (realloc(block.at, TOO_MUCH) != NULL)
			give_up("got more memory than there can be");
		if (i % 4 == 0)
			release(block);
	}
	return finish();
}

/* Leaves nothing in the frame pointer that could lead to its caller. */
SITE void without_frame_pointer(void);
#ifdef __x86_64__
asm(".text\n"
    ".type without_frame_pointer, @function\n"
    ".globl without_frame_pointer\n"
    "without_frame_pointer:\n"
    "	.cfi_startproc\n"
    "	push %rbp\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset rbp, 0\n"
    "	xor %ebp, %ebp\n"
    "	call site_frameless\n"
    "	pop %rbp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	.cfi_restore rbp\n"
    "	ret\n"
    "	.cfi_endproc\n"
    ".size without_frame_pointer, . - without_frame_pointer\n");
#else
void without_frame_pointer(void)
{
	site_frameless();
}
#endif

static int call_without_frame_pointer(unsigned long unused)
{
	wait_for_go();
	for (int i = 0; i < FEW; i++)
		without_frame_pointer();
	return finish();
}

static int reuse_addresses(unsigned long unused)
{
	wait_for_go();
	for (int i = 0; i < REUSES; i++) {
		release(site_first());
		if (i % 2 == 0)
			release(site_second());
		else
			site_second();
	}
	return finish();
}

static int grow_old(unsigned long unused)
{
	wait_for_go();
	for (int i = 0; i < FEW; i++)
		site_old();
	say_truth(tallies, SITE_COUNT);
	heard_line();
	for (int i = 0; i < FEW; i++)
		site_young();
	return finish();
}

/* What each thread shall do from the same stack. */
struct calls {
	unsigned long each;
	size_t size;
};

static void *call_often(void *argument)
{
	const struct calls *calls = argument;

	for (unsigned long i = 0; i < calls->each; i++)
		free(site_called(calls->size));
	return NULL;
}

/* Counted afterwards: counting each call would cost more than making it. */
static int call_from_one_stack(struct calls calls)
{
	struct tally *tally = BY(site_called);

	wait_for_go();
	run_threads(call_often, &calls);
	tally->all_calls = tally->freed_calls = calls.each * THREADS;
	tally->all_bytes = tally->freed_bytes = calls.each * THREADS * calls.size;
	return finish();
}

static int call_many_times(unsigned long calls)
{
	return call_from_one_stack((struct calls){ calls / THREADS, 16 });
}

static int allocate_many_bytes(unsigned long calls)
{
	return call_from_one_stack((struct calls){ calls / THREADS, GIB });
}

static const struct {
	const char *name;
	int (*run)(unsigned long argument);
} cases[] = {
	{ "mapped", map_blocks },
	{ "mappings", end_threads },
	{ "failed-realloc", fail_to_realloc },
	{ "frameless", call_without_frame_pointer },
	{ "reuse", reuse_addresses },
	{ "ages", grow_old },
	{ "calls", call_many_times },
	{ "bytes", allocate_many_bytes },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < LENGTH(cases); i++)
		if (strcmp(argv[1], cases[i].name) == 0)
			return cases[i].run(argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
	give_up("usage: defects CASE [N]; the cases are named in defects.c");
}
