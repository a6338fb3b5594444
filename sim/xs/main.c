/* Command line of the simulator's host program. */
#include "sim.h"
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

Sim sim;

static const char help[] =
	"usage: thimble-xs [options] MAIN.js [-- ARGUMENT...]\n"
	"\n"
	"Runs an ES module on the XS engine as a microcontroller would: modules lie in read-only flash, RAM has a fixed size.\n"
	"\n"
	"  --map FILE       JSON: {\"imports\": {specifier: path}, \"preload\": [path], \"runtime\": [path], \"parse\": boolean}\n"
	"                   imports: bare specifiers; a key that ends in / maps a whole folder; paths are relative to FILE\n"
	"                   preload: modules to run before the freeze, besides those that MAIN imports\n"
	"                   runtime: files or folders that run on the device instead (their code is in flash); MAIN always does\n"
	"                   parse: true lets the device read and parse modules that are not in flash (for tests)\n"
	"  --modules DIR    folder of the built-in modules (timer, embedded:io/socket/tcp, ...)\n"
	"  --config FILE    JSON that the module \"mc/config\" exports\n"
	"  --storage FILE   what the device keeps in flash (preference, embedded:storage/key-value) outlasts it in this file\n"
	"  --resources DIR  folder of what \"Resource\" finds\n"
	"  --static BYTES   one block for chunks, slots and stack, which grow in it until they meet; --chunk and --slots say where they begin\n"
	"  --chunk BYTES    chunk heap, default 78848 (as an ESP32 manifest)\n"
	"  --slots COUNT    slot heap, default 4928\n"
	"  --stack COUNT    XS stack in slots, default 512\n"
	"  --keys COUNT     property names that the device may add, default 256\n"
	"  --grow           heaps may grow (for tests)\n"
	"  --thaw-builtins  built-in objects can be changed on the device, at a cost in RAM (for tests)\n"
	"  --peak BYTES     true peak: collect each time BYTES were allocated (64 is exact enough, and slow)\n"
	"  --curve          with --peak: the curve of live memory between marks stands in the statistics\n"
	"  --census BYTES   with --peak: what lives in the heaps when live memory first reaches BYTES stands in the statistics\n"
	"  --census-mark N  ... and not before N marks were set\n"
	"  --time TIME      fixed clock: seconds since 1970\n"
	"  --boot-time TIME the clock begins at so many seconds since 1970 and runs; 0: as on a device whose clock was never set\n"
	"  --segment BYTES  what is received comes in pieces of so many bytes\n"
	"  --gateway PORT   on this machine: connections and look-ups of names go through it\n"
	"  --watch          the callback that held the event loop for longest stands in the statistics, with what ran in it\n"
	"  --hold MS        a callback that takes longer ends the device\n"
	"  --turns          under callgrind: as --watch, in instructions\n"
	"  --sizes FILE     write a line for each module under preload: flash in use once it is there (code, chunks, slots), and its path\n"
	"  --fleet DIR      many devices: each number on a line of standard input starts one, whose output and statistics are files in DIR\n"
	"  --stats FILE     write one JSON line with all counters, - for standard output\n"
	"  --insecure-fixed-random N   the same random bytes at each run\n"
	"  --verbose        tell about flash and RAM on standard error\n"
	"  --version        engine, slot size, compiler\n"
	"\n"
	"Exit: 0 done, 1 uncaught exception, 2 options or modules, 3 out of memory, 4 stack overflow, 5 write to flash, 6 engine stopped,\n"
	"      7 the event loop was held too long.\n";

static txSize number(const char* option, const char* text, txSize least)
{
	char* end = NULL;
	long value = text ? strtol(text, &end, 10) : 0;
	if (!text || !*text || *end || (value < least))
		simFail(EXIT_SETUP, "%s needs a number of at least %d, not \"%s\"", option, (int)least, text ? text : "");
	return (txSize)value;
}

static const char* file(const char* option, const char* text)
{
	if (!text || !*text) simFail(EXIT_SETUP, "%s needs a file name", option);
	return text;
}

static double seconds(const char* option, const char* text)
{
	char* end = NULL;
	double value = text ? strtod(text, &end) : 0;
	if (!text || !*text || *end) simFail(EXIT_SETUP, "%s needs seconds since 1970, not \"%s\"", option, text ? text : "");
	return value;
}

