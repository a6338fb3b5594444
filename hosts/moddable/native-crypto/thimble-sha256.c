/* SHA-256's compression function by the SDK's fips180.c: the chaining value goes in and comes out, so that a hash can be copied, saved and wiped. */
#include "thimble-native.h"
#include "fips180.h"

/* sha256Blocks(state, from, to, message, offset, count) */
void xs_thimble_sha256_blocks(xsMachine* the)
{
	xsIntegerValue from = thimbleInteger(1);
	xsIntegerValue to = thimbleInteger(2);
	xsIntegerValue offset = thimbleInteger(4);
	xsIntegerValue length = thimbleBlocks(thimbleInteger(5), 6);
	uint8_t* before = thimbleReadable(0, from, SHA256_DGSTSIZE);
	uint8_t* after = thimbleWritable(0, to, SHA256_DGSTSIZE);
	uint8_t* message = thimbleReadable(3, offset, length);
	struct sha256 hash;
	int i;

	hash.len = 0;
	for (i = 0; i < SHA256_NUMSTATE; i++) hash.state[i] = thimbleGetBig(before + 4 * i);
	sha256_update(&hash, message, length);
	for (i = 0; i < SHA256_NUMSTATE; i++) thimbleSetBig(after + 4 * i, hash.state[i]);
	thimbleWipe(&hash, sizeof(hash));
}

/* sha256Initial(state) */
void xs_thimble_sha256_initial(xsMachine* the)
{
	uint8_t* state = thimbleWritable(0, 0, SHA256_DGSTSIZE);
	struct sha256 hash;
	int i;

	sha256_create(&hash);
	for (i = 0; i < SHA256_NUMSTATE; i++) thimbleSetBig(state + 4 * i, hash.state[i]);
}
