// SPDX-License-Identifier: MIT
/* C++ (Itanium), Rust legacy and Rust v0 names, by binutils' demangler. */
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>
#include "collector.h"

/*
 * A mangled name of a hundred bytes can stand for gigabytes of text, and the traced process chooses
 * it: past this length we keep the mangled name.
 */
#define LONGEST 65536

struct output {
	jmp_buf too_long;
	size_t length;
	char text[LONGEST];
};

static void append(const char *piece, size_t length, void *context)
{
	struct output *output = context;

	if (output->length + length >= LONGEST)
		longjmp(output->too_long, 1);
	memcpy(output->text + output->length, piece, length);
	output->length += length;
}

char *demangled(const char *name)
{
	static struct output output;

	output.length = 0;
	if ((name[0] != '_' || (name[1] != 'Z' && name[1] != 'R')) || setjmp(output.too_long))
		return duplicate(name);
	/* Rust's legacy names are valid C++ names too, so Rust comes first. */
	if (!rust_demangle_callback(name, DMGL_PARAMS, append, &output)) {
		output.length = 0;
		if (!cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI, append, &output))
			return duplicate(name);
	}
	output.text[output.length] = 0;
	return duplicate(output.length ? output.text : name);
}
