/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What differs between machines, for the BPF programs and for the helper. Only x86-64 has been run;
 * arm64 is compiled, by `make -C bpf arm64`.
 */
#ifndef MEMSTACKS_MACHINE_H
#define MEMSTACKS_MACHINE_H

/*
 * SAVED_KEPT is rbx or x19, a register that calls leave as it was. The dynamic linker finds its frame by rbx while it
 * binds a function at its first call, and whatever that calls must not end there.
 */

#if defined(__x86_64__) || defined(__TARGET_ARCH_x86)

/* The kernel's struct rt_sigframe: from the stack pointer to the gregs of the ucontext, in the order of sys/ucontext.h. */
#define SIGNAL_REGISTERS 40
enum { SAVED_FP = 10, SAVED_KEPT = 11, SAVED_SP = 15, SAVED_PC = 16, NR_SAVED = 17 };
/* A call pushes the return address: where it lies, by the stack pointer after the return. */
#define RETURN_SLOT(sp) ((sp) - 8)
#define SP_AFTER_RETURN(sp) ((sp) + 8) /* of the stack pointer at a function's entry */
#define CODE_ADDRESS(pc) (pc)

#elif defined(__aarch64__) || defined(__TARGET_ARCH_arm64)

/* To the regs of the sigcontext, asm/sigcontext.h: x0 to x30, sp, pc. */
#define SIGNAL_REGISTERS 312
enum { SAVED_KEPT = 19, SAVED_FP = 29, SAVED_SP = 31, SAVED_PC = 32, NR_SAVED = 33 };
/* The return address stays in x30; the kernel names a pending return probe by the stack pointer at entry. */
#define RETURN_SLOT(sp) (sp)
#define SP_AFTER_RETURN(sp) (sp)
/* Without the pointer authentication code that a saved x30 may carry. */
#define CODE_ADDRESS(pc) ((pc) & ((1ULL << 48) - 1))

#else
#error "only x86-64 and arm64 are known"
#endif

#endif
