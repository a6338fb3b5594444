/* ChaCha20 (RFC 8439 §2.4) by the SDK's chacha.c. Its block counter has 64 bits, of which the upper half is the nonce's first word: a record ends long before. */
#include "thimble-native.h"
#include "chacha.h"

#define KEY 32

/* (state, key, counter, n0, n1, n2, buffer, offset, count) */
void xs_thimble_chacha20(xsMachine* the)
{
	xsIntegerValue key = thimbleInteger(1);
	xsIntegerValue counter = thimbleInteger(2);
	xsIntegerValue offset = thimbleInteger(7);
	xsIntegerValue length = thimbleBlocks(thimbleInteger(8), 6);
	uint32_t nonce[3];
	uint8_t *from, *data;
	chacha_ctx context;
	int i;

	/* Words: the SDK reads them as such, and some chips do that at a multiple of 4 alone. */
	for (i = 0; i < 3; i++) thimbleSetLittle((uint8_t*)(nonce + i), thimbleInteger(3 + i));
	if ((key < 0) || (key > 0x10000)) xsRangeError("thimble: key of ChaCha20");
	from = thimbleReadable(0, key * 4, KEY);
	data = thimbleWritable(6, offset, length);
	chacha_keysetup(&context, from, KEY);
	chacha_ivsetup(&context, (uint8_t*)nonce, sizeof(nonce), (uint32_t)counter);
	chacha_process(data, data, length, &context);
	thimbleWipe(&context, sizeof(context));
}
