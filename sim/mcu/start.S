/* Reset: stack, statics, trap vector. Then C. */
	.section .start, "ax"
	.globl start
start:
	la sp, cStackTop
	la t0, trapEntry
	csrw mtvec, t0
	la a0, dataBegin
	la a1, dataEnd
	la a2, dataSource
1:	bgeu a0, a1, 2f
	lw t0, 0(a2)
	sw t0, 0(a0)
	addi a0, a0, 4
	addi a2, a2, 4
	j 1b
2:	la a0, bssBegin
	la a1, bssEnd
3:	bgeu a0, a1, 4f
	sw zero, 0(a0)
	addi a0, a0, 4
	j 3b
4:	/* The C stack is painted, so that its depth can be told. */
	la a0, ramBegin
	li t0, 0x5AFEC0DE
5:	bgeu a0, sp, 6f
	sw t0, 0(a0)
	addi a0, a0, 4
	j 5b
6:	call mcuMain
7:	j 7b

	/* A fault ends the device. Its stack may be what failed: the report takes the upper end of the statics' neighbour, the C heap. */
	.balign 4
trapEntry:
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	mv a3, sp
	la sp, heapBegin
	li t0, 2048
	add sp, sp, t0
	andi sp, sp, -16
	call mcuTrap
8:	j 8b

	/* long semihost(long operation, void* arguments) */
	.option push
	.option norvc
	.balign 16
	.globl semihost
semihost:
	slli x0, x0, 0x1f
	ebreak
	srai x0, x0, 0x7
	ret
	.option pop

	/* long onStack(char* top, long (*call)(void)): runs call on another stack, for work that the device itself never does. */
	.globl onStack
onStack:
	addi sp, sp, -16
	sw ra, 12(sp)
	sw s0, 8(sp)
	mv s0, sp
	mv sp, a0
	jalr a1
	mv sp, s0
	lw s0, 8(sp)
	lw ra, 12(sp)
	addi sp, sp, 16
	ret
