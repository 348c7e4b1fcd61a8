// SPDX-License-Identifier: MIT
/* C++ (Itanium), Rust legacy and Rust v0 names, by binutils' demangler. */
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include "collector.h"

/*
 * The traced process chooses the names. A mangled name of a hundred bytes can stand for gigabytes of
 * text, and one of six hundred can keep the demangler busy for years: past these limits we keep the
 * mangled name. The demangler holds no memory, so that it can be left at any moment.
 */
#define LONGEST_NAME 4096 /* for which the demangler takes 1 MB of stack; its own limit is 1024 */
#define LONGEST_TEXT 65536
static const struct itimerval longest_time = { .it_value = { .tv_usec = 50000 } }, no_time;
static const unsigned most_slow = 20;

enum { TOO_LONG = 1, TOO_SLOW };

static struct {
	sigjmp_buf too_much;
	size_t length;
	char text[LONGEST_TEXT];
} output;

static void append(const char *piece, size_t length, void *context)
{
	(void)context;
	if (output.length + length >= LONGEST_TEXT)
		siglongjmp(output.too_much, TOO_LONG);
	memcpy(output.text + output.length, piece, length);
	output.length += length;
}

static void run_out(int number)
{
	(void)number;
	siglongjmp(output.too_much, TOO_SLOW);
}

static void start_timer(void)
{
	static const struct sigaction action = { .sa_handler = run_out, .sa_flags = SA_NODEFER };

	sigaction(SIGVTALRM, &action, NULL);
	setitimer(ITIMER_VIRTUAL, &longest_time, NULL);
}

/* True when `output` has the text. */
static bool demangle(const char *name)
{
	output.length = 0;
	/* Rust's legacy names are valid C++ names too, so Rust comes first. */
	if (rust_demangle_callback(name, DMGL_PARAMS, append, NULL))
		return output.length > 0;
	output.length = 0;
	return cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI | DMGL_NO_RECURSE_LIMIT, append, NULL) &&
	       output.length > 0;
}

/* Gives up on all further names when too many have taken too long. */
static bool is_hopeless(bool slow)
{
	static unsigned nr_slow;

	nr_slow += slow;
	if (slow && nr_slow == most_slow)
		event_warning("C++ names take too long to demangle: the others are shown as they are");
	return nr_slow >= most_slow;
}

char *demangled(const char *name)
{
	static bool done;

	done = false;
	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R') || strlen(name) > LONGEST_NAME || is_hopeless(false))
		return duplicate(name);
	switch (sigsetjmp(output.too_much, 0)) {
	case 0:
		start_timer();
		done = demangle(name);
		break;
	case TOO_SLOW:
		is_hopeless(true);
	}
	setitimer(ITIMER_VIRTUAL, &no_time, NULL);
	output.text[output.length] = 0;
	return duplicate(done ? output.text : name);
}
