// SPDX-License-Identifier: MIT
/* Compressed parts of ELF files, which may claim anything: only what is reasonable is decompressed. */
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include "elf_file.h"

static const size_t most_expansion = 1032; /* what zlib can reach; https://zlib.net/zlib_tech.html */
static const uint64_t most_xz_memory = 128 << 20; /* xz -9 wants 65 MB */
static const size_t largest_xz_output = 256 << 20;

char *inflated(const struct content *compressed, size_t size)
{
	uLongf length = size;
	char *bytes;

	if (size / most_expansion > compressed->size || !take_room(size))
		return NULL;
	bytes = allocate(size + 1);
	if (uncompress((Bytef *)bytes, &length, (const Bytef *)compressed->bytes, compressed->size) == Z_OK &&
	    length == size)
		return bytes;
	free(bytes);
	return NULL;
}

/* Makes more room in the output, at first as much as symbols use to take; false when it would be too much. */
static bool extend(struct content *output, lzma_stream *stream)
{
	size_t done = output->size, more = done ? done : 4 * stream->avail_in;

	if (!more || done + more > largest_xz_output || !take_room(more))
		return false;
	output->size += more;
	output->bytes = realloc(output->bytes, output->size);
	if (!output->bytes)
		die(1, "out of memory in the collector");
	stream->next_out = (uint8_t *)output->bytes + done;
	stream->avail_out = more;
	return true;
}

struct content unxz(const struct elf_section *compressed)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	struct content output = { .read = true };
	lzma_ret state = lzma_stream_decoder(&stream, most_xz_memory, 0);

	stream.next_in = compressed->content;
	stream.avail_in = compressed->size;
	while (state == LZMA_OK && (stream.avail_out || extend(&output, &stream)))
		state = lzma_code(&stream, LZMA_FINISH);
	output.size = stream.total_out;
	lzma_end(&stream);
	if (state == LZMA_STREAM_END)
		return output;
	free(output.bytes);
	return (struct content){ .read = true };
}