static int parseOption(SimOptions* o, const char* name, const char* value)
{
	if (!strcmp(name, "--map")) o->map = file(name, value);
	else if (!strcmp(name, "--modules")) o->modules = file(name, value);
	else if (!strcmp(name, "--config")) o->config = file(name, value);
	else if (!strcmp(name, "--sizes")) o->sizes = file(name, value);
	else if (!strcmp(name, "--stats")) o->stats = file(name, value);
	else if (!strcmp(name, "--storage")) o->storage = file(name, value);
	else if (!strcmp(name, "--resources")) o->resources = file(name, value);
	else if (!strcmp(name, "--fleet")) o->fleet = file(name, value);
	else if (!strcmp(name, "--static")) o->staticBytes = number(name, value, 8192);
	else if (!strcmp(name, "--segment")) o->segment = number(name, value, 1);
	else if (!strcmp(name, "--gateway")) o->gateway = number(name, value, 1);
	else if (!strcmp(name, "--hold")) o->holdLimit = number(name, value, 1);
	else if (!strcmp(name, "--boot-time")) {
		o->bootTime = seconds(name, value) * 1000;
		o->ownClock = 1;
	}
	else if (!strcmp(name, "--chunk")) o->chunkBytes = number(name, value, 1024);
	else if (!strcmp(name, "--slots")) o->slots = number(name, value, 64);
	else if (!strcmp(name, "--stack")) o->stackSlots = number(name, value, 64);
	else if (!strcmp(name, "--keys")) o->keys = number(name, value, 1);
	else if (!strcmp(name, "--peak")) o->peakEvery = number(name, value, 16);
	else if (!strcmp(name, "--census")) o->census = number(name, value, 1);
	else if (!strcmp(name, "--census-mark")) o->censusMark = number(name, value, 0);
	else if (!strcmp(name, "--time")) {
		o->time = seconds(name, value) * 1000;
		o->fixedTime = 1;
	}
	else if (!strcmp(name, "--insecure-fixed-random")) {
		o->seed = (uint64_t)number(name, value, 0);
		o->fixedRandom = 1;
	}
	else return 0;
	return 1;
}

static int parseFlag(SimOptions* o, const char* name)
{
	if (!strcmp(name, "--grow")) o->grow = 1;
	else if (!strcmp(name, "--thaw-builtins")) o->thaw = 1;
	else if (!strcmp(name, "--verbose")) o->verbose = 1;
	else if (!strcmp(name, "--curve")) o->curve = 1;
	else if (!strcmp(name, "--watch")) o->watch = 1;
	else if (!strcmp(name, "--turns")) o->watch = o->turns = 1;
	else if (!strcmp(name, "--help")) {
		fputs(help, stdout);
		exit(0);
	}
	else if (!strcmp(name, "--version")) {
		printf("{\"engine\":\"XS %d.%d.%d\",\"slotSize\":%d,\"compiler\":\"" SIM_COMPILER "\"}\n", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION, (int)sizeof(txSlot));
		exit(0);
	}
	else return 0;
	return 1;
}

static void parseOptions(SimOptions* o, int count, char** arguments)
{
	int i;
	for (i = 1; i < count; i++) {
		char* name = arguments[i];
		if (!strcmp(name, "--")) {
			o->argumentCount = count - i - 1;
			o->arguments = arguments + i + 1;
			break;
		}
		if (name[0] != '-') {
			if (o->main) simFail(EXIT_SETUP, "one main module, please: \"%s\" came after \"%s\"", name, o->main);
			o->main = name;
		}
		else if (parseFlag(o, name)) ;
		else if (parseOption(o, name, (i + 1 < count) ? arguments[i + 1] : NULL)) i++;
		else simFail(EXIT_SETUP, "unknown option \"%s\"; --help lists all", name);
	}
	if (!o->main) simFail(EXIT_SETUP, "no main module given; --help tells how");
	if (!o->modules) simFail(EXIT_SETUP, "--modules DIR is missing");
}

int main(int count, char* arguments[])
{
	SimOptions* o = &sim.options;
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a device that listens would go on, and hold its port, when the program that started it is killed */
#endif
	o->chunkBytes = 78848;
	o->slots = 4928;
	o->stackSlots = 512;
	o->keys = 256;
	parseOptions(o, count, arguments);
	o->attentive = o->peakEvery || o->watch;
	if (o->fixedRandom) simNote("warning: random bytes are fixed (--insecure-fixed-random %d); every secret of this run is known", (int)o->seed);
	simFlashInitialize();
	simBuildRoot();
	if (o->fleet) simFleet(); /* comes back as each of the devices */
	simBuildDevice();
	simTakeSignals();
	simWatchdogStart();
	simRunMain();
	simLoop(sim.device);
	simFinish(sim.exiting ? sim.exitStatus : 0);
}
