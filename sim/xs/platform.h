/* What the XS engine asks of a platform, answered for the simulator: a Linux process, 32-bit (16-byte slots) or 64-bit (32-byte slots). */
#ifndef THIMBLE_PLATFORM_H
#define THIMBLE_PLATFORM_H

#undef mxLittleEndian
#define mxLittleEndian 1
#undef mxLinux
#define mxLinux 1
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Date and Date.now() go through us, so that --time can fix the clock. */
typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday simGetTimeOfDay
int simGetTimeOfDay(struct timeval* now, void* zone);

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultAbort 0

#define mxMachinePlatform \
	int promiseJobs; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#if INTPTR_MAX == INT64_MAX
	#define mx32bitID 1
#endif
#define mxCESU8 1

#endif
