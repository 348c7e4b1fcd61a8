/* The modes of trouble.c that are about threads. */
#include "trouble.h"
#include "talk.h"
#include "tally.h"

#include <pthread.h>
#include <stdlib.h>

static void *allocate_in_thread(void *unused)
{
	release(site_thread());
	site_thread();
	return unused;
}

int run_threads(const char *count)
{
	pthread_t thread;

	wait_for_go();
	for (int i = 0; i < atoi(count); i++) {
		if (pthread_create(&thread, NULL, allocate_in_thread, NULL) != 0)
			give_up("cannot start a thread");
		pthread_join(thread, NULL);
	}
	return finish();
}

static pthread_t leader;

static void *run_without_leader(void *has_to_wait)
{
	pthread_join(leader, NULL);
	if (has_to_wait != NULL)
		wait_for_go();
	allocate_in_thread(NULL);
	exit(finish());
}

static void *run_late(void *unused)
{
	wait_a_moment();
	return run_without_leader(unused);
}

static void *leave_to_heir(void *unused)
{
	pthread_t thread;

	pthread_join(leader, NULL);
	wait_for_go();
	leader = pthread_self();
	if (pthread_create(&thread, NULL, run_late, NULL) != 0)
		give_up("cannot start a thread");
	return NULL;
}

static _Noreturn void leave_to(void *(*run)(void *argument), void *argument)
{
	pthread_t thread;

	leader = pthread_self();
	if (pthread_create(&thread, NULL, run, argument) != 0)
		give_up("cannot start a thread");
	pthread_exit(NULL);
}

int leave_before(const char *unused)
{
	leave_to(run_without_leader, &leader);
}

int leave_while_traced(const char *unused)
{
	wait_for_go();
	allocate_in_thread(NULL);
	leave_to(run_without_leader, NULL);
}

int leave_twice(const char *unused)
{
	leave_to(leave_to_heir, NULL);
}
