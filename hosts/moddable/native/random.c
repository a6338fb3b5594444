/* Random bytes from the platform. One that has no source here does not build: there is nothing to fall back on. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#if ESP32
	#include "esp_random.h"
	#define fill(bytes, length) esp_fill_random(bytes, length)
#elif mxLinux
	#include <sys/random.h>
	static void fill(uint8_t* bytes, size_t length)
	{
		while (length > 0) {
			ssize_t count = getrandom(bytes, length, 0);
			if (count < 0) continue;
			bytes += count;
			length -= (size_t)count;
		}
	}
#elif mxMacOSX
	#include <stdlib.h>
	#define fill(bytes, length) arc4random_buf(bytes, length)
#else
	#error "thimble: this platform has no random source here; give secure.random an object with fill(bytes, offset, length) of your own, and leave out thimble-tls/moddable/random"
#endif

/* fillRandom(buffer: ArrayBuffer, offset, length) */
void xs_thimble_fill_random(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	xsIntegerValue offset = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	xsmcGetBufferWritable(xsArg(0), &data, &size);
	if (offset < 0 || length < 0 || (xsUnsignedValue)offset > size || (xsUnsignedValue)length > size - (xsUnsignedValue)offset)
		xsRangeError("fill: outside of the buffer");
	fill((uint8_t*)data + offset, (size_t)length);
}
