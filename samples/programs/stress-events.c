#define _GNU_SOURCE
#include "stress.h"
#include "talk.h"

#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_ROUNDS 10
#define CHILD_PAUSE_US 5000
#define BLOCKS_OF_THREAD 16
#define BLOCKS_OF_LIBRARY 8

/* A thread that comes and goes; it counts as the worker that waits for it. */
struct visitor {
	struct worker *worker;
	struct block kept;
	unsigned way_out;
};

static const char *library_path;
static pthread_key_t visitors;

static bool one_in(struct worker *worker, unsigned n)
{
	return random_number(worker) % n == 0;
}

/* May interrupt a thread anywhere, but allocates only outside of the allocator. */
static void on_interrupt(int unused)
{
	struct worker *worker = self;

	if (worker == NULL || worker->busy)
		return;
	worker->busy = 1;
	leave_block(worker, site_handler(worker, 40 + random_number(worker) % 400));
	worker->busy = 0;
	if (!worker->can_jump || !one_in(worker, 16))
		return;
	worker->jumps++;
	siglongjmp(worker->start, 1);
}

/* What the visitor kept goes with it; a block more is left behind. */
static void on_visitor_end(void *visitor_)
{
	struct visitor *visitor = visitor_;

	leave_block(visitor->worker, site_destructor(visitor->worker, 64));
	release_checked(visitor->worker, visitor->kept);
}

void prepare_events(const char *library)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

	library_path = library;
	sigaction(SIGUSR1, &action, NULL);
	if (pthread_key_create(&visitors, on_visitor_end) != 0)
		give_up("cannot make a key");
}

static void allocate_as_visitor(struct worker *worker)
{
	leave_block(worker, site_thread(worker, 40 + random_number(worker) % 2000));
}

static void leave_from_within(struct visitor *visitor)
{
	allocate_as_visitor(visitor->worker);
	pthread_exit(NULL);
}

/* The request comes while it allocates. */
static void allocate_until_cancelled(struct visitor *visitor)
{
	for (;;) {
		allocate_as_visitor(visitor->worker);
		pthread_testcancel();
	}
}

static void *visit(void *visitor_)
{
	struct visitor *visitor = visitor_;

	pthread_setspecific(visitors, visitor);
	for (int i = 0; i < BLOCKS_OF_THREAD; i++)
		allocate_as_visitor(visitor->worker);
	if (visitor->way_out == 1)
		leave_from_within(visitor);
	if (visitor->way_out == 2)
		allocate_until_cancelled(visitor);
	return NULL;
}

static void have_visitor(struct worker *worker)
{
	struct visitor visitor = { .worker = worker, .way_out = random_number(worker) % 3 };
	pthread_t thread;

	visitor.kept = labelled(site_thread(worker, 100));
	if (pthread_create(&thread, NULL, visit, &visitor) != 0)
		give_up("cannot start a thread");
	if (visitor.way_out == 2)
		pthread_cancel(thread);
	pthread_join(thread, NULL);
	worker->cancelled += visitor.way_out == 2;
}

static void use_library(struct worker *worker)
{
	void *library = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
	void *(*allocate)(size_t) = library == NULL ? NULL : dlsym(library, "site_library");

	if (allocate == NULL)
		give_up("cannot load libstress.so");
	for (int i = 0; i < BLOCKS_OF_LIBRARY; i++) {
		size_t size = 40 + random_number(worker) % 500;

		worker->calls++;
		leave_block(worker, taken(&worker->tallies[of_site_library], allocate(size), size));
	}
	dlclose(library);
}

/* Runs on while its parent does, with what it inherited. */
static _Noreturn void be_child(struct worker *worker)
{
	for (int i = 0; i < CHILD_ROUNDS; i++) {
		allocate_as_child(worker);
		usleep(CHILD_PAUSE_US);
	}
	_exit(0);
}

void reap_child(struct worker *worker)
{
	int status;

	if (worker->child == 0)
		return;
	if (waitpid(worker->child, &status, 0) < 0 || status != 0)
		give_up("a child came to harm");
	worker->child = 0;
}

static void fork_child(struct worker *worker)
{
	reap_child(worker);
	worker->child = fork();
	if (worker->child < 0)
		give_up("cannot fork");
	if (worker->child == 0)
		be_child(worker);
	worker->forks++;
}

static void spawn_child(struct worker *worker)
{
	char *const arguments[] = { "true", NULL }, *const environment[] = { NULL };

	reap_child(worker);
	if (posix_spawn(&worker->child, "/bin/true", NULL, NULL, arguments, environment) != 0)
		give_up("cannot start /bin/true");
	worker->forks++;
}

void now_and_then(struct worker *worker)
{
	if (one_in(worker, 8)) {
		worker->thrown++;
		site_thrown(worker->thrown % 10);
	}
	if (one_in(worker, 8))
		have_visitor(worker);
	if (one_in(worker, 128))
		use_library(worker);
	if (one_in(worker, 128))
		fork_child(worker);
	if (one_in(worker, 128))
		spawn_child(worker);
}
