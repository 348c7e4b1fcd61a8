// SPDX-License-Identifier: MIT
/* Which program goes on which function of a file. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "attach.h"
#include "heap.skel.h"

static uint8_t shifted(uint8_t argument, unsigned shift)
{
	return argument ? argument + shift : 0;
}

static void add_to_batch(struct batch *batch, const struct site *site, uint16_t process)
{
	const struct allocator_function *function = site->function;
	const union cookie cookie = { .site = {
		.process = process, .kind = function->kind, .forwards = function->forwards,
		.size_arg = shifted(function->size_arg, site->shift),
		.count_arg = shifted(function->count_arg, site->shift),
		.pointer_arg = shifted(function->pointer_arg, site->shift),
		.out_arg = shifted(function->out_arg, site->shift),
	} };

	batch->offsets[batch->nr] = site->offset + site->probe_distance;
	batch->cookies[batch->nr++] = cookie.value;
}

/* For functions that throw; see heap.bpf.c. */
static struct bpf_program *throwing_program(struct heap_bpf *skel, const struct settings *settings)
{
	if (settings->floor)
		return skel->progs.enter_nothing;
	if (settings->entry_only)
		return skel->progs.enter_request;
	return has_sessions() ? skel->progs.session_new : skel->progs.enter_new;
}

/* Whether the entries of functions that do not throw decide about their returns. */
static bool has_session_entries(const struct settings *settings)
{
	return settings->follow_forks && has_sessions() && !settings->floor && !settings->entry_only;
}

static struct bpf_program *entering_program(struct heap_bpf *skel, const struct settings *settings)
{
	if (settings->floor)
		return skel->progs.enter_nothing;
	if (settings->entry_only)
		return skel->progs.enter_request;
	return has_session_entries(settings) ? skel->progs.session_alloc : skel->progs.enter_alloc;
}

/* Returns first, then frees, then entries: an entry must find everything else in place. */
static void attach_sites(struct heap_bpf *skel, const struct settings *settings, const struct process *process,
			 const struct found *found)
{
	const struct place place = { process, found->module, settings->follow_forks };
	const bool has_returns = !settings->entry_only && !has_session_entries(settings);
	struct batch exits = { .program = settings->floor ? skel->progs.exit_nothing : skel->progs.exit_alloc };
	struct batch frees = { .program = settings->floor ? skel->progs.enter_nothing : skel->progs.enter_free };
	struct batch throwing = { .program = throwing_program(skel, settings) };
	struct batch entries = { .program = entering_program(skel, settings) };

	for (unsigned i = 0; i < found->nr; i++) {
		const struct site *site = &found->sites[i];
		const struct allocator_function *function = site->function;

		if (function->frees && settings->alloc_only)
			continue;
		if (!function->frees && !function->throws && has_returns)
			add_to_batch(&exits, site, process - processes);
		add_to_batch(function->frees ? &frees : function->throws ? &throwing : &entries, site,
			     process - processes);
	}
	attach_batch(&exits, &place);
	attach_batch(&frees, &place);
	attach_batch(&throwing, &place);
	attach_batch(&entries, &place);
}

/* Where dlclose is. */
static void note_dlclose(const struct elf_function *function, void *address)
{
	if (function->kind == FUNCTION && function->global && strcmp(function->name, "dlclose") == 0)
		*(uint64_t *)address = function->address;
}

static void watch_dlclose(struct heap_bpf *skel, const struct settings *settings, const struct process *process,
			  struct module *module)
{
	const struct place place = { process, module, settings->follow_forks };
	const bool has_returns = !settings->entry_only && !settings->follow_forks; /* others need not return here */
	struct batch batch = { .program = has_returns ? skel->progs.exit_dlclose : skel->progs.enter_dlclose };
	uint64_t address = 0;

	if (settings->floor || !module->elf || module->watched_for_all)
		return;
	elf_file_functions(module->elf, note_dlclose, &address);
	if (!address || !elf_address_to_offset(module->elf, address, &batch.offsets[0]))
		return;
	batch.cookies[0] = process - processes;
	batch.nr = 1;
	attach_batch(&batch, &place);
	module->watched_for_all = settings->follow_forks;
}

static void attach_module(struct heap_bpf *skel, const struct settings *settings, struct process *process,
			  struct module *module)
{
	struct found found = { .module = module };

	if (!is_chosen(&settings->naming, process, module))
		return;
	found.sites = find_sites(module, &settings->naming, &found.nr);
	leave_out_untraceable(process, &found);
	keep_places(&found);
	found.known = module->probed_for_all;
	if (found.nr && !found.known)
		attach_sites(skel, settings, process, &found);
	if (found.nr && process->nr_searched >= process->nr_described)
		describe_found(process, &settings->naming, &found);
	module->probed_for_all = settings->follow_forks && found.nr;
	free(found.sites);
}

/* A process may map a file many times, and it must not be probed twice. */
static bool is_first_search(struct process *process, unsigned module)
{
	bool first;

	while (process->nr_is_searched <= module) {
		process->is_searched = grow(process->is_searched, process->nr_is_searched, sizeof(bool));
		process->is_searched[process->nr_is_searched++] = false;
	}
	first = !process->is_searched[module];
	process->is_searched[module] = true;
	return first;
}

void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	choose_thread(process, settings);
	for (; process->nr_searched < process->nr_mappings; process->nr_searched++) {
		unsigned module = process->mappings[process->nr_searched].module;

		if (!is_first_search(process, module))
			continue;
		attach_module(skel, settings, process, &modules[module]);
		watch_dlclose(skel, settings, process, &modules[module]);
	}
}

/* The old probes have no effect any more. They stay until the end: the kernel takes its time to remove one. */
static void attach_again(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	event_warning("thread %d, by which pid %d (%s) was traced, has ended: it is traced by another one; calls of the "
		      "last half second may be missing", process->attached_thread, process->pid, process->name);
	process->attached_thread = 0;
	process->nr_described = process->nr_searched;
	process->nr_searched = process->nr_is_searched = 0;
	attach_allocators(skel, settings, process);
}

void follow_threads(struct heap_bpf *skel, const struct settings *settings)
{
	for (unsigned i = 0; i < nr_processes; i++) {
		struct process *process = &processes[i];

		if (process->attached_thread && !process->exited &&
		    !is_alive(process->pid, process->attached_thread) && find_living_thread(process->pid))
			attach_again(skel, settings, process);
	}
}
