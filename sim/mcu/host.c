/* The world outside, by RISC-V semihosting: the emulator does it, at no cost of instructions. */
#include "mcu.h"

int hostOpen(const char* path, int mode)
{
	long arguments[3] = { (long)path, mode, (long)strlen(path) };
	return (int)semihost(0x01, arguments);
}

void hostClose(int file)
{
	long arguments[1] = { file };
	semihost(0x02, arguments);
}

/* Returns how many bytes were read: 0 at the end. A pipe waits until something is there. */
long hostRead(int file, void* bytes, long length)
{
	long arguments[3] = { file, (long)bytes, length };
	long left = semihost(0x06, arguments);
	return ((left < 0) || (left > length)) ? -1 : length - left;
}

long hostWrite(int file, const void* bytes, long length)
{
	long arguments[3] = { file, (long)bytes, length };
	return length - semihost(0x05, arguments);
}

long hostLength(int file)
{
	long arguments[1] = { file };
	return semihost(0x0C, arguments);
}

long hostSeconds(void)
{
	return semihost(0x11, NULL);
}

void hostPrint(const char* text)
{
	semihost(0x04, (void*)text);
}

void hostExit(int status)
{
	long arguments[2] = { 0x20026, status };
	for (;;) semihost(0x20, arguments);
}

void hostArguments(char* text, long size)
{
	long arguments[2] = { (long)text, size };
	if (semihost(0x15, arguments)) text[0] = 0;
}

/* Not static memory: what is printed is short, and the stack is given back. */
void say(const char* format, ...)
{
	char text[160];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	hostPrint(text);
}

void fail(int status, const char* format, ...)
{
	char text[160];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	hostPrint("mcu: ");
	hostPrint(text);
	hostPrint("\n");
	hostExit(status);
}

int mcuGetTimeOfDay(struct timeval* now, void* zone)
{
	double time = options.time;
	now->tv_sec = time ? (time_t)time : (time_t)hostSeconds();
	now->tv_usec = 0;
	return 0;
}

/* Of the C library: what engine code that the device never comes to is linked with. */

static int putCharacter(char c, FILE* file)
{
	semihost(0x03, &c);
	return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(putCharacter, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdout = &console;
FILE* const stderr = &console;

void* sbrk(ptrdiff_t size)
{
	return (void*)-1;
}

void _exit(int status)
{
	hostExit(status);
}
