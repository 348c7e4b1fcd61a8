// SPDX-License-Identifier: MIT
/* Which symbols of an ELF file name code, and which name data; elf(5), "Symbol table". */
#include <string.h>
#include "elf_file.h"

/* Where the letter stands in a name, or NULL. The name may be as long as its file: its beginning must do. */
static const char *find_letter(const char *name, char letter)
{
	return memchr(name, letter, strnlen(name, 1024));
}

/*
 * A label without a type may be a function of hand-written assembly, or a place inside one: names
 * with a dot are local labels of assemblers, those with a dollar sign mark data among code.
 */
static bool names_function(const char *name, unsigned bind)
{
	return *name != '$' && *name != '.' && (bind != STB_LOCAL || !find_letter(name, '.'));
}

/* Where the code that this symbol may name ends; 0: it names none. */
static uint64_t end_of_code(const struct elf_file *file, const Elf64_Sym *symbol)
{
	const Elf64_Shdr *section = elf_section_header(file, symbol->st_shndx);

	if (!section || !(section->sh_flags & SHF_EXECINSTR) || symbol->st_value < section->sh_addr ||
	    symbol->st_value - section->sh_addr >= section->sh_size)
		return 0;
	return section->sh_addr + section->sh_size;
}

static bool read_function(const struct elf_file *file, const Elf64_Sym *symbol, struct elf_function *function)
{
	unsigned bind = ELF64_ST_BIND(symbol->st_info), type = ELF64_ST_TYPE(symbol->st_info);

	if (!*function->name || symbol->st_shndx == SHN_UNDEF)
		return false;
	function->address = symbol->st_value;
	function->size = symbol->st_size;
	function->most = end_of_code(file, symbol);
	function->most -= function->most ? symbol->st_value : 0;
	function->global = bind != STB_LOCAL;
	function->kind = type == STT_FUNC ? FUNCTION : type == STT_GNU_IFUNC ? RESOLVER : LABEL;
	return function->kind != LABEL ||
	       (type == STT_NOTYPE && function->most && names_function(function->name, bind));
}

/* Versions of the dynamic symbols, two bytes each; NULL where there are none. */
static const struct content *versions_of(struct elf_file *file, unsigned table)
{
	const Elf64_Shdr *section;

	for (unsigned i = 0; (section = elf_section_header(file, i)); i++)
		if (section->sh_type == SHT_GNU_versym && section->sh_link == table)
			return elf_content(file, i);
	return NULL;
}

/* A version that nothing is linked with any more; .symtab has it in the name: cfree@GLIBC_2.2.5. */
static bool is_obsolete(const struct content *versions, size_t index, const char *name)
{
	const char *version = find_letter(name, '@');
	const uint16_t hidden = 0x8000;
	uint16_t number;

	if (!versions || versions->size / sizeof(number) <= index)
		return version && version[1] != '@';
	memcpy(&number, versions->bytes + index * sizeof(number), sizeof(number));
	return number & hidden;
}

static void table_functions(struct elf_file *file, unsigned index, elf_function_fn each, void *context)
{
	const Elf64_Shdr *header = elf_section_header(file, index);
	const struct content *table = elf_content(file, index), *strings = elf_content(file, header->sh_link);
	const struct content *versions = versions_of(file, index);
	struct elf_function function = { .complete_table = header->sh_type == SHT_SYMTAB };
	Elf64_Sym symbol;

	for (size_t i = 0; table && strings && i < table->size / sizeof(symbol); i++) {
		memcpy(&symbol, table->bytes + i * sizeof(symbol), sizeof(symbol));
		function.name = elf_text(strings, symbol.st_name);
		function.obsolete = is_obsolete(versions, i, function.name);
		if (read_function(file, &symbol, &function))
			each(&function, context);
	}
}

/* Addresses of the variables that a table has. */
static void table_variables(struct elf_file *file, unsigned index, elf_variable_fn each, void *context)
{
	const struct content *table = elf_content(file, index);
	const struct content *strings = elf_content(file, elf_section_header(file, index)->sh_link);
	Elf64_Sym symbol;

	for (size_t i = 0; table && strings && i < table->size / sizeof(symbol); i++) {
		memcpy(&symbol, table->bytes + i * sizeof(symbol), sizeof(symbol));
		if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_shndx != SHN_UNDEF)
			each(elf_text(strings, symbol.st_name), symbol.st_value, context);
	}
}

/* A file has at most one table of each type; a second one would be there to keep us busy. */
static bool find_table(struct elf_file *file, unsigned type, unsigned *index)
{
	const Elf64_Shdr *section;

	for (*index = 0; (section = elf_section_header(file, *index)); ++*index)
		if (section->sh_type == type && section->sh_entsize == sizeof(Elf64_Sym))
			return true;
	return false;
}

void elf_file_functions(struct elf_file *file, elf_function_fn each, void *context)
{
	unsigned index;

	if (find_table(file, SHT_SYMTAB, &index))
		table_functions(file, index, each, context);
	if (find_table(file, SHT_DYNSYM, &index))
		table_functions(file, index, each, context);
}

void elf_file_variables(struct elf_file *file, elf_variable_fn each, void *context)
{
	unsigned index;

	if (find_table(file, SHT_DYNSYM, &index))
		table_variables(file, index, each, context);
}
