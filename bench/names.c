// SPDX-License-Identifier: MIT
/*
 *     names FILE NR
 *
 * Names NR addresses spread evenly over the code of FILE, as the helper does for the frames of a capture:
 * a line for each with the address as linked, and the name if it has one. What that took follows as the last line.
 */
#include <stdlib.h>
#include "module.h"

static struct elf_section code_of(struct module *module)
{
	struct elf_section code;

	if (!module_elf(module) || !elf_section(module_elf(module), ".text", &code))
		die(1, "%s has no code", module->path);
	return code;
}

int main(int argc, char **argv)
{
	unsigned nr = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct module *module;
	struct elf_section code;
	double start;

	if (!nr)
		die(2, "usage: names FILE NR");
	module = module_of(argv[1]);
	start = now_ms();
	code = code_of(module);
	for (unsigned i = 0; i < nr; i++) {
		uint64_t address = code.address + code.size / nr * i, offset;
		const char *name = NULL;

		if (elf_address_to_offset(module_elf(module), address, &offset))
			name = symbol_at(module, offset);
		printf("0x%jx %s\n", (uintmax_t)address, name ? name : "");
	}
	printf("ms %.1f\n", now_ms() - start);
	return 0;
}
