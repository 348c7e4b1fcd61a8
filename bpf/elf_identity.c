// SPDX-License-Identifier: MIT
/* What a file says about itself and its separate debug file: build id and debug link. */
#include <string.h>
#include "elf_file.h"

static const size_t longest_build_id = 64;

static size_t aligned(size_t size, size_t alignment)
{
	return (size + alignment - 1) / alignment * alignment;
}

static char *hex(const uint8_t *bytes, size_t nr)
{
	char *text = allocate(2 * nr + 1);

	for (size_t i = 0; i < nr; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return text;
}

/* Notes are a header, a name and a description, each padded. */
static char *build_id_in(const struct content *notes, size_t alignment)
{
	Elf64_Nhdr note;

	for (size_t at = 0; notes->size - at >= sizeof(note);) {
		size_t name, description, next;

		memcpy(&note, notes->bytes + at, sizeof(note));
		name = at + sizeof(note);
		description = aligned(name + note.n_namesz, alignment);
		next = aligned(description + note.n_descsz, alignment);
		if (description + note.n_descsz > notes->size)
			return NULL;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz > 0 && note.n_descsz <= longest_build_id &&
		    note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp(notes->bytes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0)
			return hex((const uint8_t *)notes->bytes + description, note.n_descsz);
		if (next > notes->size)
			return NULL;
		at = next;
	}
	return NULL;
}

char *elf_build_id(struct elf_file *file)
{
	const Elf64_Shdr *section;
	char *build_id = NULL;

	for (unsigned i = 0; !build_id && (section = elf_section_header(file, i)); i++) {
		const struct content *notes = section->sh_type == SHT_NOTE ? elf_content(file, i) : NULL;

		if (notes)
			build_id = build_id_in(notes, section->sh_addralign == 8 ? 8 : 4);
	}
	return build_id;
}

/* .gnu_debuglink: a file name, padded, and the CRC-32 of that file; GDB manual, "Separate Debug Files". */
const char *elf_debuglink(struct elf_file *file, uint32_t *checksum)
{
	struct elf_section section;
	const char *name;
	size_t at;

	if (!elf_section(file, ".gnu_debuglink", &section))
		return NULL;
	name = (const char *)section.content;
	at = aligned(strlen(name) + 1, 4);
	if (!*name || strchr(name, '/') || at + sizeof(*checksum) > section.size)
		return NULL;
	memcpy(checksum, section.content + at, sizeof(*checksum));
	return name;
}
