// SPDX-License-Identifier: MIT
/* Events for the program that started us, or text for a person; the format is in README.md. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "collector.h"

static FILE *events; /* NULL: text on stderr */

void events_open(int fd)
{
	events = fdopen(fd, "w");
	if (!events)
		die(2, "--event-fd %d: %s", fd, strerror(errno));
}

/* Names come from the traced process: they must not steer the terminal. */
static void print_safely(const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, stderr);
	putc('\n', stderr);
}

static bool event_text(const char *event, const char *text, const char *more)
{
	if (!events) {
		print_safely(text);
		return true;
	}
	fprintf(events, "{\"event\":\"%s\",\"text\":", event);
	json_string(events, text);
	fprintf(events, "%s}\n", more);
	return fflush(events) == 0;
}

void event_tracing(const char *text)
{
	event_text("tracing", text, "");
}

void event_warning(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) >= 0)
		event_text("warning", text, "");
	va_end(args);
	free(text);
}

void tell_gone(pid_t pid)
{
	event_warning("pid %d has ended before it could be traced: it is left out", pid);
}

static void write_calls(const struct progress *progress)
{
	uint64_t allocated = progress->allocated.bytes, freed = progress->freed.bytes;

	fprintf(events,
		",\"calls\":%" PRIu64 ",\"allocated_bytes\":%" PRIu64 ",\"freed_bytes\":%" PRIu64 ",\"unfreed_bytes\":%" PRIu64,
		(uint64_t)progress->allocated.calls, allocated, freed, allocated > freed ? allocated - freed : 0);
}

bool event_status(const struct settings *settings, const struct progress *progress)
{
	if (!events)
		return true;
	fprintf(events, "{\"event\":\"status\",\"elapsed_ms\":%" PRIu64, progress->elapsed_ms);
	if (settings->heap)
		write_calls(progress);
	if (settings->faults)
		fprintf(events, ",\"faults\":%" PRIu64 ",\"pages\":%" PRIu64, progress->faults, progress->pages);
	fprintf(events, ",\"lost_calls\":%" PRIu64 "}\n", progress->lost_calls);
	return fflush(events) == 0;
}

_Noreturn void die(int exit_code, const char *format, ...)
{
	va_list args;
	char *text, more[32];

	va_start(args, format);
	if (vasprintf(&text, format, args) >= 0) {
		snprintf(more, sizeof(more), ",\"exit\":%d", exit_code);
		event_text("error", text, more);
	}
	va_end(args);
	exit(exit_code);
}

const char *advice_for(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "run as root, or with CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_SYS_ADMIN";
	case ESRCH:
		return "it has exited";
	case EMFILE:
		return "raise the limit of open files (ulimit -n)";
	case ENOMEM:
	case E2BIG:
		return "lower --max-live or --max-stacks";
	}
	return "see memstacks doctor";
}

const char *why_not_started(const char *command, int error)
{
	if (error == ENOENT && strchr(command, '/') && access(command, F_OK) == 0)
		return "the interpreter in its first line is not there, or its dynamic loader";
	return strerror(error);
}
