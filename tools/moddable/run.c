/*
 * Runs what mcconfig builds for the SDK's Linux simulator without a window: `run mc.so` is the screen that it asks for, and the main loop. Compiled by
 * tools/moddable/device.js with the headers of SDK and GLib, which that build needs too.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define mxLinux 1
#include "screen.h"

/* What the SDK keeps behind the screen: more than this never was asked for. */
#define PIXELS (1 << 20)

static guint timer = 0;

static void aborted(txScreen* screen, int status)
{
	fprintf(stderr, "XS abort: %d\n", status);
	exit(status ? status : 1);
}

static void ignoreScreen(txScreen* screen)
{
}

static void ignoreFFI(void* machine, void* result)
{
}

static void ignorePost(txScreen* screen, char* message, int size)
{
}

static gboolean idle(gpointer it)
{
	txScreen* screen = it;
	if (screen->idle) (*screen->idle)(screen);
	return TRUE;
}

static void stop(txScreen* screen)
{
	if (timer) g_source_remove(timer);
	timer = 0;
}

static void start(txScreen* screen, double interval)
{
	stop(screen);
	timer = g_timeout_add(interval, idle, screen);
}

int main(int argc, char** argv)
{
	void* library = (argc > 1) ? dlopen(argv[1], RTLD_NOW) : NULL;
	txScreenLaunchProc launch = library ? (txScreenLaunchProc)dlsym(library, "fxScreenLaunch") : NULL;
	txScreen* screen = calloc(1, sizeof(txScreen) + PIXELS);

	if (!launch || !screen) {
		fprintf(stderr, "run: %s\n", library ? "no screen" : dlerror());
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	screen->abort = aborted;
	screen->bufferChanged = ignoreScreen;
	screen->buildFFI = ignoreFFI;
	screen->formatChanged = ignoreScreen;
	screen->post = ignorePost;
	screen->start = start;
	screen->stop = stop;
	screen->width = screen->height = 64;
	g_mutex_init(&screen->workersMutex);
	(*launch)(screen);
	if (!screen->machine) {
		fprintf(stderr, "run: no machine\n");
		return 3;
	}
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	return 0;
}
