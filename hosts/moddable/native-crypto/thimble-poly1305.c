/* Poly1305 (RFC 8439 §2.5), which the SDK has not: five limbs of 26 bits. No branch and no index depends on key or data. */
#include "thimble-native.h"

#define LIMB 0x3ffffff
#define BLOCK 16
/* Where things lie in `state`, in bytes: r and s, h in limbs, blocks of thimble's own, the tag. */
#define R 0
#define S 16
#define H 32
#define HEAD 64
#define TAIL_END 112
#define TAG 64
#define END 112

static void split(uint32_t* limbs, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	limbs[0] = a & LIMB;
	limbs[1] = ((a >> 26) | (b << 6)) & LIMB;
	limbs[2] = ((b >> 20) | (c << 12)) & LIMB;
	limbs[3] = ((c >> 14) | (d << 18)) & LIMB;
	limbs[4] = d >> 8;
}

/* h = (h + block + 2^128) · r modulo 2^130 - 5, `count` times. */
static void addBlocks(uint32_t* h, const uint32_t* r, const uint8_t* data, xsIntegerValue count)
{
	uint32_t s[5], m[5];
	uint64_t d;
	int i, j;

	for (i = 0; i < 5; i++) s[i] = 5 * r[i];
	for (; count > 0; count--) {
		uint64_t carry = 0;
		split(m, thimbleGetLittle(data), thimbleGetLittle(data + 4), thimbleGetLittle(data + 8), thimbleGetLittle(data + 12));
		m[4] |= 1 << 24;
		for (i = 0; i < 5; i++) h[i] += m[i];
		for (i = 0; i < 5; i++) {
			d = carry;
			for (j = 0; j < 5; j++) d += (uint64_t)h[j] * ((j <= i) ? r[i - j] : s[5 + i - j]);
			m[i] = (uint32_t)d & LIMB;
			carry = d >> 26;
		}
		carry = m[0] + 5 * carry;
		h[0] = (uint32_t)carry & LIMB;
		h[1] = m[1] + (uint32_t)(carry >> 26);
		for (i = 2; i < 5; i++) h[i] = m[i];
		data += BLOCK;
	}
	thimbleWipe(s, sizeof(s));
	thimbleWipe(m, sizeof(m));
}

static void getLimbs(uint32_t* h, const uint8_t* state)
{
	int i;
	for (i = 0; i < 5; i++) h[i] = thimbleGetLittle(state + H + 4 * i);
}

/* (state, head, buffer, offset, count, tail) */
void xs_thimble_poly1305_blocks(xsMachine* the)
{
	xsIntegerValue head = thimbleInteger(1);
	xsIntegerValue offset = thimbleInteger(3);
	xsIntegerValue count = thimbleInteger(4);
	xsIntegerValue tail = thimbleInteger(5);
	uint32_t r[5], h[5];
	uint8_t *state, *data;
	int i;

	if ((head < 0) || (head > 3) || (tail < 0) || (tail > 3)) xsRangeError("thimble: blocks of Poly1305");
	state = thimbleWritable(0, 0, END);
	data = thimbleReadable(2, offset, thimbleBlocks(count, 4));
	split(r, thimbleGetLittle(state + R) & 0x0fffffff, thimbleGetLittle(state + R + 4) & 0x0ffffffc,
		thimbleGetLittle(state + R + 8) & 0x0ffffffc, thimbleGetLittle(state + R + 12) & 0x0ffffffc);
	getLimbs(h, state);
	addBlocks(h, r, state + HEAD, head);
	addBlocks(h, r, data, count);
	addBlocks(h, r, state + TAIL_END - BLOCK * tail, tail);
	for (i = 0; i < 5; i++) thimbleSetLittle(state + H + 4 * i, h[i]);
	thimbleWipe(r, sizeof(r));
	thimbleWipe(h, sizeof(h));
}

/* (state) */
void xs_thimble_poly1305_tag(xsMachine* the)
{
	uint8_t* state = thimbleWritable(0, 0, END);
	uint32_t h[5], g[5], carry, mask;
	uint64_t sum = 0;
	int i, pass;

	getLimbs(h, state);
	for (pass = 0; pass < 2; pass++) {
		for (carry = 0, i = 0; i < 5; i++) {
			h[i] += carry;
			carry = h[i] >> 26;
			h[i] &= LIMB;
		}
		h[0] += 5 * carry;
	}
	/* g = h - p; its sign tells which of the two is below p. */
	for (carry = 5, i = 0; i < 5; i++) {
		g[i] = h[i] + carry;
		carry = g[i] >> 26;
		g[i] &= LIMB;
	}
	mask = 0 - carry;
	for (i = 0; i < 5; i++) h[i] = (h[i] & ~mask) | (g[i] & mask);
	for (i = 0; i < 4; i++) {
		uint32_t word = (h[i] >> (6 * i)) | (h[i + 1] << (26 - 6 * i));
		sum += (uint64_t)word + thimbleGetLittle(state + S + 4 * i);
		thimbleSetLittle(state + TAG + 4 * i, (uint32_t)sum);
		sum >>= 32;
	}
	thimbleWipe(h, sizeof(h));
	thimbleWipe(g, sizeof(g));
}
