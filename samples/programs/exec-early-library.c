/* A library whose constructor replaces the program by `static-site`, which lies beside it: that is
 * before the program's entry point, and into a program that the dynamic loader has no part in. */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void become_static(void)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 16];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return;
	snprintf(path, sizeof(path), "%s/static-site", dirname(self));
	execl(path, path, (char *)NULL);
}
