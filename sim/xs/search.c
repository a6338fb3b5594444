/* Copies of secrets in the device's heaps: what an app names is looked for in all of its RAM, in memory that is free as well. For tests. */
#include "sim.h"

#define SECRET_LIMIT 64
#define LENGTH_LIMIT 64
#define LABEL_LIMIT 40
/* As it is; the other way round, as BigInts hold numbers; word by word the other way round, as ciphers hold big-endian words. */
#define ORDERS 3

typedef struct {
	char label[LABEL_LIMIT];
	int length;
	txByte bytes[ORDERS][LENGTH_LIMIT];
} Secret;

static Secret secrets[SECRET_LIMIT];
static int secretCount = 0;

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

/* secret(label, bytes, offset, length): kept outside of the heaps. */
static void measureSecret(txMachine* the)
{
	Secret* secret = &secrets[secretCount];
	txInteger offset, length, i;
	void* data;
	txUnsigned size;
	simGuard(the);
	if (mxArgc < 4) mxTypeError("secret(label, bytes, offset, length)");
	if (secretCount == SECRET_LIMIT) mxRangeError("%d secrets are all that can be looked for", SECRET_LIMIT);
	fxToStringBuffer(the, mxArgv(0), secret->label, LABEL_LIMIT);
	offset = fxToInteger(the, mxArgv(2));
	length = fxToInteger(the, mxArgv(3));
	_xsmcGetBuffer(the, mxArgv(1), &data, &size, 0);
	if ((offset < 0) || (length < 8) || (length > LENGTH_LIMIT) || ((txUnsigned)(offset + length) > size)) mxRangeError("a secret of 8 to %d bytes is wanted", LENGTH_LIMIT);
	for (i = 0; i < length; i++) {
		txByte byte = ((txByte*)data)[offset + i];
		secret->bytes[0][i] = secret->bytes[1][length - 1 - i] = byte;
		if ((i | 3) < length) secret->bytes[2][i ^ 3] = byte;
	}
	secret->length = length;
	secretCount++;
}

static int countOf(const Secret* secret, const void* from, const void* to)
{
	int count = 0, order;
	for (order = 0; order < ORDERS; order++) {
		const txByte* p = from;
		while ((p < (const txByte*)to) && (p = memmem(p, (size_t)((const txByte*)to - p), secret->bytes[order], (size_t)((order == 2) ? (secret->length & ~3) : secret->length)))) {
			count++;
			p += secret->length;
		}
	}
	return count;
}

/* search(place): prints a line for each label: copies in chunks that are in use or not collected yet, in free chunk memory, in slots, on the stack. */
static void measureSearch(txMachine* the)
{
	char place[LABEL_LIMIT];
	int i, j;
	simGuard(the);
	if (mxArgc < 1) mxTypeError("search(place)");
	fxToStringBuffer(the, mxArgv(0), place, sizeof(place));
	for (i = 0; i < secretCount; i++) {
		int chunks = 0, free = 0, slots = 0, stack = 0, count = 0;
		for (j = 0; (j < i) && strcmp(secrets[j].label, secrets[i].label); j++) ;
		if (j < i) continue; /* told with the first of its label */
		for (j = i; j < secretCount; j++) {
			txBlock* block;
			txSlot* heap;
			if (strcmp(secrets[j].label, secrets[i].label)) continue;
			count++;
			for (block = the->firstBlock; block; block = block->nextBlock) {
				chunks += countOf(&secrets[j], block + 1, block->current);
				free += countOf(&secrets[j], block->current, block->limit);
			}
			for (heap = the->firstHeap; heap; heap = heap->next) slots += countOf(&secrets[j], heap, heap->value.reference);
			stack += countOf(&secrets[j], the->stackBottom, the->stackTop);
		}
		printf("secrets %s: %s x%d: chunks %d, free %d, slots %d, stack %d\n", place, secrets[i].label, count, chunks, free, slots, stack);
	}
	fflush(stdout);
}

void simDefineSearch(txMachine* the, txSlot* object)
{
	txSlot* property = fxLastProperty(the, object->value.reference);
	property = simAddFunction(the, property, measureSecret, 4, "secret");
	property = simAddFunction(the, property, measureSearch, 1, "search");
}
