/* SPDX-License-Identifier: MIT */
/* What the parts of the ELF reader share. */
#ifndef MEMSTACKS_ELF_FILE_H
#define MEMSTACKS_ELF_FILE_H

#include <elf.h>
#include "collector.h"

struct content {
	char *bytes; /* with a NUL behind them; NULL where they cannot be read */
	size_t size;
	bool read;
};

struct elf_file {
	int fd; /* when it is not in memory */
	const char *image; /* NULL: it is not in memory */
	uint64_t size;
	Elf64_Ehdr header;
	Elf64_Phdr *segments; /* header.e_phnum of them */
	Elf64_Shdr *sections; /* header.e_shnum of them */
	struct content *contents; /* of the sections */
};

/* NULL when there is no such section. */
const Elf64_Shdr *elf_section_header(const struct elf_file *file, unsigned index);
/* Content of a section, read when first asked for and decompressed; NULL where it cannot be had. */
const struct content *elf_content(struct elf_file *file, unsigned index);
/* The text at an offset in a string table; "" where there is none. */
const char *elf_text(const struct content *strings, uint64_t offset);

/* --- decompress.c --- */
/* `size` bytes that zlib made of these, with a NUL behind them; NULL when they are not that. */
char *inflated(const struct content *compressed, size_t size);
/* What xz was given; `bytes` is NULL when this is not of xz, or unreasonably large. */
struct content unxz(const struct elf_section *compressed);

#endif
