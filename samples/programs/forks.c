/* Forks in known ways; every process counts for itself, per call site, what a trace must find.
 *
 *     forks [--prefork N]
 *
 * Says "ready", waits for a line on stdin, makes its children, and says the truth of every process that
 * has memory of its own, as it ends: its pid, a blank, and the line of JSON that samples/README.md has. With
 * --prefork there are N children that live side by side instead. Each waits for a line, and then for its end.
 */
#define _GNU_SOURCE
#include "tally.h"
#include "talk.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INHERITED 10
#define SHORT_LIVED 20
#define STACK_SIZE 65536

extern char **environ;

enum site { PARENT, CHILD, GRANDCHILD, VFORKED, CLONED, SPAWNED, SHORT, WORKER, NR_SITES };

static struct tally tallies[NR_SITES] = {
	[PARENT] = { "site_parent" },	  [CHILD] = { "site_child" },	[GRANDCHILD] = { "site_grandchild" },
	[VFORKED] = { "site_vforked" },	  [CLONED] = { "site_cloned" }, [SPAWNED] = { "site_spawned" },
	[SHORT] = { "site_short" }, [WORKER] = { "site_worker" },
};

#define SITE(name, which)                                             \
	struct block name(size_t size)                                \
	{                                                             \
		return taken(&tallies[which], malloc(size), size);    \
	}

SITE(site_parent, PARENT)
SITE(site_child, CHILD)
SITE(site_grandchild, GRANDCHILD)
SITE(site_vforked, VFORKED)
SITE(site_cloned, CLONED)
SITE(site_spawned, SPAWNED)
SITE(site_short, SHORT)
SITE(site_worker, WORKER)

static struct block inherited[INHERITED], shared[2];

/* `freed` of the blocks are given back. */
static void allocate(struct block (*site)(size_t), int blocks, int freed)
{
	for (int i = 0; i < blocks; i++) {
		struct block block = site(100 + i);

		if (i < freed)
			release(block);
	}
}

static void say_own_truth(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%d ", getpid());
	say(text);
	say_truth(tallies, NR_SITES);
}

/* A child knows nothing of what was counted before. */
static void forget_all(void)
{
	for (int i = 0; i < NR_SITES; i++)
		tallies[i] = (struct tally){ .site = tallies[i].site };
}

static _Noreturn void end(void)
{
	say_own_truth();
	_exit(0);
}

static void grandchild(void)
{
	forget_all();
	allocate(site_grandchild, 40, 10);
	end();
}

/* Of what it has inherited it gives back some: these blocks are its parent's. */
static void child(void)
{
	pid_t pid;

	forget_all();
	allocate(site_child, 70, 20);
	for (int i = 0; i < INHERITED / 2; i++)
		free(inherited[i].at);
	pid = fork();
	if (pid == 0)
		grandchild();
	waitpid(pid, NULL, 0);
	allocate(site_child, 5, 0);
	end();
}

/* It shares the memory of its parent: what it allocates is the parent's. */
static int cloned(void *unused)
{
	shared[1] = site_cloned(300);
	site_cloned(3000);
	return 0;
}

static void share_memory(void)
{
	static char stack[STACK_SIZE];
	pid_t pid = vfork();

	if (pid == 0) {
		shared[0] = site_vforked(200);
		site_vforked(2000);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	pid = clone(cloned, stack + STACK_SIZE, CLONE_VM | SIGCHLD, NULL);
	waitpid(pid, NULL, 0);
	release(shared[0]);
	release(shared[1]);
}

static void spawn(void)
{
	char *const words[] = { "forks", "--spawned", NULL };
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, words, environ) == 0)
		waitpid(pid, NULL, 0);
}

/* They end before anybody outside can have noticed them. */
static void fork_short_lived(void)
{
	for (int i = 0; i < SHORT_LIVED; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			forget_all();
			allocate(site_short, 3, 1);
			end();
		}
		waitpid(pid, NULL, 0);
	}
}

static void worker(void)
{
	forget_all();
	heard_line();
	allocate(site_worker, 30, 10);
	say_own_truth();
	pause();
	_exit(0);
}

static void prefork(int workers)
{
	for (int i = 0; i < workers; i++)
		if (fork() == 0)
			worker();
	while (wait(NULL) > 0)
		;
	end();
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "--spawned") == 0) {
		allocate(site_spawned, 50, 5);
		end();
	}
	say("ready\n");
	heard_line();
	if (argc > 2)
		prefork(atoi(argv[2]));
	for (int i = 0; i < INHERITED; i++)
		inherited[i] = site_parent(1000);
	pid = fork();
	if (pid == 0)
		child();
	waitpid(pid, NULL, 0);
	share_memory();
	spawn();
	fork_short_lived();
	release(inherited[0]);
	end();
}
