/*
 * A microcontroller that holds the XS engine, thimble and an app. The same image boots twice: once with much memory, to load all modules, freeze the
 * heap at its place in flash and write it out; then as the device, with that flash locked and a hard limit of RAM.
 */
#ifndef THIMBLE_MCU_H
#define THIMBLE_MCU_H

#include "xsAll.h"
#include "xsScript.h"
#include "xs.h"
#include <stddef.h>

/* Exit codes, as sim/xs has them. */
enum {
	EXIT_UNCAUGHT = 1,
	EXIT_SETUP = 2,
	EXIT_MEMORY = 3,
	EXIT_STACK = 4,
	EXIT_FLASH = 5,
	EXIT_ENGINE = 6
};

/* memory.ld */
extern char arenaBegin[], arenaEnd[], ramBegin[], cStackTop[], dataBegin[], dataEnd[], bssBegin[], bssEnd[], heapBegin[], imageEnd[], imageCodeEnd[], imageIdentity[];

/* start.S */
long semihost(long operation, void* arguments);
long onStack(char* top, long (*call)(void));

/* host.c: files and time of the machine outside; the end of the device */
int hostOpen(const char* path, int mode);
long hostRead(int file, void* bytes, long length);
long hostWrite(int file, const void* bytes, long length);
long hostLength(int file);
void hostClose(int file);
long hostSeconds(void);
void hostPrint(const char* text);
void hostExit(int status) __attribute__((noreturn));
void hostArguments(char* text, long size);
void say(const char* format, ...) __attribute__((format(printf, 1, 2)));
void fail(int status, const char* format, ...) __attribute__((noreturn, format(printf, 2, 3)));
enum { MODE_READ = 1, MODE_WRITE = 5 };

/* heap.c: the C heap, and the engine's heaps in it */
void heapInitialize(char* begin, char* end);
extern int heapInFlash;        /* allocations go to the arena, for good */
extern char* arenaNext;
size_t heapUsed(void);
size_t heapPeak(void);
size_t heapSize(void);

/* freeze.c */
extern int freezeAliases;

/* modules.c: bytecode out of sources while the image is made; from flash on the device */
typedef struct Code {
	const char* path;
	txByte* bytes;
	txSize size;
	struct Code* next;
} Code;
typedef struct Alias {
	const char* specifier;
	const char* path;
	struct Alias* next;
} Alias;
extern Code* archive;
extern Alias* aliases;
extern txSize codeBytes;
extern int onDevice;
void addSource(const char* path, const char* text, size_t size);
void addAlias(const char* specifier, const char* path);
void preload(txMachine* the, const char* path);
void archiveMain(txMachine* the, const char* path);

/* natives.c */
void defineNatives(txMachine* the);
void internNames(txMachine* the);
void runJobs(txMachine* the);
txSlot* eventLoop(txMachine* root);

/* image.c: the first boot */
long makeImage(void);

/* device.c: the second boot */
void runDevice(void) __attribute__((noreturn));
typedef struct {
	unsigned long ram;             /* bytes of RAM in all */
	unsigned long chunks;          /* bytes of the chunk heap */
	unsigned long slots;
	unsigned long stack;           /* slots of the engine's stack */
	unsigned long keys;            /* property names that the device may add */
	unsigned long peak;            /* collect each time so many bytes were allocated; 0: off */
	unsigned long seed;            /* random bytes; 0: the host's */
	double time;                   /* seconds since 1970; 0: the host's */
} Options;
extern Options options;

/* measure.c */
void measureStart(txMachine* the);
void measureMark(txMachine* the, const char* name);
void measureReset(txMachine* the);
void measureEnd(txMachine* the, int status);
uint64_t instructions(void);

/* What stands at the beginning of the arena. The pointers hold for this image alone, so its identity stands there too. */
typedef struct {
	char magic[8];
	unsigned char identity[20];
	char* end;                     /* of the arena in use */
	txMachine* root;
	Code* archive;
	Alias* aliases;
	const char* main;
	txSlot* loop;                  /* what the event loop calls; NULL: none */
	txSize slots, chunkBytes, codeBytes, keys, changeable;
} ArenaHeader;

#endif
