/* SHA-1's compression function by the SDK's fips180.c. */
#include "thimble-native.h"
#include "fips180.h"

/* sha1Blocks(state, message, offset, count) */
void xs_thimble_sha1_blocks(xsMachine* the)
{
	xsIntegerValue offset = thimbleInteger(2);
	xsIntegerValue length = thimbleBlocks(thimbleInteger(3), 6);
	uint8_t* state = thimbleWritable(0, 0, SHA1_DGSTSIZE);
	uint8_t* message = thimbleReadable(1, offset, length);
	struct sha1 hash;
	int i;

	hash.len = 0;
	for (i = 0; i < SHA1_NUMSTATE; i++) hash.state[i] = thimbleGetBig(state + 4 * i);
	sha1_update(&hash, message, length);
	for (i = 0; i < SHA1_NUMSTATE; i++) thimbleSetBig(state + 4 * i, hash.state[i]);
	thimbleWipe(&hash, sizeof(hash));
}
