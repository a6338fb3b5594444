/* Shared declarations of the simulator's host program. One process runs one device: a frozen root machine ("flash") and its clone ("RAM"). */
#ifndef THIMBLE_SIM_H
#define THIMBLE_SIM_H

#include "xsAll.h"
#include "xsScript.h"
#include "xs.h"
#include "engine.h"
#include <stddef.h>

enum {
	EXIT_UNCAUGHT = 1,  /* exception or rejection that nobody caught */
	EXIT_SETUP = 2,     /* options, files, modules that cannot be loaded */
	EXIT_MEMORY = 3,    /* a fixed heap was too small */
	EXIT_STACK = 4,     /* XS stack or C stack overflow */
	EXIT_FLASH = 5,     /* write to read-only memory */
	EXIT_ENGINE = 6,    /* any other stop of the engine */
	EXIT_HELD = 7       /* a callback held the event loop for too long */
};

typedef struct {
	const char* main;          /* file of the app's main module */
	const char* map;           /* JSON: imports, preload, runtime, parse */
	const char* modules;       /* directory of the built-in modules */
	const char* config;        /* JSON file that "mc/config" exports */
	const char* sizes;         /* where a line for each module under preload goes: flash in use behind it */
	const char* stats;         /* where the JSON line goes, "-" for standard output */
	const char* fleet;         /* folder of what the devices print; NULL: one device */
	const char* storage;       /* file of what outlasts a restart; NULL: nothing does */
	const char* resources;     /* folder of resources; NULL: there are none */
	txSize staticBytes;        /* one block that chunks, slots and stack share; chunkBytes and slots are then where they begin. 0: fixed heaps */
	txSize chunkBytes;
	txSize slots;
	txSize stackSlots;
	txSize keys;
	int grow;                  /* the device's heaps may grow (tests) */
	int thaw;                  /* built-ins stay changeable through aliases (tests) */
	int peakEvery;             /* collect and sample each time this many bytes were allocated; 0: off */
	int curve;                 /* with peakEvery: keep the curve of live memory */
	int census;                /* take the census when live memory first reaches so many bytes; 0: off */
	int censusMark;            /* … and so many marks were set before */
	int verbose;
	int fixedTime;
	double time;               /* milliseconds since 1970, when fixedTime */
	int ownClock;              /* the clock runs, and began at bootTime */
	double bootTime;           /* milliseconds since 1970 */
	int segment;               /* a socket offers so many bytes at once; 0: all that came */
	int gateway;               /* port on this machine through which connections and look-ups go; 0: none */
	int holdLimit;             /* milliseconds that a callback may take; 0: no limit */
	int attentive;             /* peakEvery or watch: look at each allocation */
	int watch;                 /* look at what runs while a callback holds the event loop */
	int turns;                 /* … and count instructions of each callback, under callgrind */
	int fixedRandom;
	uint64_t seed;
	int argumentCount;
	char** arguments;
} SimOptions;

typedef struct {
	SimOptions options;
	txMachine* root;
	txMachine* device;         /* NULL until the root is frozen */
	int exiting;
	int exitStatus;
} Sim;

extern Sim sim;

/* natives.c: the device's clock */
void simSetTime(double milliseconds);

/* report.c: messages, and the end of the device */
void simFail(int status, const char* format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void simNote(const char* format, ...) __attribute__((format(printf, 1, 2)));
void simUncaught(txMachine* the, const char* where) __attribute__((noreturn));
void simFinish(int status) __attribute__((noreturn));
const char* simThousands(double value);

/* flash.c: the root's memory */
void simFlashInitialize(void);
void* simFlashAllocate(size_t size);
void simFlashRememberBuiltIns(txMachine* root);
void simFlashProtect(void);
typedef struct {
	txSize slots, chunkBytes, codeBytes, keys, aliases;
} SimFlashFigures;
extern SimFlashFigures simFlash;

/* modules.c: from specifier to file to bytecode */
void simMapAdd(const char* specifier, const char* path);
void simRuntimeAdd(const char* path);
void simParseAllow(void);
const char* simResolve(const char* specifier, const char* parent, char* message, size_t size);
void simPreloadGraph(txMachine* the, const char* path);
void simPreload(txMachine* the, const char* path);
int simIsRuntime(const char* path);
extern int simParsedOnDevice;

/* machine.c */
void simBuildRoot(void);
void simBuildDevice(void);
void simRunMain(void);
char* simReadFile(const char* path, size_t* size);

/* natives.c, measure.c, timers.c, net.c: what apps can call. Each adds properties to the object on top of the stack. */
void simDefineNatives(txMachine* the);
void simDefineMeasure(txMachine* the, txSlot* object);
void simMeasureFinish(void);
void simDefineText(txMachine* the);
void simDefineStorage(txMachine* the, txSlot* object);
void simDefineSearch(txMachine* the, txSlot* object);
void simDefineTimers(txMachine* the, txSlot* object);
void simDefineNet(txMachine* the, txSlot* object);
void simAddResolve(txMachine* the, txSlot* object);
txSlot* simAddFunction(txMachine* the, txSlot* property, txCallback callback, int length, const char* name);
void simAddGlobal(txMachine* the, txCallback callback, int length, const char* name);
void simInternNames(txMachine* the);
void simGuard(txMachine* the);
double simMilliseconds(void);

/* loop.c */
void simLoop(txMachine* the);
void simRunJobs(txMachine* the);
void simTakeSignals(void);
void simInvoke(txMachine* the, const char* where, txSlot* self, txSlot* function, int count, txSlot* argument);

/* watchdog.c: how long callbacks hold the event loop */
void simTurnBegin(txMachine* the, const char* where);
void simTurnEnd(void);
void simTurnSample(txMachine* the);
void simHeldTooLong(const char* why) __attribute__((noreturn));
int simIsHeld(void);
extern int simTelling;                  /* what was running is being told, from inside of a signal */
void simWatchdogStart(void);
void simWriteLongest(FILE* file);

/* fleet.c: many devices from one flash */
void simFleet(void);
void simFleetMark(const char* name);

/* timers.c and net.c, for the loop */
int simTimersTimeout(void);             /* milliseconds until the next one, -1: none */
void simTimersFire(txMachine* the);
int simNetPrepare(void* pollfds, int limit, int* timeout);
void simNetDispatch(txMachine* the, void* pollfds, int count);

/* census.c: what lives in the heaps at the peak */
void simCensus(txMachine* the, double sum, int markCount, txSlot* deepest);
void simCensusReset(void);
void simHolders(txMachine* the, int ofStack, char* buffer, size_t size);
void simWriteCensus(FILE* file);

/* counters.c: allocation counters around the engine's allocator */
typedef struct {
	double sum, chunkBytes, slots, stackBytes;
} SimUse;
void simCountersStart(txMachine* the);
void simCountersCollect(txMachine* the);
SimUse simUseNow(txMachine* the);
void simMark(txMachine* the, const char* name);
void simCountersReset(txMachine* the);
double simCounter(txMachine* the, const char* name);
void simWriteStats(int status);
void simAsked(char* buffer, size_t size);
#define SIM_MARK_LIMIT 512

/* curve.c: live memory between marks */
void simCurveTake(SimUse use);
void simCurveBegin(int mark);
void simCurveWrite(FILE* file, int mark);

#endif
