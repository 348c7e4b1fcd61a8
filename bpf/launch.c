// SPDX-License-Identifier: MIT
/*
 * COMMAND under trace from its first instruction. ptrace(2) holds it from exec to its entry point
 * and stops it whenever the dynamic loader has mapped code, so that the probes are there before a
 * library's constructor can allocate. After that it runs untraced by ptrace.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "recorder.h"

/* Ends of pipes between us and the child. */
struct pipes {
	int gate[2]; /* a byte lets the child go */
	int report[2]; /* the child's errno when it could not become COMMAND */
};

static _Noreturn void run_command(char **command, const struct pipes *pipes, const struct inherited *inherited)
{
	char go;
	int error;

	close(pipes->gate[1]); /* or it would wait for itself, should we be gone */
	if (read(pipes->gate[0], &go, 1) != 1)
		_exit(127);
	signal(SIGPIPE, inherited->sigpipe);
	setrlimit(RLIMIT_NOFILE, &inherited->files);
	sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
	execvp(command[0], command);
	error = errno;
	if (write(pipes->report[1], &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		die(1, "cannot start the command: %s", strerror(errno));
}

void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/* Lets somebody else take the signal that ends the trace. */
static bool was_told_to_end(void)
{
	const struct timespec patience = { .tv_nsec = 50000000 };
	sigset_t set;
	int signal;

	ending_signals(&set);
	sigaddset(&set, SIGCHLD);
	signal = sigtimedwait(&set, NULL, &patience);
	if (signal > 0 && signal != SIGCHLD)
		kill(getpid(), signal);
	return signal > 0 && signal != SIGCHLD;
}

/*
 * Lets the child go on, delivering `signal`, and waits for its next stop. False when the trace shall
 * end before that: a constructor may take its time.
 */
static bool next_stop(pid_t pid, int signal, uint64_t deadline_ns, int *status)
{
	pid_t stopped;

	if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal) && errno != ESRCH)
		die(1, "cannot trace the command: %s", strerror(errno));
	while ((stopped = waitpid(pid, status, __WALL | WNOHANG)) != pid) {
		if (stopped < 0 && errno != EINTR)
			die(1, "cannot wait for the command: %s", strerror(errno));
		if (was_told_to_end() || clock_ns() >= deadline_ns)
			return false;
	}
	return true;
}

static bool stopped_by(int status, int event)
{
	return WIFSTOPPED(status) && status >> 8 == event;
}

static const int syscall_stop = SIGTRAP | 0x80; /* PTRACE_O_TRACESYSGOOD */
static const int exec_stop = SIGTRAP | PTRACE_EVENT_EXEC << 8;

/* What to deliver when the child goes on: its own signals, none of ptrace's stops. */
static int signal_to_deliver(int status)
{
	int signal = WSTOPSIG(status);

	return status >> 16 || signal == syscall_stop || signal == SIGTRAP ? 0 : signal;
}

static pid_t start_stopped(char **command, const struct inherited *inherited)
{
	const long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	const char *name = command[0];
	int status = 0, error = 0;
	struct pipes pipes;
	pid_t pid;

	make_pipe(pipes.gate);
	make_pipe(pipes.report);
	pid = fork();
	if (pid < 0)
		die(1, "cannot start %s: %s", name, strerror(errno));
	if (pid == 0)
		run_command(command, &pipes, inherited);
	close(pipes.report[1]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, options)) {
		error = errno;
		kill(pid, SIGKILL);
		die(1, "cannot trace %s: %s; ptrace is needed for the start only: start it yourself and use -p", name,
		    strerror(error));
	}
	if (write(pipes.gate[1], "", 1) != 1)
		die(1, "cannot start %s: %s", name, strerror(errno));
	while (waitpid(pid, &status, __WALL) == pid && !stopped_by(status, exec_stop) && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal_to_deliver(status));
	if (!WIFSTOPPED(status)) {
		bool told = read(pipes.report[0], &error, sizeof(error)) == sizeof(error);

		die(1, "cannot run %s: %s", name, told ? why_not_started(name, error) : "it ended at once");
	}
	close(pipes.gate[0]);
	close(pipes.gate[1]);
	close(pipes.report[0]);
	return pid;
}

static uint64_t auxiliary(pid_t pid, uint64_t type)
{
	char *path = formatted("/proc/%d/auxv", pid);
	FILE *file = fopen(path, "re");
	Elf64_auxv_t entry;
	uint64_t value = 0;

	free(path);
	while (file && fread(&entry, sizeof(entry), 1, file) == 1 && entry.a_type != AT_NULL)
		if (entry.a_type == type)
			value = entry.a_un.a_val;
	if (file)
		fclose(file);
	return value;
}

