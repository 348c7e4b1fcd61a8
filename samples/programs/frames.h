/* What frames.c, frames.cpp and libplugin.so, which is loaded at run time, have in common. */
#ifndef FRAMES_H
#define FRAMES_H

/* Keeps a function one of its own, under its own name. */
#if __has_attribute(noipa)
#define KEPT __attribute__((noipa))
#else
#define KEPT __attribute__((noinline))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*plugin_function)(void (*callback)(void));

/* plugin_call: calls back from some frames deep. */
void plugin_call(void (*callback)(void));

#ifdef __cplusplus
}
#endif

#endif
