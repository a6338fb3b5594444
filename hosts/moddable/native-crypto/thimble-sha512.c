/* The compression function of SHA-512 and SHA-384 by the SDK's fips180.c. */
#include "thimble-native.h"
#include "fips180.h"

/* sha512Blocks(state, message, offset, count) */
void xs_thimble_sha512_blocks(xsMachine* the)
{
	xsIntegerValue offset = thimbleInteger(2);
	xsIntegerValue length = thimbleBlocks(thimbleInteger(3), 7);
	uint8_t* state = thimbleWritable(0, 0, SHA512_DGSTSIZE);
	uint8_t* message = thimbleReadable(1, offset, length);
	struct sha512 hash;
	int i;

	hash.len[0] = hash.len[1] = 0;
	for (i = 0; i < SHA512_NUMSTATE; i++)
		hash.state[i] = ((uint64_t)thimbleGetBig(state + 8 * i) << 32) | thimbleGetBig(state + 8 * i + 4);
	sha512_update(&hash, message, length);
	for (i = 0; i < SHA512_NUMSTATE; i++) {
		thimbleSetBig(state + 8 * i, hash.state[i] >> 32);
		thimbleSetBig(state + 8 * i + 4, (uint32_t)hash.state[i]);
	}
	thimbleWipe(&hash, sizeof(hash));
}
