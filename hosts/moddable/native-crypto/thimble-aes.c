/*
 * AES by the SDK's fips197.c, in the modes that thimble has: counter, CBC-MAC, CBC. Its tables join SubBytes and MixColumns, as those in JavaScript do:
 * what is looked up depends on key and data.
 */
#include "thimble-native.h"
#include "fips197.h"

#define BLOCK 16
#define MOST_WORDS (4 * (14 + 1))

/*
 * Round keys as the SDK has them: the same words, turned round. state: the ArrayBuffer below an Int32Array, in the machine's order. Returns the rounds;
 * 0 is none of AES.
 */
static int getRoundKeys(xsMachine* the, uint32_t* keys)
{
	xsIntegerValue key = thimbleInteger(1);
	xsIntegerValue rounds = thimbleInteger(2);
	int words = 4 * (rounds + 1), i;
	uint32_t word;
	uint8_t* state;

	if ((rounds != 10) && (rounds != 12) && (rounds != 14)) xsRangeError("thimble: rounds of AES");
	if ((key < 0) || (key > 0x10000)) xsRangeError("thimble: round keys of AES");
	state = thimbleReadable(0, key * 4, words * 4);
	for (i = 0; i < words; i++) {
		c_memcpy(&word, state + 4 * i, 4);
		keys[i] = (word >> 24) | ((word >> 8) & 0xff00) | ((word & 0xff00) << 8) | (word << 24);
	}
	return rounds;
}

static void addBlock(uint8_t* to, const uint8_t* from)
{
	int i;
	for (i = 0; i < BLOCK; i++) to[i] ^= from[i];
}

/* (state, key, rounds, i0, i1, i2, counter, view, offset, count) */
void xs_thimble_aes_ctr(xsMachine* the)
{
	uint32_t keys[MOST_WORDS];
	uint8_t block[BLOCK], pad[BLOCK];
	uint32_t counter = thimbleInteger(6);
	xsIntegerValue offset = thimbleInteger(8);
	xsIntegerValue count = thimbleInteger(9);
	int rounds, i;
	uint8_t* data;

	for (i = 0; i < 3; i++) thimbleSetBig(block + 4 * i, thimbleInteger(3 + i));
	rounds = getRoundKeys(the, keys);
	data = thimbleWritable(7, offset, thimbleBlocks(count, 4));
	for (; count > 0; count--) {
		thimbleSetBig(block + 12, counter++);
		aes_encrypt4(block, pad, rounds, keys);
		addBlock(data, pad);
		data += BLOCK;
	}
	thimbleWipe(keys, sizeof(keys));
	thimbleWipe(pad, sizeof(pad));
}

/* (state, key, rounds, work, mac, view, offset, count) */
void xs_thimble_aes_cbc_mac(xsMachine* the)
{
	uint32_t keys[MOST_WORDS];
	xsIntegerValue at = thimbleInteger(4);
	xsIntegerValue offset = thimbleInteger(6);
	xsIntegerValue count = thimbleInteger(7);
	int rounds = getRoundKeys(the, keys);
	uint8_t* mac = thimbleWritable(3, at, BLOCK);
	uint8_t* data = thimbleReadable(5, offset, thimbleBlocks(count, 4));

	for (; count > 0; count--) {
		addBlock(mac, data);
		aes_encrypt4(mac, mac, rounds, keys);
		data += BLOCK;
	}
	thimbleWipe(keys, sizeof(keys));
}

/* (state, key, rounds, view, offset, count): the block before them is the initialization vector. */
void xs_thimble_aes_cbc_encrypt(xsMachine* the)
{
	uint32_t keys[MOST_WORDS];
	xsIntegerValue offset = thimbleInteger(4);
	xsIntegerValue count = thimbleInteger(5);
	int rounds = getRoundKeys(the, keys);
	uint8_t* data = thimbleWritable(3, offset - BLOCK, thimbleBlocks((count < 0) ? count : count + 1, 4));

	for (; count > 0; count--) {
		addBlock(data + BLOCK, data);
		data += BLOCK;
		aes_encrypt4(data, data, rounds, keys);
	}
	thimbleWipe(keys, sizeof(keys));
}

/* The same back; from the end, so that each block finds the ciphertext before it. */
void xs_thimble_aes_cbc_decrypt(xsMachine* the)
{
	uint32_t keys[MOST_WORDS];
	xsIntegerValue offset = thimbleInteger(4);
	xsIntegerValue count = thimbleInteger(5);
	int rounds = getRoundKeys(the, keys);
	uint8_t* data = thimbleWritable(3, offset - BLOCK, thimbleBlocks((count < 0) ? count : count + 1, 4));

	for (; count > 0; count--) {
		uint8_t* block = data + count * BLOCK;
		aes_decrypt4(block, block, rounds, keys);
		addBlock(block, block - BLOCK);
	}
	thimbleWipe(keys, sizeof(keys));
}
