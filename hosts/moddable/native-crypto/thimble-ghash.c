/*
 * GHASH (NIST SP 800-38D §6.4). Not the SDK's: that one branches on every bit of the key and reads eight bytes at any address, which some chips do not
 * do. Here no branch and no index depends on key or data.
 */
#include "thimble-native.h"

#define BLOCK 16
/* Where the value and the last blocks lie in `work`. */
#define TAIL_END 48
#define Y 48

typedef struct {
	uint32_t word[4];
} Element;

/* y = y · h. v runs through h · x^i; a bit that drops out comes back as 0xe1. */
static void multiply(Element* y, const Element* h)
{
	uint32_t a = h->word[0], b = h->word[1], c = h->word[2], d = h->word[3];
	uint32_t z0 = 0, z1 = 0, z2 = 0, z3 = 0;
	int i, j;

	for (i = 0; i < 4; i++) {
		uint32_t bits = y->word[i];
		for (j = 0; j < 32; j++) {
			uint32_t mask = 0 - (bits >> 31);
			uint32_t carry = (0 - (d & 1)) & 0xe1000000;
			z0 ^= a & mask;
			z1 ^= b & mask;
			z2 ^= c & mask;
			z3 ^= d & mask;
			d = (d >> 1) | (c << 31);
			c = (c >> 1) | (b << 31);
			b = (b >> 1) | (a << 31);
			a = (a >> 1) ^ carry;
			bits <<= 1;
		}
	}
	y->word[0] = z0;
	y->word[1] = z1;
	y->word[2] = z2;
	y->word[3] = z3;
}

static void addBlocks(Element* y, const Element* h, const uint8_t* data, xsIntegerValue count)
{
	int i;

	for (; count > 0; count--) {
		for (i = 0; i < 4; i++) y->word[i] ^= thimbleGetBig(data + 4 * i);
		multiply(y, h);
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
