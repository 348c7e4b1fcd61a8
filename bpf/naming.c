// SPDX-License-Identifier: MIT
/* The allocators that the user names: -O, --symbols-prefix, --alloc-fn and --free-fn. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "collector.h"

static const char alloc_grammar[] =
	"expected NAME:SIZE or NAME:SIZE*COUNT, with ,old=BLOCK or ,out=POINTER after it: the places of these "
	"arguments, from 1";

/* Takes a place from the front of the text. */
static bool take_argument(char **text, uint8_t *argument)
{
	if (**text < '1' || **text > '0' + MOST_ARGUMENTS)
		return false;
	*argument = *(*text)++ - '0';
	return true;
}

static bool take_word(char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

static bool take_arguments(char *text, struct allocator_function *function)
{
	bool ok = take_argument(&text, &function->size_arg);

	if (ok && take_word(&text, "*"))
		ok = take_argument(&text, &function->count_arg);
	if (ok && take_word(&text, ",old="))
		ok = take_argument(&text, &function->pointer_arg);
	if (ok && take_word(&text, ",out="))
		ok = take_argument(&text, &function->out_arg);
	return ok && !*text;
}

/* Splits NAME:REST, where NAME may have colons of its own, and adds a function of this name. */
static struct allocator_function *add_function(struct naming *naming, char *text, char **rest)
{
	struct allocator_function *function = &naming->functions[naming->nr_functions];
	char *colon = strrchr(text, ':');

	if (!colon || colon == text)
		return NULL;
	if (naming->nr_functions == MAX_NAMED)
		die(2, "more than %d of --alloc-fn and --free-fn", MAX_NAMED);
	*colon = 0;
	*rest = colon + 1;
	for (unsigned i = 0; i < naming->nr_functions; i++)
		if (strcmp(naming->functions[i].name, text) == 0)
			die(2, "%s is named twice by --alloc-fn and --free-fn", text);
	*function = (struct allocator_function){ .name = text, .forwards = FORWARDS_ANY };
	naming->nr_functions++;
	return function;
}

void name_alloc_function(struct naming *naming, const char *text)
{
	char *rest;
	struct allocator_function *function = add_function(naming, duplicate(text), &rest);

	if (!function || !take_arguments(rest, function))
		die(2, "--alloc-fn %s: %s", text, alloc_grammar);
}

void name_free_function(struct naming *naming, const char *text)
{
	char *rest;
	struct allocator_function *function = add_function(naming, duplicate(text), &rest);

	if (!function || !take_argument(&rest, &function->pointer_arg) || *rest)
		die(2, "--free-fn %s: expected NAME:BLOCK: the place of the argument that holds the block, from 1", text);
	function->frees = true;
}

void name_prefix(struct naming *naming, const char *prefix)
{
	if (!*prefix)
		die(2, "--symbols-prefix needs a prefix, such as je_");
	if (naming->nr_prefixes == MAX_NAMED)
		die(2, "more than %d of --symbols-prefix", MAX_NAMED);
	naming->prefixes[naming->nr_prefixes++] = prefix;
}

void name_object(struct naming *naming, const char *path)
{
	if (naming->object)
		die(2, "--object may be given only once");
	if (!*path || (*path != '/' && strchr(path, '/')))
		die(2, "--object %s: expected the path from / as the process sees it, or the file's name alone", path);
	naming->object = path;
}

bool is_naming(const struct naming *naming)
{
	return naming->object || naming->nr_prefixes || naming->nr_functions;
}

bool is_named(const struct allocator_function *function, const char *symbol)
{
	char *plain;
	size_t length;
	bool same;

	if (strcmp(function->name, symbol) == 0)
		return true;
	if (!strstr(function->name, "::") && !strchr(function->name, '('))
		return false;
	plain = demangled(symbol);
	length = strchr(function->name, '(') ? strlen(plain) : strcspn(plain, "(");
	same = length == strlen(function->name) && memcmp(plain, function->name, length) == 0;
	free(plain);
	return same;
}

/* What is at a path inside of the process's root; opens nothing that could block or have effects. */
static bool status_in_root(pid_t pid, const char *path, struct stat *status)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	char *root_path = formatted("/proc/%d/root", pid);
	int root = open(root_path, O_PATH | O_CLOEXEC), file;
	bool ok;

	free(root_path);
	if (root < 0)
		return false;
	file = syscall(SYS_openat2, root, path, &how, sizeof(how));
	close(root);
	if (file < 0)
		return false;
	ok = fstat(file, status) == 0;
	close(file);
	return ok;
}

bool is_chosen(const struct naming *naming, const struct process *process, const struct module *module)
{
	const char *slash = strrchr(module->path, '/');
	struct stat wanted, mapped;

	if (!naming->object || strcmp(module->path, naming->object) == 0)
		return true;
	if (*naming->object != '/')
		return slash && strcmp(slash + 1, naming->object) == 0;
	return module->fd >= 0 && fstat(module->fd, &mapped) == 0 &&
	       status_in_root(process->thread, naming->object, &wanted) && wanted.st_dev == mapped.st_dev &&
	       wanted.st_ino == mapped.st_ino;
}
