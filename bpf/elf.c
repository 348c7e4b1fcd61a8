// SPDX-License-Identifier: MIT
/*
 * What we need of a 64-bit ELF file; elf(5). The file belongs to the target: no offset, size or count
 * in it is trusted. It is read, not mapped, because a mapped file that shrinks raises SIGBUS.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "elf_file.h"

static bool is_inside(const struct elf_file *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && size <= file->size - offset;
}

static bool read_at(const struct elf_file *file, uint64_t offset, void *into, size_t size)
{
	ssize_t got;

	if (!is_inside(file, offset, size))
		return false;
	if (file->image) {
		memcpy(into, file->image + offset, size);
		return true;
	}
	for (size_t done = 0; done < size; done += got) {
		got = pread(file->fd, (char *)into + done, size - done, offset + done);
		if (got <= 0)
			return false; /* it has been cut meanwhile */
	}
	return true;
}

/* A copy of a part of the file with a NUL behind it, or NULL. */
static void *read_part(const struct elf_file *file, uint64_t offset, size_t size)
{
	char *part;

	if (!is_inside(file, offset, size) || !take_room(size))
		return NULL;
	part = allocate(size + 1);
	if (read_at(file, offset, part, size))
		return part;
	free(part);
	return NULL;
}

static bool is_readable(const Elf64_Ehdr *header)
{
	const uint16_t one = 1;
	uint8_t native = *(const uint8_t *)&one ? ELFDATA2LSB : ELFDATA2MSB;

	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == native;
}

/* A table that cannot be read counts as empty; so does one of more than 65279 entries, which no linker makes. */
static void read_tables(struct elf_file *file)
{
	Elf64_Ehdr *header = &file->header;

	if (header->e_phentsize == sizeof(Elf64_Phdr))
		file->segments = read_part(file, header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr));
	if (header->e_shentsize == sizeof(Elf64_Shdr))
		file->sections = read_part(file, header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr));
	if (!file->segments)
		header->e_phnum = 0;
	if (!file->sections)
		header->e_shnum = 0;
	file->contents = allocate((header->e_shnum + 1) * sizeof(*file->contents));
}

static struct elf_file *opened(struct elf_file unread)
{
	struct elf_file *file;

	if (!read_at(&unread, 0, &unread.header, sizeof(unread.header)) || !is_readable(&unread.header))
		return NULL;
	file = allocate(sizeof(*file));
	*file = unread;
	read_tables(file);
	return file;
}

struct elf_file *elf_file_open(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	return opened((struct elf_file){ .fd = fd, .size = st.st_size });
}

struct elf_file *elf_memory_open(const char *image, size_t size)
{
	return opened((struct elf_file){ .image = image, .size = size });
}

void elf_file_close(struct elf_file *file)
{
	for (unsigned i = 0; i < file->header.e_shnum; i++)
		free(file->contents[i].bytes);
	free(file->contents);
	free(file->sections);
	free(file->segments);
	free(file);
}

/* SHF_COMPRESSED: a header, and what zlib made of the content. */
static struct content decompressed(struct content compressed)
{
	struct content content = { .read = true };
	Elf64_Chdr header;

	if (!compressed.bytes || compressed.size < sizeof(header))
		return content;
	memcpy(&header, compressed.bytes, sizeof(header));
	compressed.bytes += sizeof(header);
	compressed.size -= sizeof(header);
	content.size = header.ch_size;
	if (header.ch_type == ELFCOMPRESS_ZLIB)
		content.bytes = inflated(&compressed, header.ch_size);
	return content;
}

static struct content read_content(const struct elf_file *file, const Elf64_Shdr *section)
{
	struct content stored = { .size = section->sh_size, .read = true }, content;

	if (section->sh_type != SHT_NOBITS)
		stored.bytes = read_part(file, section->sh_offset, section->sh_size);
	if (!(section->sh_flags & SHF_COMPRESSED))
		return stored;
	content = decompressed(stored);
	free(stored.bytes);
	return content;
}

const Elf64_Shdr *elf_section_header(const struct elf_file *file, unsigned index)
{
	return index < file->header.e_shnum ? &file->sections[index] : NULL;
}

const struct content *elf_content(struct elf_file *file, unsigned index)
{
	struct content *content;

	if (index >= file->header.e_shnum)
		return NULL;
	content = &file->contents[index];
	if (!content->read)
		*content = read_content(file, &file->sections[index]);
	return content->bytes ? content : NULL;
}

const char *elf_text(const struct content *strings, uint64_t offset)
{
	return strings && offset < strings->size ? strings->bytes + offset : "";
}

bool elf_section(struct elf_file *file, const char *name, struct elf_section *found)
{
	const struct content *names = elf_content(file, file->header.e_shstrndx), *content;

	for (unsigned i = 0; i < file->header.e_shnum; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (section->sh_type == SHT_NOBITS || strcmp(elf_text(names, section->sh_name), name) != 0)
			continue;
		content = elf_content(file, i);
		if (content)
			*found = (struct elf_section){ (const uint8_t *)content->bytes, content->size,
						       section->sh_addr };
		return content != NULL;
	}
	return false;
}

/* The PT_LOAD segment that fits first, or NULL. */
static const Elf64_Phdr *find_segment(const struct elf_file *file, bool (*fits)(const Elf64_Phdr *, uint64_t),
				      uint64_t at)
{
	for (unsigned i = 0; i < file->header.e_phnum; i++)
		if (file->segments[i].p_type == PT_LOAD && fits(&file->segments[i], at))
			return &file->segments[i];
	return NULL;
}

static bool has_offset(const Elf64_Phdr *segment, uint64_t offset)
{
	return offset >= segment->p_offset && offset - segment->p_offset < segment->p_filesz;
}

static bool has_address(const Elf64_Phdr *segment, uint64_t address)
{
	return address >= segment->p_vaddr && address - segment->p_vaddr < segment->p_filesz;
}

uint64_t elf_entry(const struct elf_file *file)
{
	return file->header.e_entry;
}

struct function_range elf_code_range(const struct elf_file *file)
{
	struct function_range range = { UINT64_MAX, 0 };

	for (unsigned i = 0; i < file->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		if (segment->p_vaddr < range.start)
			range.start = segment->p_vaddr;
		if (segment->p_vaddr + segment->p_filesz > range.end)
			range.end = segment->p_vaddr + segment->p_filesz;
	}
	return range;
}

static bool has_page(const Elf64_Phdr *segment, uint64_t offset)
{
	uint64_t page = sysconf(_SC_PAGESIZE) - 1;

	return (segment->p_flags & PF_X) && offset >= (segment->p_offset & ~page) &&
	       offset < segment->p_offset + segment->p_filesz;
}

bool elf_offset_to_address(struct elf_file *file, uint64_t offset, uint64_t *address)
{
	const Elf64_Phdr *segment = find_segment(file, has_offset, offset);

	if (segment)
		*address = offset - segment->p_offset + segment->p_vaddr;
	return segment != NULL;
}

bool elf_address_to_offset(struct elf_file *file, uint64_t address, uint64_t *offset)
{
	const Elf64_Phdr *segment = find_segment(file, has_address, address);

	if (segment)
		*offset = address - segment->p_vaddr + segment->p_offset;
	return segment != NULL;
}

bool elf_mapping_address(struct elf_file *file, uint64_t offset, uint64_t *address)
{
	const Elf64_Phdr *segment = find_segment(file, has_page, offset);

	if (segment)
		*address = offset - segment->p_offset + segment->p_vaddr;
	return segment != NULL;
}
