// SPDX-License-Identifier: MIT
/* Whether what shall be traced is there; and if not, where was looked and what to do. */
#include <stdlib.h>
#include <string.h>
#include "collector.h"

/* The files that were looked into, as far as they fit a line. */
static char *files_looked_at(const struct process *process, const struct naming *naming)
{
	char *text = duplicate("");
	unsigned shown = 0;

	for (unsigned i = 0; i < process->nr_mappings; i++) {
		const struct module *module = &modules[process->mappings[i].module];
		char *longer;

		if (!module->ino || strstr(text, module->path) || !is_chosen(naming, process, module))
			continue;
		longer = formatted("%s%s%s", text, *text ? ", " : "", shown < 8 ? module->path : "...");
		free(text);
		text = longer;
		if (shown++ == 8)
			break;
	}
	return text;
}

static void count_function(const struct elf_function *function, void *count)
{
	(void)function;
	++*(unsigned *)count;
}

/* The file of a process that has mapped but one; NULL when there are more. */
static struct module *only_file(const struct process *process)
{
	struct module *only = NULL;

	for (unsigned i = 0; i < process->nr_mappings; i++) {
		struct module *module = &modules[process->mappings[i].module];

		if (module->ino && only && only != module)
			return NULL;
		if (module->ino)
			only = module;
	}
	return only;
}

/* Why a process whose whole code is in one file has no allocator that we can find, or NULL. */
static const char *known_reason(const struct process *process)
{
	struct module *module = only_file(process);
	struct elf_file *file = module ? module_elf(module) : NULL;
	struct elf_section note;
	unsigned functions = 0;

	if (!file)
		return NULL;
	if (elf_section(file, ".note.go.buildid", &note))
		return "a Go program without C code: Go's own heap is no malloc, and is not traced; memstacks pgfault tells "
		       "what made its memory grow";
	elf_file_functions(file, count_function, &functions);
	if (!functions)
		return "statically linked and stripped, so that nothing tells where its allocator is: install "
		       "its debug package, or trace a build that has its symbols";
	return NULL;
}

static char *why_no_allocator(const struct process *process, const struct naming *naming)
{
	const char *reason = known_reason(process);
	char *files, *text;

	if (!process->nr_mappings)
		return formatted("its memory map cannot be read (/proc/%d/maps): it belongs to another user or is protected",
				 process->pid);
	if (reason)
		return duplicate(reason);
	files = files_looked_at(process, naming);
	if (naming->object && !*files)
		text = formatted("it has not mapped %s; which files there are says /proc/%d/maps", naming->object,
				 process->pid);
	else
		text = formatted("no file that defines malloc and free among what it has mapped (looked at: %s); name its "
				 "allocator with -O, --symbols-prefix or --alloc-fn", files);
	free(files);
	return text;
}

/* Whether there is something to see without this allocator, now or when it is loaded. */
static bool is_worth_while(const struct settings *settings)
{
	bool traces = settings->mmap || settings->faults || settings->follow_forks ||
		      (settings->command && is_naming(&settings->naming));

	for (unsigned i = 0; i < nr_processes; i++)
		traces |= processes[i].allocators != 0;
	return traces;
}

void require_allocator(const struct process *process, const struct settings *settings)
{
	char *reason;

	if (process->allocators)
		return;
	reason = why_no_allocator(process, &settings->naming);
	if (!is_worth_while(settings))
		die(1, "pid %d (%s): %s%s", process->pid, process->name, reason,
		    settings->command ? "; if it is to start another program, trace that itself, or add --follow-forks" : "");
	event_warning("pid %d (%s), so far: %s", process->pid, process->name, reason);
	free(reason);
}

/* Of several processes one that has it is enough. */
void require_names(const struct settings *settings)
{
	char *missing = missing_name(&settings->naming), *files;

	if (!missing)
		return;
	files = files_looked_at(&processes[0], &settings->naming);
	if (!settings->command)
		die(1, "%s (looked at: %s%s)", missing, files, nr_processes > 1 ? " and those of the other processes" : "");
	event_warning("%s so far (looked at: %s)", missing, files);
	free(missing);
	free(files);
}
