/* Leaves or interrupts calls of the allocator in every way there is. It brings an allocator
 * that bears it (reentrant.c).
 *
 *     escape longjmp N      jumps out of the call
 *     escape exit N         N threads end in it
 *     escape cancel N       N threads are cancelled in it
 *     escape fork N         a child is forked in it, returns from it too, and goes on
 *     escape signal N       a signal handler allocates in it, and frees what was allocated before; another one
 *                           does so amid that
 *     escape signal-stack N the same, and the handler has a stack of its own
 *     escape signal-jump N  a signal handler jumps out of it, and out of a call of its own
 *
 * Talks as truth.c does. What is left before it returns has given nothing, and counts nowhere.
 */
#define _GNU_SOURCE
#include "reentrant.h"
#include "talk.h"
#include "tally.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITE __attribute__((noipa))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum { of_plain, of_left, of_moved, of_inner, of_innermost, SITE_COUNT };

static struct tally tallies[SITE_COUNT] = {
	[of_plain] = { .site = "site_plain" },
	[of_left] = { .site = "site_left" },
	[of_moved] = { .site = "site_moved" },
	[of_inner] = { .site = "site_inner" },
	[of_innermost] = { .site = "site_innermost" },
};

static __thread sigjmp_buf outside;
static struct block before;

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

/* Calls malloc and free by itself, both after what comes between. */
SITE struct block site_moved(struct block old, void (*call)(void))
{
	in_allocator = call;
	return moved(old, taken(&tallies[of_moved], realloc(old.at, 400), 400));
}

SITE struct block site_inner(void (*call)(void))
{
	in_allocator = call;
	return taken(&tallies[of_inner], malloc(500), 500);
}

SITE struct block site_innermost(void)
{
	return taken(&tallies[of_innermost], malloc(600), 600);
}

static void jump_out(void)
{
	siglongjmp(outside, 1);
}

static void leave_by_longjmp(void)
{
	if (sigsetjmp(outside, 1) == 0)
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

static void raise_first(void)
{
	raise(SIGUSR1);
}

static void raise_second(void)
{
	raise(SIGUSR2);
}

static void on_second(int unused)
{
	site_innermost();
	release(site_innermost());
}

static void on_first(int unused)
{
	release(before);
	site_inner(raise_second);
	release(site_inner(NULL));
}

static void jump_on_first(int unused)
{
	site_inner(jump_out);
}

static void handle(int number, void (*handler)(int), int flags)
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	if (sigaction(number, &action, NULL))
		give_up("cannot handle a signal");
}

static void interrupt(int flags)
{
	handle(SIGUSR1, on_first, flags);
	handle(SIGUSR2, on_second, flags);
	before = site_plain();
	site_left(raise_first);
	before = site_plain();
	site_moved(site_plain(), raise_first);
}

static void be_interrupted(void)
{
	interrupt(0);
}

static void be_interrupted_apart(void)
{
	static char stack[64 * 1024];

	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
	interrupt(SA_ONSTACK);
}

static void leave_by_signal(void)
{
	handle(SIGUSR1, jump_on_first, 0);
	if (sigsetjmp(outside, 1) == 0)
		site_left(raise_first);
}

static const struct mode {
	const char *name;
	void (*run)(void);
} modes[] = {
	{ "longjmp", leave_by_longjmp },
	{ "exit", leave_by_exit },
	{ "cancel", leave_by_cancel },
	{ "fork", return_twice },
	{ "signal", be_interrupted },
	{ "signal-stack", be_interrupted_apart },
	{ "signal-jump", leave_by_signal },
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
