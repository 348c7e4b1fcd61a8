// SPDX-License-Identifier: MIT
/* What was found in a file: what of it can be traced, and how captures and people are told. */
#include <stdlib.h>
#include <string.h>
#include "collector.h"

/* Of what the user has named. */
static bool found_functions[MAX_NAMED], found_prefixes[MAX_NAMED];

/* Go passes arguments in other registers, and moves its stacks: a replaced return address would be its end. */
static void leave_out_go(const struct process *process, struct found *found)
{
	static const char format[] = "%s of %s in pid %d is Go code, which cannot be probed; C code that it calls can";
	unsigned nr = 0;

	for (unsigned i = 0; i < found->nr; i++) {
		if (!found->sites[i].is_go)
			found->sites[nr++] = found->sites[i];
		else if (!process->announced)
			die(1, format, found->sites[i].name, found->module->path, process->pid);
		else
			event_warning(format, found->sites[i].name, found->module->path, process->pid);
	}
	found->nr = nr;
}

static void leave_out_most(const struct process *process, struct found *found)
{
	if (found->nr <= MAX_MODULE_SITES)
		return;
	event_warning("%s in pid %d has %u functions that allocate or free: only the first %d are traced",
		      found->module->path, process->pid, found->nr, MAX_MODULE_SITES);
	found->nr = MAX_MODULE_SITES;
}

void leave_out_untraceable(const struct process *process, struct found *found)
{
	leave_out_go(process, found);
	leave_out_most(process, found);
}

void keep_places(const struct found *found)
{
	struct module *module = found->module;

	if (module->allocating)
		return;
	module->allocating = allocate((found->nr + 1) * sizeof(*module->allocating));
	module->nr_allocating = found->nr;
	for (unsigned i = 0; i < found->nr; i++)
		module->allocating[i] = (struct function_range){ found->sites[i].offset,
								 found->sites[i].offset + found->sites[i].size };
}

static void note_found(const struct naming *naming, const struct site *site)
{
	if (site->named)
		found_functions[site->function - naming->functions] = true;
	for (unsigned i = 0; i < naming->nr_prefixes; i++)
		if (strncmp(site->name, naming->prefixes[i], strlen(naming->prefixes[i])) == 0)
			found_prefixes[i] = true;
}

char *missing_name(const struct naming *naming)
{
	for (unsigned i = 0; i < naming->nr_functions; i++)
		if (!found_functions[i])
			return formatted("no function is called %s", naming->functions[i].name);
	for (unsigned i = 0; i < naming->nr_prefixes; i++)
		if (!found_prefixes[i])
			return formatted("no file defines %smalloc and %sfree", naming->prefixes[i],
					 naming->prefixes[i]);
	return NULL;
}

/* What a person wants to know: under which names malloc is there, and what they have named. */
static const char *main_name(const struct site *site)
{
	if (site->named)
		return site->function->frees ? NULL : site->function->name;
	return !site->shift && strcmp(site->function->name, "malloc") == 0 ? site->name : NULL;
}

static char *main_names(const struct found *found)
{
	const char *last = NULL;
	char *text = NULL;

	for (unsigned i = 0; i < found->nr; i++) {
		const char *name = main_name(&found->sites[i]);
		char *before = text;

		if (!name || (last && strcmp(name, last) == 0))
			continue;
		text = formatted("%s%s%s", before ? before : "", before ? ", " : "", name);
		free(before);
		last = name;
	}
	return text ? text : duplicate(found->sites[0].name);
}

/* Appends {"path":...,"functions":[...]} to the process's JSON array. */
static void add_description(struct process *process, const struct found *found)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		die(1, "out of memory in the collector");
	fprintf(out, "%s%s{\"path\":", process->allocators ? process->allocators : "",
		process->allocators ? "," : "");
	json_string(out, found->module->path);
	fputs(",\"functions\":[", out);
	for (unsigned i = 0; i < found->nr; i++) {
		fputs(i ? "," : "", out);
		json_string(out, found->sites[i].name);
	}
	fputs("]}", out);
	fclose(out);
	free(process->allocators);
	process->allocators = text;
}

/* The same for a person. */
static void tell_allocator(struct process *process, const struct found *found)
{
	char *names = main_names(found), *before = process->allocator_files;

	process->allocator_files = formatted("%s%s%s of %s", before ? before : "", before ? ", " : "", names,
					     found->module->path);
	if (process->announced && !found->known)
		event_warning("pid %d (%s): now also traces %s of %s, which it has just mapped", process->pid,
			      process->name, names, found->module->path);
	free(before);
	free(names);
}

void describe_found(struct process *process, const struct naming *naming, const struct found *found)
{
	for (unsigned i = 0; i < found->nr; i++)
		note_found(naming, &found->sites[i]);
	add_description(process, found);
	tell_allocator(process, found);
}
