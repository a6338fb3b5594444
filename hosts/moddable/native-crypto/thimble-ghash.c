/*
 * GHASH (NIST SP 800-38D §6.4). Not the SDK's: that one branches on every bit of the key and of what it hashes, and reads eight bytes at any address, which
 * some chips do not do. Here no branch and no index depends on key or data; time is the same where the chip's multiplication takes the same time.
 */
#include "thimble-native.h"

#define BLOCK 16
/* Where the value and the last blocks lie in `work`. */
#define TAIL_END 48
#define Y 48

/* Highest word first; the highest bit is the coefficient of x^0. */
typedef struct {
	uint32_t word[4];
} Element;

/*
 * Product without carries. Each factor has one bit in four: a column of an ordinary product adds up to 8 at most, so carries stay out of the next bit
 * that counts.
 */
static uint64_t multiplyWords(uint32_t x, uint32_t y)
{
	uint64_t x0 = x & 0x11111111, x1 = x & 0x22222222, x2 = x & 0x44444444, x3 = x & 0x88888888;
	uint32_t y0 = y & 0x11111111, y1 = y & 0x22222222, y2 = y & 0x44444444, y3 = y & 0x88888888;
	uint64_t z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
	uint64_t z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
	uint64_t z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
	uint64_t z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);

	return (z0 & 0x1111111111111111ULL) | (z1 & 0x2222222222222222ULL) | (z2 & 0x4444444444444444ULL) | (z3 & 0x8888888888888888ULL);
}

/* Two words by two words (Karatsuba). */
static void multiplyPairs(const uint32_t* x, const uint32_t* y, uint32_t* z)
{
	uint64_t high = multiplyWords(x[0], y[0]);
	uint64_t low = multiplyWords(x[1], y[1]);
	uint64_t middle = multiplyWords(x[0] ^ x[1], y[0] ^ y[1]) ^ high ^ low;

	z[0] = high >> 32;
	z[1] = (uint32_t)high ^ (uint32_t)(middle >> 32);
	z[2] = (uint32_t)(low >> 32) ^ (uint32_t)middle;
	z[3] = (uint32_t)low;
}

/* y = y · h modulo x^128 + x^7 + x^2 + x + 1. */
static void multiply(uint32_t* y, const uint32_t* h)
{
	uint32_t q[8], middle[4], s[2] = { y[0] ^ y[2], y[1] ^ y[3] }, t[2] = { h[0] ^ h[2], h[1] ^ h[3] };
	int i;

	multiplyPairs(y, h, q);
	multiplyPairs(y + 2, h + 2, q + 4);
	multiplyPairs(s, t, middle);
	for (i = 0; i < 4; i++) middle[i] ^= q[i] ^ q[4 + i];
	for (i = 0; i < 4; i++) q[2 + i] ^= middle[i];
	/* 255 bits: the highest of 256 is to be the coefficient of x^0. */
	for (i = 0; i < 7; i++) q[i] = (q[i] << 1) | (q[i + 1] >> 31);
	q[7] <<= 1;
	/* From the highest powers down; times x is one bit to the right. */
	for (i = 7; i > 3; i--) {
		q[i - 4] ^= q[i] ^ (q[i] >> 1) ^ (q[i] >> 2) ^ (q[i] >> 7);
		q[i - 3] ^= (q[i] << 31) ^ (q[i] << 30) ^ (q[i] << 25);
	}
	for (i = 0; i < 4; i++) y[i] = q[i];
}

static void addBlocks(Element* y, const Element* h, const uint8_t* data, xsIntegerValue count)
{
	int i;

	for (; count > 0; count--) {
		for (i = 0; i < 4; i++) y->word[i] ^= thimbleGetBig(data + 4 * i);
		multiply(y->word, h->word);
		data += BLOCK;
	}
}

/* (work, h0, h1, h2, h3, head, view, offset, count, tail) */
void xs_thimble_ghash(xsMachine* the)
{
	xsIntegerValue head = thimbleInteger(5);
	xsIntegerValue offset = thimbleInteger(7);
	xsIntegerValue count = thimbleInteger(8);
	xsIntegerValue tail = thimbleInteger(9);
	Element h, y;
	uint8_t *work, *data;
	int i;

	for (i = 0; i < 4; i++) h.word[i] = thimbleInteger(1 + i);
	if ((head < 0) || (head > 3) || (tail < 0) || (tail > 3)) xsRangeError("thimble: blocks of GHASH");
	work = thimbleWritable(0, 0, Y + BLOCK);
	data = thimbleReadable(6, offset, thimbleBlocks(count, 4));
	for (i = 0; i < 4; i++) y.word[i] = thimbleGetBig(work + Y + 4 * i);
	addBlocks(&y, &h, work, head);
	addBlocks(&y, &h, data, count);
	addBlocks(&y, &h, work + TAIL_END - BLOCK * tail, tail);
	for (i = 0; i < 4; i++) thimbleSetBig(work + Y + 4 * i, y.word[i]);
	thimbleWipe(&h, sizeof(h));
	thimbleWipe(&y, sizeof(y));
}
