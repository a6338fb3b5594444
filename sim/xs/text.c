/*
 * ArrayBuffer.fromString and String.fromArrayBuffer, which the SDK's engine has and this one leaves out with strings as CESU-8: there U+0000 is two
 * bytes, and what lies beyond U+FFFF is two surrogates. Outside it is UTF-8.
 */
#include "sim.h"

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

static int isSurrogate(const txU1* p, txU1 high)
{
	return (p[0] == 0xED) && ((p[1] & 0xF0) == high);
}

/* To UTF-8; to may be NULL. Returns the size. */
static txSize encode(const txU1* p, txU1* to)
{
	txSize size = 0;
	txU1 out[4];
	while (*p) {
		int count = (p[0] < 0x80) ? 1 : (p[0] < 0xE0) ? 2 : 3;
		int step = count;
		memcpy(out, p, (size_t)count);
		if ((p[0] == 0xC0) && (p[1] == 0x80)) {
			out[0] = 0;
			count = 1;
		}
		else if (isSurrogate(p, 0xA0) && isSurrogate(p + 3, 0xB0)) {
			txU4 code = 0x10000 + ((txU4)(((p[1] & 15) << 6) | (p[2] & 63)) << 10) + (txU4)(((p[4] & 15) << 6) | (p[5] & 63));
			out[0] = (txU1)(0xF0 | (code >> 18));
			out[1] = (txU1)(0x80 | ((code >> 12) & 63));
			out[2] = (txU1)(0x80 | ((code >> 6) & 63));
			out[3] = (txU1)(0x80 | (code & 63));
			count = 4;
			step = 6;
		}
		if (to) memcpy(to + size, out, (size_t)count);
		size += count;
		p += step;
	}
	return size;
}

/* From UTF-8; to may be NULL. Returns the size, or -1 where it is none. */
static txSize decode(const txU1* p, txUnsigned length, txU1* to)
{
	const txU1* end = p + length;
	txSize size = 0;
	while (p < end) {
		txU1 out[6];
		int count = (p[0] < 0x80) ? 1 : (p[0] < 0xC2) ? 0 : (p[0] < 0xE0) ? 2 : (p[0] < 0xF0) ? 3 : (p[0] < 0xF5) ? 4 : 0;
		int step = count, i;
		if (!count || (count > end - p)) return -1;
		for (i = 1; i < count; i++)
			if ((p[i] & 0xC0) != 0x80) return -1;
		if (((p[0] == 0xE0) && (p[1] < 0xA0)) || ((p[0] == 0xED) && (p[1] > 0x9F)) || ((p[0] == 0xF0) && (p[1] < 0x90)) || ((p[0] == 0xF4) && (p[1] > 0x8F))) return -1;
		if (count == 4) {
			txU4 code = ((txU4)(p[0] & 7) << 18 | (txU4)(p[1] & 63) << 12 | (txU4)(p[2] & 63) << 6 | (txU4)(p[3] & 63)) - 0x10000;
			txU4 high = 0xD800 + (code >> 10), low = 0xDC00 + (code & 1023);
			out[0] = out[3] = 0xED;
			out[1] = (txU1)(0x80 | ((high >> 6) & 63));
			out[2] = (txU1)(0x80 | (high & 63));
			out[4] = (txU1)(0x80 | ((low >> 6) & 63));
			out[5] = (txU1)(0x80 | (low & 63));
			count = 6;
		}
		else if (p[0] == 0) {
			out[0] = 0xC0;
			out[1] = 0x80;
			count = 2;
		}
		else memcpy(out, p, (size_t)count);
		if (to) memcpy(to + size, out, (size_t)count);
		size += count;
		p += step;
	}
	return size;
}

static void fromString(txMachine* the)
{
	if (mxArgc < 1) mxTypeError("fromString needs a string");
	fxToString(the, mxArgv(0));
	fxArrayBuffer(the, mxResult, NULL, encode((txU1*)mxArgv(0)->value.string, NULL), -1);
	encode((txU1*)mxArgv(0)->value.string, fxToArrayBuffer(the, mxResult));
}

static void fromArrayBuffer(txMachine* the)
{
	void* data;
	txUnsigned length;
	txSize size;
	txString string;
	if (mxArgc < 1) mxTypeError("fromArrayBuffer needs a buffer");
	_xsmcGetBuffer(the, mxArgv(0), &data, &length, 0);
	size = decode(data, length, NULL);
	if (size < 0) mxTypeError("this is no UTF-8");
	string = fxNewChunk(the, size + 1);
	_xsmcGetBuffer(the, mxArgv(0), &data, &length, 0);
	decode(data, length, (txU1*)string);
	string[size] = 0;
	mxResult->kind = XS_STRING_KIND;
	mxResult->value.string = string;
}

void simDefineText(txMachine* the)
{
	simAddFunction(the, fxLastProperty(the, mxArrayBufferConstructor.value.reference), fromString, 1, "fromString");
	simAddFunction(the, fxLastProperty(the, mxStringConstructor.value.reference), fromArrayBuffer, 1, "fromArrayBuffer");
}
