// SPDX-License-Identifier: MIT
/* The files that code is mapped from, opened when first seen: they stay readable when the target is gone. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "collector.h"

struct module *modules;
unsigned nr_modules;

static bool is_module(const struct module *module, const struct mapped_file *file)
{
	if (file->ino)
		return module->dev == file->dev && module->ino == file->ino;
	return !module->ino && strcmp(module->path, file->path) == 0;
}

/* Device numbers in /proc/PID/maps and stat(2) differ on btrfs and overlayfs, so the inode decides. */
static int open_same_file(int root, const char *path, ino_t ino)
{
	struct stat st;
	int fd = open_file(root, path);

	if (fd >= 0 && (fstat(fd, &st) || st.st_ino != ino)) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * A link of /proc leads to a file that was deleted, too. What is mapped takes more privileges than the
 * program itself; the path is for a target that is gone.
 */
static int open_mapped(const struct mapped_file *file, int root)
{
	char *mapped = formatted("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, file->pid, file->start, file->end);
	char *program = formatted("/proc/%d/exe", file->pid);
	int fd = open_same_file(OUR_ROOT, mapped, file->ino);

	if (fd < 0)
		fd = open_same_file(OUR_ROOT, program, file->ino);
	free(mapped);
	free(program);
	if (fd < 0 && *file->path == '/')
		fd = open_same_file(root, file->path, file->ino);
	if (fd < 0 && *file->path == '/' && root != OUR_ROOT)
		fd = open_same_file(OUR_ROOT, file->path, file->ino);
	return fd;
}

unsigned intern_module(const struct mapped_file *file)
{
	struct module module = { .dev = file->dev, .ino = file->ino, .fd = -1, .root = OUR_ROOT, .debug_fd = -1 };

	for (unsigned i = 0; i < nr_modules; i++)
		if (is_module(&modules[i], file))
			return i;
	if (file->ino) {
		module.root = open_root(file->pid);
		module.fd = open_mapped(file, module.root);
	}
	module.path = duplicate(file->path);
	modules = grow(modules, nr_modules, sizeof(module));
	modules[nr_modules] = module;
	return nr_modules++;
}

struct elf_file *module_elf(struct module *module)
{
	if (module->elf_searched)
		return module->elf;
	module->elf_searched = true;
	if (module->fd >= 0)
		module->elf = elf_file_open(module->fd);
	else if (!module->ino && strcmp(module->path, "[vdso]") == 0)
		module->elf = vdso_elf();
	return module->elf;
}
