/*
 * Fills a buffer from the chip's generator of true random numbers. Not the SDK's rng, which is a C library's rand() on some platforms: a platform that
 * is not named here does not build.
 */
#include "xsmc.h"
#include "xsHost.h"

#if ESP32
	#include "esp_random.h"
	#include "esp_wifi.h"
#elif defined(__linux__) || defined(__APPLE__)
	#include <sys/random.h>
	#if defined(__APPLE__)
		#include <unistd.h>
	#endif
#else
	#error "thimble: no source of entropy is known for this platform"
#endif

/* getentropy() gives at most so much at a time. */
#define PIECE 256

void xs_thimble_entropy(xsMachine* the)
{
	void* data;
	xsUnsignedValue length;

	xsmcGetBufferWritable(xsArg(0), &data, &length);
#if ESP32
	{
		/*
		 * Without its radio the chip's generator gives pseudo-random numbers (ESP-IDF, "Random Number Generation"). The power is known while Wi-Fi
		 * is started; its mode also before, and after it was stopped.
		 */
		int8_t power;
		if (esp_wifi_get_max_tx_power(&power) != ESP_OK)
			xsUnknownError("random: start Wi-Fi first; the chip has no entropy without its radio");
		esp_fill_random(data, length);
	}
#else
	while (length > 0) {
		xsUnsignedValue piece = (length < PIECE) ? length : PIECE;
		if (getentropy(data, piece)) xsUnknownError("random: the operating system has no entropy");
		data = (char*)data + piece;
		length -= piece;
	}
#endif
}
