/* Programs that give a tracer trouble, one by its name:
 *
 *     trouble exit-soon [STATUS]   allocates and ends
 *     trouble die SIGNAL           allocates and dies of the signal
 *     trouble exec                 allocates and becomes another program, which allocates too
 *     trouble fork                 allocates, as does its child, which also frees what it inherited
 *     trouble threads N            N threads, one after the other, allocate
 *     trouble leader-exits         the main thread has ended, another one allocates
 *     trouble leader-leaves        the main thread allocates and ends, another one allocates
 *     trouble heir                 the main thread has ended, the next one does, a third one allocates a while later
 *     trouble many-stacks N        one block each from N different stacks
 *     trouble many-live N          N blocks that stay
 *     trouble deep N               one block from N frames deep
 *
 * Each says "ready", waits for a line, does its thing, says its truth as truth.c does, and waits
 * for another line; exit-soon and die wait for a second at most.
 */
#define _GNU_SOURCE
#include "talk.h"
#include "tally.h"
#include "trouble.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FEW 100
#define PATIENCE_MS 1000

enum { of_plain, of_after_exec, of_child, of_thread, of_many, SITE_COUNT };

static struct tally tallies[SITE_COUNT] = {
	[of_plain] = { .site = "site_plain" },
	[of_after_exec] = { .site = "site_after_exec" },
	[of_child] = { .site = "site_child" },
	[of_thread] = { .site = "site_thread" },
	[of_many] = { .site = "site_many" },
};

static struct block plain[FEW];

SITE struct block site_plain(void)
{
	return taken(&tallies[of_plain], malloc(100), 100);
}

SITE struct block site_after_exec(void)
{
	return taken(&tallies[of_after_exec], malloc(200), 200);
}

SITE struct block site_child(void)
{
	return taken(&tallies[of_child], malloc(300), 300);
}

SITE struct block site_thread(void)
{
	return taken(&tallies[of_thread], malloc(400), 400);
}

SITE struct block site_many(void)
{
	return taken(&tallies[of_many], malloc(32), 32);
}

void wait_for_go(void)
{
	say("ready\n");
	heard_line();
}

/* Allocates some, and frees every fourth. */
static void allocate_plain(void)
{
	for (int i = 0; i < FEW; i++)
		plain[i] = site_plain();
	for (int i = 0; i < FEW; i += 4)
		release(plain[i]);
}

int finish(void)
{
	say_truth(tallies, SITE_COUNT);
	heard_line();
	return 0;
}

void wait_a_moment(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	poll(&input, 1, PATIENCE_MS);
}

static int exit_soon(const char *status)
{
	wait_for_go();
	allocate_plain();
	say_truth(tallies, SITE_COUNT);
	wait_a_moment();
	return status == NULL ? 0 : atoi(status);
}

static int die(const char *signal)
{
	exit_soon(NULL);
	raise(signal == NULL ? SIGTERM : atoi(signal));
	return 1;
}

static int become_another(const char *unused)
{
	wait_for_go();
	allocate_plain();
	say_truth(tallies, SITE_COUNT);
	execl("/proc/self/exe", "trouble", "after-exec", NULL);
	give_up("cannot execute itself again");
}

static int after_exec(const char *unused)
{
	for (int i = 0; i < FEW; i++) {
		release(site_after_exec());
		site_after_exec();
	}
	return finish();
}

/* Waits until the other end of the pipe is closed. */
static void wait_for_end(int pipe)
{
	char c;

	while (read(pipe, &c, 1) > 0)
		;
}

static void be_child(int done, int parent)
{
	for (int i = 0; i < FEW; i++) {
		site_child();
		if (i % 4 != 0)
			release(plain[i]);
	}
	close(done);
	wait_for_end(parent);
	_exit(0);
}

/* The child ends when the parent's end of the second pipe closes. */
static int fork_child(const char *unused)
{
	int done[2], alive[2];

	if (pipe(done) != 0 || pipe(alive) != 0)
		give_up("cannot make a pipe");
	wait_for_go();
	allocate_plain();
	if (fork() == 0) {
		close(alive[1]);
		close(done[0]);
		be_child(done[1], alive[0]);
	}
	close(done[1]);
	wait_for_end(done[0]);
	allocate_plain();
	say_truth(tallies, SITE_COUNT);
	heard_line();
	close(alive[1]);
	wait(NULL);
	return 0;
}

SITE void turn(unsigned path, int turns);
SITE void turn_left(unsigned path, int turns)
{
	turn(path, turns);
}

SITE void turn_right(unsigned path, int turns)
{
	turn(path, turns);
}

/* The bits of path say where to turn: every path is a stack of its own. */
SITE void turn(unsigned path, int turns)
{
	if (turns == 0)
		site_many();
	else if (path & 1)
		turn_right(path >> 1, turns - 1);
	else
		turn_left(path >> 1, turns - 1);
}

static int take_many_paths(const char *count)
{
	unsigned paths = strtoul(count, NULL, 10);
	int turns = 0;

	while (turns < 31 && (1u << turns) < paths)
		turns++;
	wait_for_go();
	for (unsigned path = 0; path < paths; path++)
		turn(path, turns);
	return finish();
}

static int keep_many(const char *count)
{
	wait_for_go();
	for (long left = atol(count); left > 0; left--)
		site_many();
	return finish();
}

SITE void go_deeper(int frames)
{
	if (frames > 0)
		go_deeper(frames - 1);
	else
		site_many();
}

static int go_deep(const char *frames)
{
	wait_for_go();
	go_deeper(atoi(frames));
	return finish();
}

static const struct mode {
	const char *name;
	int (*run)(const char *argument);
	bool needs_argument;
} modes[] = {
	{ "exit-soon", exit_soon, false },
	{ "die", die, true },
	{ "exec", become_another, false },
	{ "after-exec", after_exec, false },
	{ "fork", fork_child, false },
	{ "threads", run_threads, true },
	{ "leader-exits", leave_before, false },
	{ "leader-leaves", leave_while_traced, false },
	{ "heir", leave_twice, false },
	{ "many-stacks", take_many_paths, true },
	{ "many-live", keep_many, true },
	{ "deep", go_deep, true },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < LENGTH(modes); i++)
		if (strcmp(argv[1], modes[i].name) == 0 && (argc > 2 || !modes[i].needs_argument))
			return modes[i].run(argv[2]);
	give_up("usage: trouble MODE [ARGUMENT]; the modes are named in trouble.c");
}
