/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Between what is probed and how it is probed. */
#ifndef MEMSTACKS_ATTACH_H
#define MEMSTACKS_ATTACH_H

#include "collector.h"

/* One program on several functions of one file. */
struct batch {
	struct bpf_program *program;
	uint64_t offsets[MAX_MODULE_SITES], cookies[MAX_MODULE_SITES];
	uint32_t nr;
};

/* Where it belongs to: a file, for one process or for all. */
struct place {
	const struct process *process;
	const struct module *module;
	bool for_all;
};

/* Warns where it cannot, or ends the helper before the trace has begun. */
void attach_batch(const struct batch *batch, const struct place *place);
/* Whether one program may have entries and returns, and choose which calls return to it. */
bool has_sessions(void);
/* By which thread the process will be attached to, where that matters. */
void choose_thread(struct process *process, const struct settings *settings);

#endif
