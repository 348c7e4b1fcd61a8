// SPDX-License-Identifier: MIT
/*
 * A program that looks at files of the traced process for us and answers lines with lines. The files may
 * be made to break it: it runs as nobody, may read files and nothing else, and cannot make us wait or
 * take all memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"
#include "clock.h"
#include "recorder.h"

static const size_t longest_line = 16 << 20;

/* Exit codes before it is another program. */
enum { NOT_CONFINED = 126, NOT_INSTALLED = 127 };

/* The files that it shall see may be readable for root alone: it keeps that right, should we have it. */
static bool keep_reading_only(void)
{
	const uint32_t reading = 1 << CAP_DAC_READ_SEARCH;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint32_t kept;

	if (syscall(SYS_capget, &header, sets))
		return false;
	kept = sets[0].permitted & reading;
	sets[0] = (struct __user_cap_data_struct){ kept, kept, kept };
	sets[1] = (struct __user_cap_data_struct){ 0 };
	return syscall(SYS_capset, &header, sets) == 0 &&
	       (!kept || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) == 0);
}

static bool become_nobody(void)
{
	const uid_t nobody = 65534;

	unshare(CLONE_NEWNET); /* not every kernel can */
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(nobody, nobody, nobody) == 0 && setresuid(nobody, nobody, nobody) == 0;
}

static bool confine(void)
{
	return (geteuid() || become_nobody()) && keep_reading_only() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static void limit(int resource, rlim_t value)
{
	setrlimit(resource, &(struct rlimit){ value, value });
}

static void limit_resources(void)
{
	limit(RLIMIT_DATA, (rlim_t)sysconf(_SC_PHYS_PAGES) / 2 * sysconf(_SC_PAGESIZE));
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
}

/* Of our files it has those that it shall look at, under their numbers, and no others. */
static void keep_files(const struct task *task, int input, int output)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < task->nr_files; i++)
		fcntl(task->files[i], F_SETFD, 0);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

static void start_afresh(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid(); /* a Ctrl-C that shall end the trace is not for it */
}

static _Noreturn void run_task(const struct task *task, int input, int output)
{
	char *environment[] = { NULL }; /* some variables change what it prints, or make it use the network */

	keep_files(task, input, output);
	start_afresh();
	limit_resources();
	if (!confine())
		_exit(NOT_CONFINED);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned i = 0; task->names[i]; i++) {
		task->arguments[0] = task->names[i];
		execvpe(task->names[i], (char **)task->arguments, environment);
	}
	_exit(NOT_INSTALLED);
}

static void close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static bool make_pipes(int input[2], int output[2])
{
	if (pipe2(input, O_CLOEXEC))
		return false;
	if (pipe2(output, O_CLOEXEC) == 0)
		return true;
	close_both(input);
	return false;
}

struct child child_start(const struct task *task)
{
	struct child child = { .pid = -1, .room = 65536 };
	int input[2], output[2];

	if (!make_pipes(input, output)) {
		child.problem = strerror(errno);
		return child;
	}
	child.pid = fork();
	if (child.pid == 0)
		run_task(task, input[0], output[1]);
	if (child.pid < 0) {
		child.problem = strerror(errno);
		close_both(input);
		close_both(output);
		return child;
	}
	close(input[0]);
	close(output[1]);
	fcntl(input[1], F_SETFL, O_NONBLOCK);
	child.input = input[1];
	child.output = output[0];
	child.text = allocate(child.room);
	return child;
}

/* Pipes take a line of less than PIPE_BUF whole or not at all. */
bool child_ask(struct child *child, const char *line)
{
	ssize_t length = strlen(line);

	return !child->problem && write(child->input, line, length) == length;
}

static void make_room(struct child *child)
{
	child->length -= child->start;
	memmove(child->text, child->text + child->start, child->length);
	child->start = 0;
	if (child->length < child->room)
		return;
	child->room *= 2;
	child->text = realloc(child->text, child->room);
	if (!child->text)
		die(1, "out of memory in the collector");
}

/* False when no more text will come. */
static bool read_more(struct child *child, uint64_t deadline_ns)
{
	struct pollfd readable = { .fd = child->output, .events = POLLIN };
	uint64_t now = clock_ns();
	int ready = now < deadline_ns ? poll(&readable, 1, (deadline_ns - now + 999999) / 1000000) : 0;
	ssize_t got = -1;

	make_room(child);
	if (ready < 0 && errno == EINTR)
		return true;
	if (ready > 0)
		got = read(child->output, child->text + child->length, child->room - child->length);
	if (got > 0)
		child->length += got;
	else
		child->problem = ready ? "it ended early" : "it did not answer in time";
	if (child->length > longest_line)
		child->problem = "its answer is too long";
	return !child->problem;
}

static char *end_of_line(const struct child *child)
{
	return memchr(child->text + child->start, '\n', child->length - child->start);
}

char *child_answer(struct child *child, uint64_t deadline_ns)
{
	char *line, *newline;

	if (child->problem)
		return NULL;
	while (!(newline = end_of_line(child)))
		if (!read_more(child, deadline_ns))
			return NULL;
	*newline = 0;
	line = child->text + child->start;
	child->start = newline + 1 - child->text;
	return line;
}

bool child_end(struct child *child)
{
	int status = 0;

	free(child->text);
	if (child->pid < 0)
		return true;
	close(child->input);
	close(child->output);
	kill(-child->pid, SIGKILL); /* it leads a session */
	waitpid(child->pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_CONFINED)
		child->problem = "it cannot be confined";
	return !WIFEXITED(status) || WEXITSTATUS(status) != NOT_INSTALLED;
}
