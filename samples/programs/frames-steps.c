/* A signal at every single instruction: with the trap flag set, the processor raises one after each. */
#define _GNU_SOURCE
#include "frames-parts.h"

#ifdef __x86_64__

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <gnu/libc-version.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_FLAG 0x100

extern const char __executable_start[], etext[]; /* by the linker */

static pid_t own_pid;
static bool only_own_code;

static bool is_own_code(uintptr_t pc)
{
	return pc >= (uintptr_t)__executable_start && pc < (uintptr_t)etext;
}

static KEPT void on_step(int signal, siginfo_t *unused, void *interrupted)
{
	greg_t *registers = ((ucontext_t *)interrupted)->uc_mcontext.gregs;

	if (getpid() != own_pid)
		return; /* the child of vfork: what it has is ours */
	plain(160);
	if (only_own_code && !is_own_code(registers[REG_RIP]))
		registers[REG_EFL] &= ~TRAP_FLAG;
}

/* What was never called goes by the linkage table's first entry into the dynamic linker. */
static KEPT void calls_for_the_first_time(void)
{
	only_own_code = true;
	step_on();
	gnu_get_libc_version();
	step_off();
	step_on();
	gnu_get_libc_release();
	step_off();
	step_on();
	random();
	step_off();
	only_own_code = false;
}

KEPT void take_steps(void)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	own_pid = getpid();
	sigaction(SIGTRAP, &action, NULL);
	calls_for_the_first_time();
	spin_once(0);
	for (int i = 0; i < 4; i++) {
		step_on();
		spin_once(512 * i);
		step_off();
	}
}

#else

void take_steps(void)
{
}

#endif
