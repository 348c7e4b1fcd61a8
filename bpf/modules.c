// SPDX-License-Identifier: MIT
/* The files that code is mapped from, opened when first seen: they stay readable when the target is gone. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "collector.h"

struct module *modules;
unsigned nr_modules;

/*
 * Device numbers in /proc/PID/maps and stat(2) differ on btrfs and overlayfs, so the inode decides.
 * Not a regular file: opening could block or have effects.
 */
static int open_same_file(const char *path, ino_t ino)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino == ino)
		return fd;
	close(fd);
	return -1;
}

static bool is_module(const struct module *module, dev_t dev, ino_t ino, const char *path)
{
	if (ino)
		return module->dev == dev && module->ino == ino;
	return !module->ino && strcmp(module->path, path) == 0;
}

unsigned intern_module(dev_t dev, ino_t ino, const char *path, const char *const open_paths[])
{
	struct module module = { .dev = dev, .ino = ino, .fd = -1 };

	for (unsigned i = 0; i < nr_modules; i++)
		if (is_module(&modules[i], dev, ino, path))
			return i;
	for (unsigned i = 0; ino && open_paths[i] && module.fd < 0; i++)
		module.fd = open_same_file(open_paths[i], ino);
	module.path = duplicate(path);
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

struct elf_file *module_debug_elf(struct module *module)
{
	(void)module;
	return NULL;
}
