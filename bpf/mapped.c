// SPDX-License-Identifier: MIT
/* What a process has mapped, and how the kernel counts the pages of each mapping; proc(5). */
#define _GNU_SOURCE
#include <inttypes.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "resident.h"

/* What files of a file system are. */
struct file_system {
	unsigned major, minor;
	const char *kind;
};

static struct file_system *known;
static unsigned nr_known;

static bool starts_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Mappings of the kernel's own: those of bare page frames count as nobody's memory. */
static const char *kind_without_file(const char *path)
{
	return starts_with(path, "[vvar") || starts_with(path, "[vsyscall") ? "special" :
	       strcmp(path, "[vdso]") == 0 || strcmp(path, "[uprobes]") == 0 ? "file" : "anon";
}

/* Devices map what they like; only the pages of /dev/zero are memory of the process. */
static const char *kind_of_device(const struct stat *st)
{
	return st->st_rdev == makedev(1, 5) ? "anon" : "special";
}

static const char *kind_of_file(const char *link)
{
	struct statfs fs;
	struct stat st;

	if (stat(link, &st) || statfs(link, &fs))
		return NULL;
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return kind_of_device(&st);
	return fs.f_type == TMPFS_MAGIC ? "shmem" : fs.f_type == HUGETLBFS_MAGIC ? "hugetlb" : "file";
}

/* Asked once for each file system but that of the devices: a process may have mapped thousands of files. */
static const char *kind_on(unsigned major, unsigned minor, const char *link, const char *path)
{
	const bool is_device = starts_with(path, "/dev/");
	struct file_system found = { major, minor, NULL };

	for (unsigned i = 0; !is_device && i < nr_known; i++)
		if (known[i].major == major && known[i].minor == minor)
			return known[i].kind;
	found.kind = kind_of_file(link);
	if (!found.kind)
		return "file"; /* gone meanwhile */
	if (!is_device) {
		known = grow(known, nr_known, sizeof(*known));
		known[nr_known++] = found;
	}
	return found.kind;
}

/* By the path: the first System V segment of a namespace has inode 0 as well. */
static bool is_of_file(uint64_t ino, const char *path)
{
	return ino || *path == '/';
}

/* One line: start-end perms offset dev inode path. */
static bool parse_line(const struct process *process, const char *line, struct mapped_pages *mapped)
{
	const uint64_t size = sysconf(_SC_PAGESIZE);
	uint64_t start, end, ino;
	unsigned major, minor;
	char *link;
	int path = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %" SCNu64 " %n", &start, &end, mapped->permissions,
		   &major, &minor, &ino, &path) < 6 || end <= start)
		return false;
	mapped->first = start / size;
	mapped->nr = (end - start) / size;
	mapped->path = duplicate(line + path);
	link = formatted("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, process->pid, start, end);
	mapped->kind = is_of_file(ino, mapped->path) ? kind_on(major, minor, link, mapped->path) :
						       kind_without_file(mapped->path);
	free(link);
	return true;
}

void free_mapped_pages(struct mapped_pages *all)
{
	for (struct mapped_pages *mapped = all; mapped && mapped->nr; mapped++)
		free(mapped->path);
	free(all);
}

struct mapped_pages *read_mapped_pages(const struct process *process)
{
	size_t length, nr = 0;
	char *maps = read_proc(process->pid, "maps", &length), *rest = maps, *line;
	struct mapped_pages *all = NULL, mapped;

	while (length && (line = strsep(&rest, "\n"))) {
		if (!parse_line(process, line, &mapped))
			continue;
		all = grow(all, nr, sizeof(*all));
		all[nr++] = mapped;
	}
	free(maps);
	if (nr) {
		all = grow(all, nr, sizeof(*all));
		all[nr] = (struct mapped_pages){ .nr = 0 };
	}
	return all;
}
