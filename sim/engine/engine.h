/* What both simulators do to the engine: code as in flash, a frozen heap. */
#ifndef THIMBLE_ENGINE_H
#define THIMBLE_ENGINE_H

#include "xsAll.h"
#include "xsScript.h"

/* freeze.c */
void engineEachSlot(txMachine* the, void (*visit)(txMachine* the, txSlot* slot));
int engineFreeze(txMachine* the, int (*isThawed)(txSlot* instance));

/* archive.c */
void engineToArchive(txByte* code, txSize size);
int engineMapNames(txMachine* the, txScript* script);   /* false: no memory */

/* calls.c */
void engineDescribeCalls(txMachine* the, char* buffer, size_t size);
void engineDescribeFrom(txMachine* the, txSlot* frame, char* buffer, size_t size);

#endif
