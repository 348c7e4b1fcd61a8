/* Stacks that go through a signal: raised, on a stack of its own, and at any instruction. */
#define _GNU_SOURCE
#include "frames-parts.h"

#include <ctype.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int alarms_wanted = 1500, alarm_us = 200;

static atomic_int alarms;

static KEPT void on_signal(int signal)
{
	plain(104);
	touch(&signal);
}

static KEPT void on_other_stack(int signal)
{
	plain(152);
	touch(&signal);
}

static KEPT void raises(int signal)
{
	raise(signal);
	touch(&signal);
}

/* Comes at any instruction of what spin_once runs, those that set frames up and take them down too. */
static KEPT void on_alarm(int signal)
{
	plain(120);
	alarms++;
}

static KEPT long spin_leaf(long a, long b)
{
	__asm__ volatile("" : "+r"(a)); /* a call without effects may be left out */
	return a * 31 + b;
}

static KEPT long spin_saving(long a, long b, long c)
{
	long x = spin_leaf(a, b), y = spin_leaf(b, c), z = spin_leaf(x, y);

	return x ^ spin_leaf(y, z) ^ spin_leaf(c, x + z);
}

static KEPT long spin_array(int size)
{
	char buffer[size];

	touch(buffer);
	return spin_saving(buffer[0], size, size);
}

static KEPT long spin_realigned(long a)
{
	_Alignas(64) long buffer[16];

	touch(buffer);
	return spin_leaf(buffer[0], a) + spin_leaf(a, 4);
}

/* Through the vdso. */
static KEPT long spin_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_nsec;
}

/* A function of libc so small that its entry in the procedure linkage table is much of the way. */
static KEPT void spin_linkage(long i)
{
	int letter = toupper(i % 128) + tolower(i % 128);

	touch(&letter);
}

/* vfork keeps its return address in a register while the child has the stack. */
static KEPT void spin_vfork(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

#ifdef __x86_64__
static KEPT void nothing(int size)
{
	touch(&size);
}

static void spin_assembly(void)
{
	framed_by_rax(nothing);
	framed_by_r10(nothing);
	framed_by_r11(nothing);
	returns_by_register(nothing);
}
#else
static void spin_assembly(void)
{
}
#endif

KEPT void spin_once(long i)
{
	spin_saving(i, 1, 2);
	spin_array(1 + i % 100);
	spin_realigned(i);
	spin_clock();
	spin_linkage(i);
	spin_assembly();
	if (i % 1024 == 0)
		spin_vfork();
	touch(&i); /* clang 14 misplaces the frame where a function may end in one of two calls */
}

KEPT void take_alarms(void)
{
	const struct itimerval interval = { { 0, alarm_us }, { 0, alarm_us } }, never = { 0 };

	setitimer(ITIMER_REAL, &interval, NULL);
	for (long i = 0; alarms < alarms_wanted; i++)
		spin_once(i);
	setitimer(ITIMER_REAL, &never, NULL);
}

KEPT void raise_signals(void)
{
	raises(SIGUSR1);
	raises(SIGUSR2);
}

void prepare_signals(void)
{
	static char signal_stack[STACK_SIZE];
	const stack_t alternative = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };
	struct sigaction action = { .sa_handler = on_signal };

	sigaltstack(&alternative, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_ONSTACK;
	action.sa_handler = on_other_stack;
	sigaction(SIGUSR2, &action, NULL);
	action.sa_flags = SA_RESTART;
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
}
