// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "module.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void map_code(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) ||
	    mmap(NULL, st->st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		die(1, "cannot map %s: %s", path, strerror(errno));
	close(fd);
}

struct module *module_of(const char *path)
{
	struct stat st;

	map_code(path, &st);
	read_mappings(add_process(getpid()));
	for (unsigned i = 0; i < nr_modules; i++)
		if (modules[i].dev == st.st_dev && modules[i].ino == st.st_ino)
			return &modules[i];
	die(1, "cannot find the mapping of %s", path);
}

double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}
