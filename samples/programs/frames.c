/* Allocates from stacks of every kind, and takes each of them for itself with the unwinder of
 * libgcc: what a trace must find is what it says in the end.
 *
 *     frames PLUGIN       the path of libplugin.so
 *
 * Talks as truth.c does; its truth is in stacks.h.
 */
#define _GNU_SOURCE
#include "frames.h"
#include "stacks.h"
#include "talk.h"

#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define TIMES 1000
#define ALARMS 1500
#define ALARM_US 200
#define DEEP 100
#define STACK_SIZE (256 << 10)

static plugin_function through_plugin;
static jmp_buf way_out;
static ucontext_t here, coroutine;
static atomic_int alarms;
static char other_stack[STACK_SIZE];

/* For buffers that must not be optimised away. */
KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

KEPT void plain(int size)
{
	recorded_free(recorded_malloc(size));
}

KEPT long many_arguments(long a, long b, long c, long d, long e, long f, long g, long h, long i)
{
	plain(16);
	return a * b + c * d + e * f + g * h + i;
}

KEPT long saves_registers(long a, long b, long c)
{
	long x = a * 3, y = b * 5, z = c * 7, w = a ^ b, v = b ^ c;

	plain(24);
	x += many_arguments(a, b, c, x, y, z, w, v, a);
	return x + y * z + w - v;
}

KEPT void with_alloca(int size)
{
	char *buffer = alloca(size);

	touch(buffer);
	plain(32);
	touch(buffer + size - 1);
}

KEPT void with_array(int size)
{
	char buffer[size];

	touch(buffer);
	plain(40);
	touch(buffer + size - 1);
}

KEPT void realigned(int size)
{
	_Alignas(64) char buffer[192];

	touch(buffer);
	plain(size);
	touch(buffer + 191);
}

KEPT void realigned_with_array(int size)
{
	_Alignas(128) char aligned[256];
	char buffer[size];

	touch(aligned);
	touch(buffer);
	plain(size);
	touch(buffer + size - 1);
}

KEPT void with_big_frame(void)
{
	char buffer[40000];

	touch(buffer);
	plain(48);
	touch(buffer + 39999);
}

KEPT int recurse(int levels)
{
	if (levels == 0)
		plain(56);
	else
		levels += recurse(levels - 1);
	return levels;
}

KEPT void is_even(int n);

/* The compiler turns these calls into jumps: only the last caller of all is on the stack. */
KEPT void is_odd(int n)
{
	if (n == 0)
		return plain(64);
	return is_even(n - 1);
}

KEPT void is_even(int n)
{
	if (n == 0)
		return plain(72);
	return is_odd(n - 1);
}

/* The return address of a call that never returns may lie in the function that follows. */
KEPT _Noreturn void leave(int size)
{
	plain(size);
	longjmp(way_out, 1);
}

KEPT void ends_in_call(int size)
{
	touch(&size);
	leave(size);
}

KEPT void leaves(void)
{
	if (setjmp(way_out) == 0)
		ends_in_call(80);
}

KEPT int compare(const void *a, const void *b)
{
	plain(88);
	return *(const int *)a - *(const int *)b;
}

KEPT void sorts(void)
{
	int numbers[] = { 5, 3, 8, 1, 9, 2, 7, 4 };

	qsort(numbers, sizeof(numbers) / sizeof(numbers[0]), sizeof(numbers[0]), compare);
}

KEPT void called_by_plugin(void)
{
	int size = 96;

	plain(size);
	touch(&size);
}

KEPT void on_signal(int signal)
{
	plain(104);
	touch(&signal);
}

KEPT void raises(int signal)
{
	raise(signal);
	touch(&signal);
}

KEPT void *in_thread(void *unused)
{
	for (int i = 0; i < TIMES / 10; i++) {
		saves_registers(i, 2, 3);
		realigned(112);
	}
	return unused;
}

KEPT void in_coroutine(void)
{
	int levels = recurse(5);

	with_array(77);
	touch(&levels);
}

KEPT void runs_coroutine(void)
{
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = other_stack;
	coroutine.uc_stack.ss_size = sizeof(other_stack);
	coroutine.uc_link = &here;
	makecontext(&coroutine, in_coroutine, 0);
	swapcontext(&here, &coroutine);
}

/* Comes at any instruction of what spin runs, those that set frames up and take them down too. */
KEPT void on_alarm(int signal)
{
	plain(120);
	alarms++;
}

KEPT long spin_leaf(long a, long b)
{
	return a * 31 + b;
}

KEPT long spin_saving(long a, long b, long c)
{
	long x = spin_leaf(a, b), y = spin_leaf(b, c), z = spin_leaf(x, y);

	return x ^ spin_leaf(y, z) ^ spin_leaf(c, x + z);
}

KEPT long spin_array(int size)
{
	char buffer[size];

	touch(buffer);
	return spin_saving(buffer[0], size, size);
}

KEPT long spin_realigned(long a)
{
	_Alignas(64) long buffer[16];

	touch(buffer);
	return spin_leaf(buffer[0], a) + spin_leaf(a, 4);
}

KEPT void spins(void)
{
	struct itimerval interval = { { 0, ALARM_US }, { 0, ALARM_US } }, never = { 0 };

	setitimer(ITIMER_REAL, &interval, NULL);
	for (long i = 0; alarms < ALARMS; i++) {
		spin_saving(i, 1, 2);
		spin_array(1 + i % 100);
		spin_realigned(i);
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

KEPT void run_once(int i)
{
	saves_registers(i, 2, 3);
	with_alloca(1 + i);
	with_array(1 + i);
	realigned(8 + i % 100);
	realigned_with_array(8 + i % 100);
	with_big_frame();
	is_even(i % 10);
	leaves();
	through_plugin(called_by_plugin);
	raises(SIGUSR1);
	raises(SIGUSR2);
	if (i % 10 != 0)
		return;
	recurse(DEEP + i % 16);
	sorts();
	runs_coroutine();
}

static void prepare(const char *plugin)
{
	static char signal_stack[STACK_SIZE];
	const stack_t alternative = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };
	struct sigaction action = { .sa_handler = on_signal };
	void *library = dlopen(plugin, RTLD_NOW);

	if (library == NULL || (through_plugin = (plugin_function)dlsym(library, "plugin_call")) == NULL)
		give_up(dlerror());
	sigaltstack(&alternative, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR2, &action, NULL);
	action.sa_flags = SA_RESTART;
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2)
		give_up("usage: frames PLUGIN");
	prepare(argv[1]);
	wait_to_start();
	for (int i = 0; i < TIMES; i++)
		run_once(i);
	spins();
	if (pthread_create(&thread, NULL, in_thread, NULL) != 0)
		give_up("cannot start a thread");
	pthread_join(thread, NULL);
	say_stacks();
	return 0;
}
