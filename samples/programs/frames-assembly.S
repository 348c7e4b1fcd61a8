/* Functions whose frames are of kinds that compilers seldom make, or make for an instruction or two. */
#ifdef __x86_64__
	.text

	.macro function name
	.globl \name
	.type \name, @function
	.balign 16
\name:
	.cfi_startproc
	.endm

	.macro end name
	.cfi_endproc
	.size \name, . - \name
	.endm

/* As in OpenSSL: the caller's stack pointer in rax, then in the frame; rbp holds anything. */
	function framed_by_rax
	mov %rsp, %rax
	.cfi_def_cfa_register %rax
	push %rbx
	.cfi_offset %rbx, -16
	push %rbp
	.cfi_offset %rbp, -24
	lea -96(%rsp), %rsp
	and $-64, %rsp
	mov %rax, 40(%rsp)
	/* DW_CFA_def_cfa_expression: DW_OP_breg7 40, DW_OP_deref, DW_OP_plus_uconst 8 */
	.cfi_escape 0x0f, 5, 0x77, 40, 0x06, 0x23, 8
	mov $1, %ebp
	mov %rdi, %rbx
	mov $168, %edi
	call *%rbx
	mov 40(%rsp), %rax
	.cfi_def_cfa %rax, 8
	mov -16(%rax), %rbp
	.cfi_restore %rbp
	mov -8(%rax), %rbx
	.cfi_restore %rbx
	mov %rax, %rsp
	.cfi_def_cfa_register %rsp
	ret
	end framed_by_rax

/* As gcc realigns the stack where it needs the arguments on it. */
	function framed_by_r10
	lea 8(%rsp), %r10
	.cfi_def_cfa %r10, 0
	and $-64, %rsp
	push -8(%r10)
	push %rbp
	mov %rsp, %rbp
	/* DW_CFA_expression: rbp is at DW_OP_breg6 0 */
	.cfi_escape 0x10, 6, 2, 0x76, 0
	push %r10
	/* DW_CFA_def_cfa_expression: DW_OP_breg6 -8, DW_OP_deref */
	.cfi_escape 0x0f, 3, 0x76, 0x78, 0x06
	sub $104, %rsp
	mov %rdi, %rax
	mov $176, %edi
	call *%rax
	mov -8(%rbp), %r10
	.cfi_def_cfa %r10, 0
	lea (%rbp), %rsp
	pop %rbp
	.cfi_restore %rbp
	lea -8(%r10), %rsp
	.cfi_def_cfa %rsp, 8
	ret
	end framed_by_r10

/* The caller's stack pointer in registers that a call would not keep. */
	function framed_by_r11
	lea (%rsp), %r11
	.cfi_def_cfa %r11, 8
	sub $72, %rsp
	xor %eax, %eax
	mov %rax, (%rsp)
	lea 72(%rsp), %rsp
	.cfi_def_cfa %rsp, 8
	mov %rsp, %r9
	.cfi_def_cfa %r9, 8
	push %rax
	nop
	push %rax
	nop
	mov %r9, %rsp
	.cfi_def_cfa %rsp, 8
	sub $8, %rsp
	.cfi_adjust_cfa_offset 8
	mov %rdi, %rax
	mov $184, %edi
	call *%rax
	add $8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	end framed_by_r11

/* As vfork: the return address is in a register for a while. */
	function returns_by_register
	pop %rdx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdx
	xor %eax, %eax
	nop
	push %rdx
	.cfi_adjust_cfa_offset 8
	nop
	.cfi_offset %rip, -8
	sub $8, %rsp
	.cfi_adjust_cfa_offset 8
	mov %rdi, %rax
	mov $192, %edi
	call *%rax
	add $8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	end returns_by_register

/* A stack that ends at the second argument takes over. */
	function switches_stack
	push %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	mov %rsp, %rbp
	.cfi_def_cfa_register %rbp
	mov %rsi, %rsp
	mov %rdi, %rax
	mov $200, %edi
	call *%rax
	mov %rbp, %rsp
	pop %rbp
	.cfi_def_cfa %rsp, 8
	.cfi_restore %rbp
	ret
	end switches_stack

/* From the second instruction after popf on, each raises SIGTRAP. */
	function step_on
	pushf
	.cfi_adjust_cfa_offset 8
	orq $0x100, (%rsp)
	popf
	.cfi_adjust_cfa_offset -8
	ret
	end step_on

	function step_off
	pushf
	.cfi_adjust_cfa_offset 8
	andq $~0x100, (%rsp)
	popf
	.cfi_adjust_cfa_offset -8
	ret
	end step_off
#endif
	.section .note.GNU-stack, "", @progbits
