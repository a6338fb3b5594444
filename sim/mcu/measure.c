/*
 * What a run cost: instructions by mark, RAM by kind. None of it allocates in the machine's heaps. In peak mode (options.peak) a collection runs each time
 * so many bytes were allocated, so that the largest live memory is known; instructions are then not told.
 */
#include "mcu.h"

void* __real_fxNewChunk(txMachine* the, txSize size);
void* __real_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity);
void* __real_fxRenewChunk(txMachine* the, void* data, txSize size);
txSlot* __real_fxNewSlot(txMachine* the);
txSlot* __real_fxDuplicateSlot(txMachine* the, txSlot* slot);

static txSize baseChunks, newChunks, baseSlots, newSlots;    /* live at the last collection; allocated since */
static txSize peakChunks, peakSlots, peakStack, peakSum;     /* since the last mark */
static txSize topChunks, topSlots;                           /* when the sum was largest */
static txSize mostChunks, mostSlots, mostStack;
static int sampling;
txSize askedChunk;

uint64_t instructions(void)
{
	uint32_t high, low, again;
	do {
		__asm__ volatile("csrr %0, minstreth" : "=r"(high));
		__asm__ volatile("csrr %0, minstret" : "=r"(low));
		__asm__ volatile("csrr %0, minstreth" : "=r"(again));
	} while (high != again);
	return ((uint64_t)high << 32) | low;
}

/* Takes in what happened since the last call. The engine notes how deep its stack was when a function ends. */
static void settle(txMachine* the)
{
	txSize stack;
	txSize chunks = options.peak ? baseChunks + newChunks : the->currentChunksSize;
	txSize slots = options.peak ? baseSlots + newSlots : the->currentHeapCount;
	txSize sum;
	if (the->stack < the->stackPeak) the->stackPeak = the->stack;
	stack = (txSize)((the->stackTop - the->stackPeak) * (int)sizeof(txSlot));
	the->stackPeak = the->stack;
	sum = chunks + slots * (txSize)sizeof(txSlot) + stack;
	if (peakSum < sum) {
		peakSum = sum;
		topChunks = chunks;
		topSlots = slots;
	}
	if (peakChunks < chunks) peakChunks = chunks;
	if (peakSlots < slots) peakSlots = slots;
	if (peakStack < stack) peakStack = stack;
	if (mostChunks < peakChunks) mostChunks = peakChunks;
	if (mostSlots < peakSlots) mostSlots = peakSlots;
	if (mostStack < peakStack) mostStack = peakStack;
}

/* Where a slot is asked for, chunks must not move: then only slots become exact. */
static void sample(txMachine* the, txFlag flag)
{
	if (!(the->collectFlag & XS_COLLECTING_FLAG)) return;
	sampling = 1;
	settle(the);
	fxCollect(the, flag);
	baseSlots = the->currentHeapCount;
	newSlots = 0;
	if (flag & XS_COMPACT_FLAG) {
		baseChunks = the->currentChunksSize;
		newChunks = 0;
	}
	sampling = 0;
}

static int isWatched(void)
{
	return onDevice && options.peak && !sampling;
}

static void countChunk(txMachine* the, txSize size)
{
	txSize bytes = ((size + 3) & ~3) + (txSize)sizeof(txChunk);
	askedChunk = size;
	if (!isWatched()) return;
	if (newChunks + newSlots * (txSize)sizeof(txSlot) + bytes >= (txSize)options.peak) sample(the, XS_COMPACT_FLAG);
	else settle(the);
	newChunks += bytes;
	settle(the);
}

static void countSlot(txMachine* the)
{
	askedChunk = 0;
	if (!isWatched()) return;
	if ((newSlots + 1) * (txSize)sizeof(txSlot) >= (txSize)options.peak) sample(the, XS_ORGANIC_FLAG);
	newSlots++;
	settle(the);
}

void* __wrap_fxNewChunk(txMachine* the, txSize size)
{
	countChunk(the, size);
	return __real_fxNewChunk(the, size);
}

void* __wrap_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	countChunk(the, capacity);
	return __real_fxNewGrowableChunk(the, size, capacity);
}

void* __wrap_fxRenewChunk(txMachine* the, void* data, txSize size)
{
	txSize former = the->currentChunksSize;
	void* result = __real_fxRenewChunk(the, data, size);
	if (result && isWatched() && (the->currentChunksSize > former)) {
		newChunks += the->currentChunksSize - former;
		settle(the);
	}
	return result;
}

txSlot* __wrap_fxNewSlot(txMachine* the)
{
	countSlot(the);
	return __real_fxNewSlot(the);
}

txSlot* __wrap_fxDuplicateSlot(txMachine* the, txSlot* slot)
{
	countSlot(the);
	return __real_fxDuplicateSlot(the, slot);
}

/* Peaks begin anew; in peak mode, so does what counts as live. */
static void restart(txMachine* the)
{
	if (options.peak) sample(the, XS_COMPACT_FLAG);
	peakChunks = peakSlots = peakStack = peakSum = 0;
	the->stackPeak = the->stack;
}

void measureStart(txMachine* the)
{
	baseChunks = the->currentChunksSize;
	baseSlots = the->currentHeapCount;
	restart(the);
}

/* One line for the tool outside, which adds up: instructions; live chunks, slots and stack; the largest of each and of their sum since the mark before,
   and what chunks and slots were then. */
void measureMark(txMachine* the, const char* name)
{
	uint64_t count = instructions();
	settle(the);
	if (options.peak) sample(the, XS_COMPACT_FLAG);
	say("@mark %lu%09lu %d %d %d %d %d %d %d %d %d %s\n", (unsigned long)(count / 1000000000u), (unsigned long)(count % 1000000000u),
		(int)the->currentChunksSize, (int)the->currentHeapCount, (int)((the->stackTop - the->stack) * (int)sizeof(txSlot)),
		(int)peakChunks, (int)peakSlots, (int)peakStack, (int)peakSum, (int)topChunks, (int)topSlots, name);
	restart(the);
}

static size_t cStackUsed(void)
{
	const uint32_t* word = (const uint32_t*)ramBegin;
	while (*word == 0x5AFEC0DE) word++;
	return (size_t)(cStackTop - (const char*)word);
}

/* RAM by kind, in bytes: taken, and of it used at most. */
void measureEnd(txMachine* the, int status)
{
	settle(the);
	say("@ram %lu statics %lu\n", options.ram, (unsigned long)(bssEnd - dataBegin));
	say("@cstack %lu %lu\n", (unsigned long)(cStackTop - ramBegin), (unsigned long)cStackUsed());
	say("@heap %lu %lu\n", (unsigned long)heapSize(), (unsigned long)heapPeak());
	say("@chunks %d %d\n", (int)the->maximumChunksSize, (int)mostChunks);
	say("@slots %d %d\n", (int)the->maximumHeapCount, (int)mostSlots);
	say("@stack %d %d\n", (int)(the->stackTop - the->stackBottom), (int)(mostStack / (int)sizeof(txSlot)));
	say("@tables %d\n", (int)((the->keyCount - the->keyOffset + the->aliasCount + the->nameModulo + the->symbolModulo) * (int)sizeof(txSlot*) + (int)sizeof(txMachine)));
	say("@instructions %lu%09lu\n", (unsigned long)(instructions() / 1000000000u), (unsigned long)(instructions() % 1000000000u));
	say("@end %d\n", status);
}
