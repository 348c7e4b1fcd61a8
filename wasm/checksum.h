/* SPDX-License-Identifier: MIT */
/* CRC-32 as gzip has it: RFC 1952, 8. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

/* Of bytes that follow others, whose checksum is `crc`; 0 at the start. */
unsigned int checksum_after(unsigned int crc, const unsigned char *bytes, unsigned int size);

#endif
