/* More unwind rules than the helper has numbers for: a frame of another size at every instruction. Beside trouble.c. */
	.section .note.GNU-stack, "", %progbits
	.text
	.type many_rules, %function
many_rules:
	.cfi_startproc
	.set frame_size, 16
	.rept 70000
	.set frame_size, frame_size + 16
	.cfi_def_cfa_offset frame_size
	nop
	.endr
	.cfi_endproc
	.size many_rules, . - many_rules
