// SPDX-License-Identifier: MIT
/* What HotSpot says of its own data: two arrays of names, offsets and addresses; vmStructs.hpp of OpenJDK. */
#include <string.h>
#include "hotspot.h"
#include "target_memory.h"

static const char *const variable_names[NR_HOTSPOT_VARIABLES] = {
	[VM_STRUCTS] = "gHotSpotVMStructs",
	[VM_STRUCT_STRIDE] = "gHotSpotVMStructEntryArrayStride",
	[VM_STRUCT_TYPE] = "gHotSpotVMStructEntryTypeNameOffset",
	[VM_STRUCT_FIELD] = "gHotSpotVMStructEntryFieldNameOffset",
	[VM_STRUCT_IS_STATIC] = "gHotSpotVMStructEntryIsStaticOffset",
	[VM_STRUCT_OFFSET] = "gHotSpotVMStructEntryOffsetOffset",
	[VM_STRUCT_ADDRESS] = "gHotSpotVMStructEntryAddressOffset",
	[VM_TYPES] = "gHotSpotVMTypes",
	[VM_TYPE_STRIDE] = "gHotSpotVMTypeEntryArrayStride",
	[VM_TYPE_NAME] = "gHotSpotVMTypeEntryTypeNameOffset",
	[VM_TYPE_SIZE] = "gHotSpotVMTypeEntrySizeOffset",
};

static const struct {
	const char *type, *name;
	enum hotspot_field field;
} fields[] = {
	{ "CodeCache", "_heaps", CODE_CACHE_HEAPS },
	{ "GrowableArrayBase", "_len", ARRAY_LENGTH },
	{ "GenericGrowableArray", "_len", ARRAY_LENGTH }, /* up to 15 */
	{ "GrowableArray<int>", "_data", ARRAY_DATA },
	{ "CodeHeap", "_memory", HEAP_MEMORY },
	{ "CodeHeap", "_segmap", HEAP_SEGMAP },
	{ "CodeHeap", "_log2_segment_size", HEAP_LOG2_SEGMENT },
	{ "VirtualSpace", "_low", SPACE_LOW },
	{ "VirtualSpace", "_high", SPACE_HIGH },
	{ "VirtualSpace", "_low_boundary", SPACE_LOW_BOUNDARY },
	{ "VirtualSpace", "_high_boundary", SPACE_HIGH_BOUNDARY },
	{ "HeapBlock::Header", "_used", BLOCK_USED }, /* a block begins with its header */
	{ "CodeBlob", "_name", BLOB_NAME },
	{ "CodeBlob", "_size", BLOB_SIZE },
	{ "CodeBlob", "_frame_size", BLOB_FRAME_WORDS },
	{ "AbstractInterpreter", "_code", INTERPRETER_CODE },
	{ "StubQueue", "_stub_buffer", QUEUE_BUFFER },
	{ "StubRoutines", "_call_stub_return_address", CALL_STUB_RETURN },
	{ "ContinuationEntry", "_return_pc", CONTINUATION_RETURN }, /* from 21 on */
};

static const unsigned most_entries = 4096, most_stride = 256;

/* One of the two arrays; the last element has no name. */
struct entries {
	pid_t pid;
	uint64_t at, stride;
};

enum hotspot_variable hotspot_variable_called(const char *name)
{
	unsigned i = 0;

	while (i < NR_HOTSPOT_VARIABLES && strcmp(variable_names[i], name) != 0)
		i++;
	return i;
}

/* The text that a member of an element points to; "" where there is none. */
static void read_name(const struct entries *entries, uint64_t offset, char name[64])
{
	uint64_t address = read_target_word(entries->pid, entries->at + offset);

	*name = 0;
	if (address)
		read_target_text(entries->pid, address, name, 64);
}

static bool is_wanted_type(const char *type)
{
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(fields[i].type, type) == 0)
			return true;
	return false;
}

static void keep_field(const struct entries *entries, const uint64_t value[], const char *type,
		       struct hotspot_layout *layout)
{
	bool is_static = (uint32_t)read_target_word(entries->pid, entries->at + value[VM_STRUCT_IS_STATIC]);
	uint64_t place = value[is_static ? VM_STRUCT_ADDRESS : VM_STRUCT_OFFSET];
	char name[64];

	read_name(entries, value[VM_STRUCT_FIELD], name);
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(fields[i].type, type) == 0 && strcmp(fields[i].name, name) == 0)
			layout->field[fields[i].field] = read_target_word(entries->pid, entries->at + place);
}

static void read_fields(pid_t pid, const uint64_t value[], struct hotspot_layout *layout)
{
	struct entries entries = { pid, value[VM_STRUCTS], value[VM_STRUCT_STRIDE] };
	char type[64];

	for (unsigned i = 0; i < most_entries; i++, entries.at += entries.stride) {
		read_name(&entries, value[VM_STRUCT_TYPE], type);
		if (!*type)
			return;
		if (is_wanted_type(type))
			keep_field(&entries, value, type, layout);
	}
}

static void read_block_size(pid_t pid, const uint64_t value[], struct hotspot_layout *layout)
{
	struct entries entries = { pid, value[VM_TYPES], value[VM_TYPE_STRIDE] };
	char type[64] = "?";

	for (unsigned i = 0; i < most_entries && *type; i++, entries.at += entries.stride) {
		read_name(&entries, value[VM_TYPE_NAME], type);
		if (strcmp(type, "HeapBlock") == 0)
			layout->block_size = read_target_word(pid, entries.at + value[VM_TYPE_SIZE]);
	}
}

static bool is_array(const uint64_t value[], enum hotspot_variable start)
{
	return value[start] && value[start + 1] && value[start + 1] <= most_stride;
}

bool read_hotspot_layout(pid_t pid, const uint64_t variable[NR_HOTSPOT_VARIABLES], struct hotspot_layout *layout)
{
	uint64_t value[NR_HOTSPOT_VARIABLES];

	for (unsigned i = 0; i < NR_HOTSPOT_VARIABLES; i++)
		value[i] = read_target_word(pid, variable[i]);
	if (!is_array(value, VM_STRUCTS) || !is_array(value, VM_TYPES))
		return false;
	memset(layout, 0xff, sizeof(*layout));
	read_fields(pid, value, layout);
	read_block_size(pid, value, layout);
	layout->continuation_stubs = 0;
	for (unsigned i = 0; i < NR_NEEDED_FIELDS; i++)
		if (layout->field[i] == UINT64_MAX)
			return false;
	return layout->block_size != UINT64_MAX;
}
