/* Preloaded into the collector: on this machine, as on kernels 6.11 to 6.13, what is confined by
 * seccomp and returns through a return probe dies of it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

int prctl(int option, ...)
{
	unsigned long argument[4];
	va_list arguments;

	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		argument[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	if (option == PR_SET_SECCOMP)
		raise(SIGSYS);
	return syscall(SYS_prctl, option, argument[0], argument[1], argument[2], argument[3]);
}

int uname(struct utsname *name)
{
	long result = syscall(SYS_uname, name);

	strcpy(name->release, "6.12.5");
	return result;
}
