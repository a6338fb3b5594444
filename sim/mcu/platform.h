/* What the XS engine asks of a platform, answered for a bare-metal RV32IMC machine: no operating system, no threads, no files. */
#ifndef THIMBLE_MCU_PLATFORM_H
#define THIMBLE_MCU_PLATFORM_H

#undef mxLittleEndian
#define mxLittleEndian 1
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* The C heap: flash while the image is made, RAM on the device (heap.c). */
#define c_malloc mcuMalloc
#define c_calloc mcuCalloc
#define c_realloc mcuRealloc
#define c_free mcuFree
#define c_malloc_uint32 mcuMalloc
#define c_free_uint32 mcuFree
void* mcuMalloc(size_t size);
void* mcuCalloc(size_t count, size_t size);
void* mcuRealloc(void* data, size_t size);
void mcuFree(void* data);

typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday mcuGetTimeOfDay
int mcuGetTimeOfDay(struct timeval* now, void* zone);

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultAbort 0
#define mxUseDefaultCStackLimit 0

#define mxMachinePlatform \
	int promiseJobs; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#define mxCESU8 1

#endif
