// SPDX-License-Identifier: MIT
/* Opens files that a traced process can see, in the root directory that it has. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "collector.h"

/* A root directory other than ours. The mount tells apart namespaces that share the directory. */
struct root {
	int fd;
	struct statx identity;
};

static struct root *roots;
static unsigned nr_roots;

static bool is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

static bool identify(int directory, const char *path, struct statx *identity)
{
	return statx(directory, path, AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, identity) == 0;
}

static int keep_root(int fd, const struct statx *identity)
{
	for (unsigned i = 0; i < nr_roots; i++) {
		if (!is_same(&roots[i].identity, identity))
			continue;
		close(fd);
		return roots[i].fd;
	}
	roots = grow(roots, nr_roots, sizeof(*roots));
	roots[nr_roots++] = (struct root){ fd, *identity };
	return fd;
}

int open_root(pid_t pid)
{
	char *path = formatted("/proc/%d/root", pid);
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statx identity, ours;

	free(path);
	if (fd < 0)
		return OUR_ROOT;
	if (identify(fd, "", &identity) && identify(AT_FDCWD, "/", &ours) && !is_same(&identity, &ours))
		return keep_root(fd, &identity);
	close(fd);
	return OUR_ROOT;
}

/* Opens only the place, whatever is there: opening a device or a FIFO has effects, or waits. */
static int open_place(int root, const char *path)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	if (root == OUR_ROOT)
		return open(path, O_PATH | O_CLOEXEC);
	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int open_file(int root, const char *path)
{
	int place = open_place(root, path), fd = -1;
	struct stat st;
	char *link;

	if (place < 0)
		return -1;
	if (fstat(place, &st) == 0 && S_ISREG(st.st_mode)) {
		link = formatted("/proc/self/fd/%d", place);
		fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* no waiting for a lease either */
		free(link);
	}
	close(place);
	return fd;
}
