/*
 * The C heap: a first-fit list. Freed neighbours join. While the image is made, what must stay is taken from the arena, which becomes flash, and never
 * given back. The engine's own heaps are two blocks of it.
 */
#include "mcu.h"

typedef struct Block {
	size_t size;                   /* with this header; the lowest bit: in use */
	struct Block* next;            /* of the free list, by address */
} Block;

#define HEADER sizeof(size_t)
#define LEAST 16

static char* begin;
static char* end;
static Block* freeList;
static size_t used, peak;

int heapInFlash = 0;
char* arenaNext = arenaBegin;

void heapInitialize(char* from, char* to)
{
	begin = (char*)(((size_t)from + 7) & ~(size_t)7);
	end = (char*)((size_t)to & ~(size_t)7);
	freeList = (Block*)(begin + 4);
	freeList->size = (size_t)(end - begin - 8);
	freeList->next = NULL;
}

static void* fromArena(size_t size)
{
	char* result = arenaNext;
	arenaNext += (size + 15) & ~(size_t)15;
	if (arenaNext > arenaEnd) fail(EXIT_SETUP, "flash is full: %lu bytes", (unsigned long)(arenaEnd - arenaBegin));
	return result;
}

/* Blocks begin 4 bytes before a multiple of 8, so that what the caller sees is at one. */
void* mcuMalloc(size_t size)
{
	Block** link = &freeList;
	Block* block;
	size_t need = (size + HEADER + 7) & ~(size_t)7;
	if (heapInFlash) return fromArena(size);
	if (need < LEAST) need = LEAST;
	for (block = freeList; block && (block->size < need); block = block->next) link = &block->next;
	if (!block) return NULL;
	if (block->size - need >= LEAST) {
		Block* rest = (Block*)((char*)block + need);
		rest->size = block->size - need;
		rest->next = block->next;
		*link = rest;
		block->size = need;
	}
	else *link = block->next;
	used += block->size;
	if (peak < used) peak = used;
	return (char*)block + HEADER;
}

void mcuFree(void* data)
{
	Block* block;
	Block* before = NULL;
	Block* after;
	if (!data || (((char*)data >= arenaBegin) && ((char*)data < arenaEnd))) return;
	block = (Block*)((char*)data - HEADER);
	used -= block->size;
	for (after = freeList; after && (after < block); after = after->next) before = after;
	block->next = after;
	if (after && ((char*)block + block->size == (char*)after)) {
		block->size += after->size;
		block->next = after->next;
	}
	if (!before) freeList = block;
	else if ((char*)before + before->size == (char*)block) {
		before->size += block->size;
		before->next = block->next;
	}
	else before->next = block;
}

void* mcuCalloc(size_t count, size_t size)
{
	void* data = mcuMalloc(count * size);
	if (data) memset(data, 0, count * size);
	return data;
}

void* mcuRealloc(void* data, size_t size)
{
	void* result = mcuMalloc(size);
	size_t former;
	if (!data || !result) return result;
	former = ((Block*)((char*)data - HEADER))->size - HEADER;
	memcpy(result, data, (former < size) ? former : size);
	mcuFree(data);
	return result;
}

size_t heapUsed(void) { return used; }
size_t heapPeak(void) { return peak; }
size_t heapSize(void) { return (size_t)(end - begin); }

void* fxAllocateChunks(txMachine* the, txSize size)
{
	return mcuMalloc((size_t)size);
}

void fxFreeChunks(txMachine* the, void* data)
{
	mcuFree(data);
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	return mcuMalloc((size_t)count * sizeof(txSlot));
}

void fxFreeSlots(txMachine* the, void* data)
{
	mcuFree(data);
}
