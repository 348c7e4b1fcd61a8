// SPDX-License-Identifier: MIT
/* What we need of an ELF file, through libelf; elf(5). The file belongs to the target: trust nothing. */
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "collector.h"

struct elf_file {
	Elf *elf;
};

/* A sparse file may claim any size and cost its owner nothing; we would read it into memory. */
static const uint64_t largest_section = 1 << 30;

static struct elf_file *opened(Elf *elf)
{
	struct elf_file *file;

	if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64) {
		elf_end(elf);
		return NULL;
	}
	file = allocate(sizeof(*file));
	file->elf = elf;
	return file;
}

struct elf_file *elf_file_open(int fd)
{
	elf_version(EV_CURRENT);
	return opened(elf_begin(fd, ELF_C_READ, NULL)); /* not mmap: a file that shrinks would raise SIGBUS */
}

struct elf_file *elf_memory_open(char *image, size_t size)
{
	elf_version(EV_CURRENT);
	return opened(elf_memory(image, size));
}

static void table_functions(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, elf_function_fn each,
			    void *context)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t nr = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	GElf_Sym symbol;

	for (size_t i = 0; data && i < nr && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
		int type = GELF_ST_TYPE(symbol.st_info), bind = GELF_ST_BIND(symbol.st_info);
		struct elf_function function = { symbol.st_value, symbol.st_size, name,
						 bind == STB_GLOBAL || bind == STB_WEAK,
						 header->sh_type == SHT_SYMTAB };

		if (name && *name && type == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
			each(&function, context);
	}
}

void elf_file_functions(struct elf_file *file, elf_function_fn each, void *context)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(file->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_size <= largest_section &&
		    (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
			table_functions(file->elf, section, &header, each, context);
}

/* Calls with each PT_LOAD segment until one fits. */
static bool find_segment(struct elf_file *file, bool (*fits)(const GElf_Phdr *, uint64_t), uint64_t at,
			 GElf_Phdr *segment)
{
	size_t nr;

	if (elf_getphdrnum(file->elf, &nr))
		return false;
	for (size_t i = 0; i < nr; i++)
		if (gelf_getphdr(file->elf, i, segment) && segment->p_type == PT_LOAD && fits(segment, at))
			return true;
	return false;
}

static bool has_offset(const GElf_Phdr *segment, uint64_t offset)
{
	return offset >= segment->p_offset && offset - segment->p_offset < segment->p_filesz;
}

static bool has_address(const GElf_Phdr *segment, uint64_t address)
{
	return address >= segment->p_vaddr && address - segment->p_vaddr < segment->p_filesz;
}

bool elf_offset_to_address(struct elf_file *file, uint64_t offset, uint64_t *address)
{
	GElf_Phdr segment;

	if (!find_segment(file, has_offset, offset, &segment))
		return false;
	*address = offset - segment.p_offset + segment.p_vaddr;
	return true;
}

bool elf_address_to_offset(struct elf_file *file, uint64_t address, uint64_t *offset)
{
	GElf_Phdr segment;

	if (!find_segment(file, has_address, address, &segment))
		return false;
	*offset = address - segment.p_vaddr + segment.p_offset;
	return true;
}

uint64_t elf_entry(struct elf_file *file)
{
	GElf_Ehdr header;

	return gelf_getehdr(file->elf, &header) ? header.e_entry : 0;
}

struct function_range elf_code_range(struct elf_file *file)
{
	struct function_range range = { UINT64_MAX, 0 };
	GElf_Phdr segment;
	size_t nr;

	if (elf_getphdrnum(file->elf, &nr))
		return range;
	for (size_t i = 0; i < nr; i++) {
		if (!gelf_getphdr(file->elf, i, &segment) || segment.p_type != PT_LOAD || !(segment.p_flags & PF_X))
			continue;
		if (segment.p_vaddr < range.start)
			range.start = segment.p_vaddr;
		if (segment.p_vaddr + segment.p_filesz > range.end)
			range.end = segment.p_vaddr + segment.p_filesz;
	}
	return range;
}

static bool has_page(const GElf_Phdr *segment, uint64_t offset)
{
	const uint64_t page = 4095;

	return (segment->p_flags & PF_X) && offset >= (segment->p_offset & ~page) &&
	       offset < segment->p_offset + segment->p_filesz;
}

bool elf_mapping_address(struct elf_file *file, uint64_t offset, uint64_t *address)
{
	GElf_Phdr segment;

	if (!find_segment(file, has_page, offset, &segment))
		return false;
	*address = offset - segment.p_offset + segment.p_vaddr;
	return true;
}

bool elf_section(struct elf_file *file, const char *name, struct elf_section *found)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(file->elf, &names))
		return false;
	while ((section = elf_nextscn(file->elf, section))) {
		const char *this = gelf_getshdr(section, &header) ? elf_strptr(file->elf, names, header.sh_name) : NULL;
		Elf_Data *data;

		if (!this || strcmp(this, name) != 0 || header.sh_type == SHT_NOBITS || header.sh_size > largest_section)
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			return false;
		*found = (struct elf_section){ data->d_buf, data->d_size, header.sh_addr };
		return true;
	}
	return false;
}

static char *hex(const unsigned char *bytes, size_t nr)
{
	char *text = allocate(2 * nr + 1);

	for (size_t i = 0; i < nr; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return text;
}

static char *build_id_in(Elf_Data *data)
{
	size_t next, name, description;
	GElf_Nhdr note;

	for (size_t at = 0; data && (next = gelf_getnote(data, at, &note, &name, &description)) > 0; at = next)
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && note.n_descsz > 0 &&
		    memcmp((char *)data->d_buf + name, "GNU", 4) == 0)
			return hex((unsigned char *)data->d_buf + description, note.n_descsz);
	return NULL;
}

char *elf_build_id(struct elf_file *file)
{
	Elf_Scn *section = NULL;
	char *build_id = NULL;
	GElf_Shdr header;

	while (!build_id && (section = elf_nextscn(file->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_NOTE)
			build_id = build_id_in(elf_getdata(section, NULL));
	return build_id;
}
