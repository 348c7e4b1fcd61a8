/* Stacks that begin or go on in a library, and stacks that a thread or the program made. */
#define _GNU_SOURCE
#include "frames-parts.h"
#include "talk.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

static const int threaded_times = 100;

static plugin_function through_plugin;
static ucontext_t here, coroutine;
static struct {
	_Alignas(16) char lower[STACK_SIZE], higher[STACK_SIZE];
} other_stacks;

static KEPT int compare(const void *a, const void *b)
{
	plain(88);
	return *(const int *)a - *(const int *)b;
}

static KEPT void sorts(void)
{
	int numbers[] = { 5, 3, 8, 1, 9, 2, 7, 4 };

	qsort(numbers, sizeof(numbers) / sizeof(numbers[0]), sizeof(numbers[0]), compare);
}

static KEPT int compare_found(const void *a, const void *b)
{
	plain(128);
	return *(const int *)a - *(const int *)b;
}

static KEPT void searches(int wanted)
{
	static const int numbers[] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233 };

	touch(&wanted);
	bsearch(&wanted, numbers, sizeof(numbers) / sizeof(numbers[0]), sizeof(numbers[0]), compare_found);
	touch(&wanted);
}

static KEPT void once(void)
{
	int size = 136;

	plain(size);
	touch(&size);
}

static KEPT void calls_once(void)
{
	pthread_once_t control = PTHREAD_ONCE_INIT;

	pthread_once(&control, once);
	touch(&control);
}

static KEPT void called_by_plugin(void)
{
	int size = 96;

	plain(size);
	touch(&size);
}

#ifdef __x86_64__
static KEPT void changes_stack(void)
{
	switches_stack(plain, other_stacks.higher + STACK_SIZE);
	touch(other_stacks.higher);
}
#else
static KEPT void changes_stack(void)
{
}
#endif

static KEPT void in_coroutine(void)
{
	int levels = recurse(5);

	with_array(77);
	changes_stack();
	touch(&levels);
}

static KEPT void runs_coroutine(void)
{
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = other_stacks.lower;
	coroutine.uc_stack.ss_size = STACK_SIZE;
	coroutine.uc_link = &here;
	makecontext(&coroutine, in_coroutine, 0);
	swapcontext(&here, &coroutine);
}

static KEPT void *in_thread(void *unused)
{
	for (int i = 0; i < threaded_times; i++) {
		saves_registers(i, 2, 3);
		realigned(112);
	}
	return unused;
}

static KEPT void at_exit(void)
{
	int size = 144;

	plain(size);
	touch(&size);
}

void take_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, in_thread, NULL) != 0)
		give_up("cannot start a thread");
	pthread_join(thread, NULL);
}

void ends_later(void)
{
	atexit(at_exit);
}

KEPT void take_callbacks(int i)
{
	through_plugin(called_by_plugin);
	calls_once();
	if (i % 10 != 0)
		return;
	sorts();
	searches(i % 250);
	runs_coroutine();
}

void prepare_callbacks(const char *plugin)
{
	void *library = dlopen(plugin, RTLD_NOW);

	if (library == NULL || (through_plugin = (plugin_function)dlsym(library, "plugin_call")) == NULL)
		give_up(dlerror());
}