/* At the exit of a system call: whether it mapped code. `maps_code` is remembered from its entry. */
static bool has_mapped_code(pid_t pid, bool *maps_code)
{
	struct __ptrace_syscall_info info;
	bool mapped;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return false;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		*maps_code = (info.entry.nr == SYS_mmap && (info.entry.args[2] & PROT_EXEC)) ||
			     (info.entry.nr == SYS_mprotect && (info.entry.args[2] & PROT_EXEC));
	if (info.op != PTRACE_SYSCALL_INFO_EXIT)
		return false;
	mapped = *maps_code && !info.exit.is_error;
	*maps_code = false;
	return mapped;
}

#ifdef __x86_64__
#define BREAKPOINT 0xccUL /* int3 */
#define BREAKPOINT_BITS 0xffUL
#define PC(registers) ((registers).rip)
#define PC_AT_BREAKPOINT(entry) ((entry) + 1)
#else
#define BREAKPOINT 0xd4200000UL /* brk #0 */
#define BREAKPOINT_BITS 0xffffffffUL
#define PC(registers) ((registers).pc)
#define PC_AT_BREAKPOINT(entry) (entry)
#endif

/* The instruction at the entry point is a breakpoint while the loader runs. Returns what stood there, or -1. */
static long replace_code(pid_t pid, uint64_t address, uint64_t code)
{
	uint64_t word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, pid, address, NULL);
	if (errno)
		return -1;
	ptrace(PTRACE_POKETEXT, pid, address, (word & ~BREAKPOINT_BITS) | code);
	return word & BREAKPOINT_BITS;
}

/* True when it stands on our breakpoint; puts it back to where it would be without one. */
static bool is_at_entry(pid_t pid, uint64_t entry, long original)
{
	struct user_regs_struct registers;
	struct iovec all = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) || PC(registers) != PC_AT_BREAKPOINT(entry))
		return false;
	PC(registers) = entry;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all);
	replace_code(pid, entry, original);
	return true;
}

/* The breakpoint at the entry point of the program that the process is now. */
struct entry {
	uint64_t address;
	long original; /* what stood there; -1: no breakpoint */
};

static struct entry break_at_entry(pid_t pid)
{
	struct entry entry = { auxiliary(pid, AT_ENTRY), -1 };

	if (auxiliary(pid, AT_BASE)) /* else there is no dynamic loader: it stands at its entry already */
		entry.original = replace_code(pid, entry.address, BREAKPOINT);
	return entry;
}

/* The trace ends while the loader still runs: stops the child once more, to take the breakpoint out. */
static void give_up(struct process *process, const struct entry *entry)
{
	int status;

	ptrace(PTRACE_INTERRUPT, process->pid, NULL, NULL);
	if (waitpid(process->pid, &status, __WALL) != process->pid || !WIFSTOPPED(status))
		return;
	if (!is_at_entry(process->pid, entry->address, entry->original))
		replace_code(process->pid, entry->address, entry->original);
}

static void run_to_entry(struct process *process, const struct launch *launch)
{
	struct entry entry = break_at_entry(process->pid);
	bool maps_code = false;
	int status, signal = 0;

	while (entry.original >= 0) {
		if (!next_stop(process->pid, signal, launch->deadline_ns, &status))
			return give_up(process, &entry);
		if (!WIFSTOPPED(status)) {
			process->reaped = true;
			process->wait_status = status;
			return;
		}
		signal = signal_to_deliver(status);
		if (stopped_by(status, exec_stop)) { /* a constructor has started another program */
			mapwatch_drain();
			maps_code = false;
			entry = break_at_entry(process->pid);
			launch->mapped(process, launch->context);
		}
		if (stopped_by(status, syscall_stop) && has_mapped_code(process->pid, &maps_code))
			launch->mapped(process, launch->context);
		if (stopped_by(status, SIGTRAP) && is_at_entry(process->pid, entry.address, entry.original))
			break;
	}
	process->at_entry = true;
}

struct process *launch_command(char **command, const struct launch *launch)
{
	pid_t pid = start_stopped(command, launch->inherited);
	struct process *process;

	mapwatch_drain(); /* its exec is no exec while traced */
	process = add_process(pid);
	launch->mapped(process, launch->context);
	run_to_entry(process, launch);
	return process;
}

void release_command(struct process *process)
{
	if (!process->reaped)
		ptrace(PTRACE_DETACH, process->pid, NULL, NULL);
}
