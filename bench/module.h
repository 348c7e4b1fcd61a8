/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MODULE_H
#define BENCH_MODULE_H

#include "collector.h"

/* The file as the helper knows it when a process has mapped it. Ends the program when it cannot be. */
struct module *module_of(const char *path);

double now_ms(void);

#endif
