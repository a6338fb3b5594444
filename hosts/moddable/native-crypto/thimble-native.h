/*
 * What the functions here have in common. Each is called as a function of src/crypto/xs/generated is, and computes with the C code of the SDK's
 * modules/crypt. None of them allocates: pointers into buffers stay true until it returns.
 */
#ifndef __THIMBLE_NATIVE__
#define __THIMBLE_NATIVE__

#include "xsmc.h"
#include "xsHost.h"

#define thimbleInteger(INDEX) xsmcToInteger(xsArg(INDEX))

/* The bytes [offset, offset + length) of an argument; a RangeError where it has not so many. */
#define thimbleReadable(INDEX, OFFSET, LENGTH) thimbleBytes(the, &xsArg(INDEX), 0, OFFSET, LENGTH)
#define thimbleWritable(INDEX, OFFSET, LENGTH) thimbleBytes(the, &xsArg(INDEX), 1, OFFSET, LENGTH)

static inline uint8_t* thimbleBytes(xsMachine* the, xsSlot* slot, xsBooleanValue writable, xsIntegerValue offset, xsIntegerValue length)
{
	void* data;
	xsUnsignedValue size;

	if (writable)
		xsmcGetBufferWritable(*slot, &data, &size);
	else
		xsmcGetBufferReadable(*slot, &data, &size);
	if ((offset < 0) || (length < 0) || ((xsUnsignedValue)offset > size) || ((xsUnsignedValue)length > size - (xsUnsignedValue)offset))
		xsRangeError("thimble: out of the buffer");
	return (uint8_t*)data + offset;
}

/* Bytes of `count` blocks; below zero where that is too many, which thimbleBytes refuses. */
static inline xsIntegerValue thimbleBlocks(xsIntegerValue count, int shift)
{
	return ((count < 0) || (count > (0x7fffffff >> shift))) ? -1 : count << shift;
}

static inline uint32_t thimbleGetBig(const uint8_t* p)
{
	return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static inline void thimbleSetBig(uint8_t* p, uint32_t word)
{
	p[0] = word >> 24;
	p[1] = word >> 16;
	p[2] = word >> 8;
	p[3] = word;
}

static inline uint32_t thimbleGetLittle(const uint8_t* p)
{
	return p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

static inline void thimbleSetLittle(uint8_t* p, uint32_t word)
{
	p[0] = word;
	p[1] = word >> 8;
	p[2] = word >> 16;
	p[3] = word >> 24;
}

/* Zeroes what a function had on its stack; volatile, or a compiler leaves it out. */
static inline void thimbleWipe(void* data, size_t length)
{
	volatile uint8_t* p = data;
	while (length--) *p++ = 0;
}

#endif
