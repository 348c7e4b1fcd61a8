/* SPDX-License-Identifier: MIT */
#ifndef TYPES_H
#define TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(#name)))

/*
 * What runs often is a function of its own: V8 compiles it again in the background, and large functions are not ready before a
 * small picture is.
 */
#define SMALL __attribute__((noinline))

#endif
