// SPDX-License-Identifier: MIT
/*
 * Finds the file that a module's symbols were moved to when it was stripped, by build id or by name and
 * checksum, in the places that GDB looks in; GDB manual, "Debugging Information in Separate Files".
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "collector.h"
#include "elf_file.h"

static char *default_dir = "/usr/lib/debug";
static char **debug_dirs = &default_dir;
static unsigned nr_debug_dirs = 1;

/* What is looked for. */
struct wanted {
	struct module *module;
	char *build_id; /* NULL: the module has none */
	const char *link; /* name of the file; NULL: not known */
	uint32_t checksum; /* that goes with the name */
};

void use_debug_dirs(char **dirs, unsigned nr)
{
	debug_dirs = allocate((nr + 1) * sizeof(*debug_dirs));
	if (nr)
		memcpy(debug_dirs, dirs, nr * sizeof(*dirs));
	debug_dirs[nr] = default_dir;
	nr_debug_dirs = nr + 1;
}

/* A sparse file of any size costs its owner nothing, but reading it costs us time. */
static bool take_time(uint64_t size)
{
	static uint64_t left = 4ULL << 30;
	static bool told;

	if (size <= left) {
		left -= size;
		return true;
	}
	if (!told)
		event_warning("debug files of more than 4 GB would have to be read to check them: not all are used");
	told = true;
	return false;
}

static bool has_checksum(int fd, uint32_t checksum)
{
	static unsigned char buffer[1 << 18];
	uint32_t found = crc32(0, NULL, 0);
	uint64_t at = 0;
	struct stat st;
	ssize_t got = 0;

	if (fstat(fd, &st) || !take_time(st.st_size))
		return false;
	while (at < (uint64_t)st.st_size && (got = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		found = crc32(found, buffer, got);
		at += got;
	}
	return found == checksum;
}

static bool has_build_id(struct elf_file *file, const char *wanted)
{
	char *found = elf_build_id(file);
	bool same = found && strcmp(found, wanted) == 0;

	free(found);
	return same;
}

/* Takes the file if it is the wanted one. By its build id it is known; a name says little without the checksum. */
static bool take_file(const struct wanted *wanted, int fd, bool by_name)
{
	struct elf_file *file = elf_file_open(fd);

	if (file && (!wanted->build_id || has_build_id(file, wanted->build_id)) &&
	    (!by_name || has_checksum(fd, wanted->checksum))) {
		wanted->module->debug_elf = file;
		wanted->module->debug_fd = fd;
		return true;
	}
	if (file)
		elf_file_close(file);
	return false;
}

static bool try_path(const struct wanted *wanted, int root, char *path, bool by_name)
{
	int fd = open_file(root, path);
	bool taken = fd >= 0 && take_file(wanted, fd, by_name);

	if (fd >= 0 && !taken)
		close(fd);
	free(path);
	return taken;
}

/* A directory that was given relative to ours means nothing in another root. */
static bool is_in_root(const char *dir, int root)
{
	return root == OUR_ROOT || *dir == '/';
}

static bool find_by_build_id(const struct wanted *wanted, int root)
{
	const char *id = wanted->build_id;

	for (unsigned i = 0; id && strlen(id) > 2 && i < nr_debug_dirs; i++)
		if (is_in_root(debug_dirs[i], root) &&
		    try_path(wanted, root, formatted("%s/.build-id/%.2s/%s.debug", debug_dirs[i], id, id + 2), false))
			return true;
	return false;
}

static bool find_by_link(const struct wanted *wanted, int root)
{
	const char *path = wanted->module->path;
	int length;

	if (!wanted->link || *path != '/' || strlen(path) >= PATH_MAX)
		return false;
	length = strrchr(path, '/') - path;
	if (try_path(wanted, root, formatted("%.*s/%s", length, path, wanted->link), true) ||
	    try_path(wanted, root, formatted("%.*s/.debug/%s", length, path, wanted->link), true))
		return true;
	for (unsigned i = 0; i < nr_debug_dirs; i++)
		if (is_in_root(debug_dirs[i], root) &&
		    try_path(wanted, root, formatted("%s%.*s/%s", debug_dirs[i], length, path, wanted->link), true))
			return true;
	return false;
}

/* The target's root first: what lies there was installed with the module. */
static void search(struct module *module)
{
	const int roots[] = { module->root, OUR_ROOT };
	struct wanted wanted = { .module = module, .build_id = elf_build_id(module->elf) };

	wanted.link = elf_debuglink(module->elf, &wanted.checksum);
	for (unsigned i = module->root == OUR_ROOT; i < 2 && !module->debug_elf; i++)
		if (!find_by_build_id(&wanted, roots[i]))
			find_by_link(&wanted, roots[i]);
	free(wanted.build_id);
}

struct elf_file *module_debug_elf(struct module *module)
{
	if (!module->debug_searched && module_elf(module))
		search(module);
	module->debug_searched = true;
	return module->debug_elf;
}

static struct elf_file *open_debugdata(struct elf_file *file)
{
	struct elf_section compressed;
	struct content image;

	if (!file || !elf_section(file, ".gnu_debugdata", &compressed))
		return NULL;
	image = unxz(&compressed);
	return image.bytes ? elf_memory_open(image.bytes, image.size) : NULL;
}

struct elf_file *module_debugdata_elf(struct module *module)
{
	if (!module->debugdata_searched)
		module->debugdata_elf = open_debugdata(module_elf(module));
	module->debugdata_searched = true;
	return module->debugdata_elf;
}
