/* Leaves calls of the allocator in every way there is. It brings an allocator
 * that bears it (reentrant.c).
 *
 *     escape longjmp N      jumps out of the call
 *     escape exit N         N threads end in it
 *     escape cancel N       N threads are cancelled in it
 *     escape fork N         a child is forked in it, returns from it too, and goes on
 *
 * Talks as truth.c does. What is left before it returns has given nothing, and counts nowhere.
 */
#define _GNU_SOURCE
#include "reentrant.h"
#include "talk.h"
#include "tally.h"

#include <pthread.h>
#include <setjmp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITE __attribute__((noipa))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum { of_plain, of_left, SITE_COUNT };

static struct tally tallies[SITE_COUNT] = {
	[of_plain] = { .site = "site_plain" },
	[of_left] = { .site = "site_left" },
};

static __thread jmp_buf outside;

SITE struct block site_plain(void)
{
	return taken(&tallies[of_plain], malloc(100), 100);
}

/* The call that something comes between. */
SITE struct block site_left(void (*call)(void))
{
	in_allocator = call;
	return taken(&tallies[of_left], malloc(300), 300);
}

static void jump_out(void)
{
	longjmp(outside, 1);
}

static void leave_by_longjmp(void)
{
	if (setjmp(outside) == 0)
		site_left(jump_out);
}

static void end_thread(void)
{
	pthread_exit(NULL);
}

static void meet_cancellation(void)
{
	pthread_testcancel();
}

static void *allocate_and_end(void *unused)
{
	site_plain();
	site_left(end_thread);
	return unused;
}

static void *allocate_and_be_cancelled(void *unused)
{
	site_plain();
	pthread_cancel(pthread_self());
	site_left(meet_cancellation);
	return unused;
}

static void run_thread(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) != 0)
		give_up("cannot start a thread");
	pthread_join(thread, NULL);
}

static void leave_by_exit(void)
{
	run_thread(allocate_and_end);
}

static void leave_by_cancel(void)
{
	run_thread(allocate_and_be_cancelled);
}

static pid_t child;

static void split(void)
{
	child = fork();
}

/* The child counts nothing. */
static void return_twice(void)
{
	release(site_left(split));
	for (int i = 0; i < 100 && child == 0; i++)
		release(site_plain());
	if (child == 0)
		_exit(0);
	if (waitpid(child, &(int){ 0 }, 0) != child)
		give_up("cannot wait for a child");
}

static const struct mode {
	const char *name;
	void (*run)(void);
} modes[] = {
	{ "longjmp", leave_by_longjmp },
	{ "exit", leave_by_exit },
	{ "cancel", leave_by_cancel },
	{ "fork", return_twice },
};

static int run_mode(const struct mode *mode, int times)
{
	say("ready\n");
	heard_line();
	for (int i = 0; i < times; i++) {
		mode->run();
		release(site_plain());
		site_plain();
	}
	say_truth(tallies, SITE_COUNT);
	heard_line();
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < LENGTH(modes); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return run_mode(&modes[i], atoi(argv[2]));
	give_up("usage: escape MODE N; the modes are named in escape.c");
}
