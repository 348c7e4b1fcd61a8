/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The files that code is mapped from: what they are, how they are read, and what is known of their code. */
#ifndef MEMSTACKS_MODULES_H
#define MEMSTACKS_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct elf_file;
struct unwind_row;
struct unwind_rule;

/* --- elf.c --- */
struct elf_section {
	const uint8_t *content; /* lives as long as the ELF handle; a NUL follows */
	size_t size;
	uint64_t address; /* as linked */
};
/* NULL when it is no 64-bit ELF file. The descriptor stays the caller's. */
struct elf_file *elf_file_open(int fd);
/* Of a file in memory, which must stay. */
struct elf_file *elf_memory_open(const char *image, size_t size);
void elf_file_close(struct elf_file *file);
bool elf_offset_to_address(struct elf_file *file, uint64_t offset, uint64_t *address);
bool elf_address_to_offset(struct elf_file *file, uint64_t address, uint64_t *offset);
struct function_range {
	uint64_t start, end;
};
/* As linked: from the first to the last byte of the segments with code. */
struct function_range elf_code_range(const struct elf_file *file);
/* Linked address of the entry point, or 0. */
uint64_t elf_entry(const struct elf_file *file);
/* Linked address of what a mapping of code at a page-aligned file offset starts with. */
bool elf_mapping_address(struct elf_file *file, uint64_t offset, uint64_t *address);
/* Decompressed if need be. False where there is none with content. */
bool elf_section(struct elf_file *file, const char *name, struct elf_section *found);

/* --- elf_functions.c --- */
enum function_kind {
	FUNCTION,
	RESOLVER, /* chooses one at load time (STT_GNU_IFUNC); this is its own code */
	LABEL, /* of hand-written assembly, without a type */
};
struct elf_function {
	uint64_t address; /* as linked */
	uint64_t size; /* 0 where the file does not say */
	uint64_t most; /* up to the end of its section; 0: not known */
	const char *name;
	enum function_kind kind;
	bool global;
	bool obsolete; /* kept for programs linked long ago */
	bool complete_table; /* from .symtab, which leaves out nothing */
};
/* Calls `each` for every function that the file defines. Names live as long as the ELF handle. */
typedef void (*elf_function_fn)(const struct elf_function *function, void *context);
void elf_file_functions(struct elf_file *file, elf_function_fn each, void *context);
/* The same for every variable that it exports; the address is as linked. */
typedef void (*elf_variable_fn)(const char *name, uint64_t address, void *context);
void elf_file_variables(struct elf_file *file, elf_variable_fn each, void *context);

/* --- elf_identity.c --- */
/* A new string, in hexadecimal digits; NULL where the file has none. */
char *elf_build_id(struct elf_file *file);
/* Name and CRC-32 of the separate debug file; NULL where the file names none. */
const char *elf_debuglink(struct elf_file *file, uint32_t *checksum);

/* --- vdso.c --- */
/* The code that the kernel maps into every process; NULL where it has none. */
struct elf_file *vdso_elf(void);

/* --- modules.c: files (and other things) that code is mapped from --- */
struct module {
	dev_t dev;
	ino_t ino;
	char *path; /* as the target sees it; in brackets when it is no file */
	int fd; /* -1 when it could not be opened */
	int root; /* directory that its path is seen from; see open_root */
	struct elf_file *elf; /* see module_elf */
	bool elf_searched;
	struct elf_file *debug_elf; /* see module_debug_elf */
	int debug_fd; /* of that file */
	bool debug_searched;
	struct elf_file *debugdata_elf; /* see module_debugdata_elf */
	bool debugdata_searched;
	struct symbols *symbols; /* NULL until asked for */
	const char *symbol_source; /* where names come from, as the capture says it; NULL: nobody asked */
	struct unwind_table *unwind_table; /* likewise */
	bool probed_for_all, watched_for_all; /* of all processes: as an allocator, and for dlclose */
	struct function_range *allocating; /* those of its functions that are probed: offsets in the file */
	unsigned nr_allocating;
};
extern struct module *modules;
extern unsigned nr_modules;
/* What a process has mapped at an address. */
struct mapped_file {
	pid_t pid;
	uint64_t start, end;
	dev_t dev;
	ino_t ino; /* 0: no file */
	const char *path; /* as in struct module */
};
/* Index of the module, opened when it is new. */
unsigned intern_module(const struct mapped_file *file);
/* Opened when first asked for; NULL when it is no readable ELF file. */
struct elf_file *module_elf(struct module *module);
/* Its separate debug file, or NULL. */
struct elf_file *module_debug_elf(struct module *module);

/* The small .symtab that it has compressed in a section, of the functions that .dynsym has not; or NULL. */
struct elf_file *module_debugdata_elf(struct module *module);

/* --- target_file.c --- */
#define OUR_ROOT (-1)
/* Root directory of the process, for open_file; OUR_ROOT also when the process is gone. Stays open. */
int open_root(pid_t pid);
/* Opens a regular file for reading, and nothing else; -1: there is none. Links do not lead out of the root. */
int open_file(int root, const char *path);

/* --- debug_file.c: debugging information that lies apart from its file --- */
/* Directories to look in besides /usr/lib/debug. */
void use_debug_dirs(char **dirs, unsigned nr);

/* --- unwind_rows.c: call frame information of a module as rows --- */
struct unwind_table {
	uint64_t base; /* lowest address with a row, as linked */
	uint32_t first_row, nr_rows; /* where the rows lie among those of all modules; 0 rows: no ELF file */
	bool from_eh_frame, from_debug_frame;
	bool from_code_cache; /* [anon]: of a Java virtual machine, at least one */
	struct elf_section section; /* .eh_frame, as a file with the same one has the same rows */
};
/* Makes the module's table when it is asked for first. */
const struct unwind_table *unwind_table_of(struct module *module);
const struct unwind_row *all_unwind_rows(uint32_t *nr);

/* --- unwind_rules.c --- */
const struct unwind_rule *all_unwind_rules(uint32_t *nr);

/* --- symbols.c --- */
struct symbols;
/* Name of the function at a file offset, or NULL; the text is demangled and lives on. */
const char *symbol_at(struct module *module, uint64_t offset);
/* Where its names come from, as the capture says it. */
const char *symbol_source(struct module *module);

/* --- demangle.c --- */
/* A new string: the demangled name, or a copy where there is nothing to demangle. */
char *demangled(const char *name);

#endif
