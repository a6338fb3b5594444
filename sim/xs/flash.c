/*
 * The root machine's memory, which becomes the device's flash: one mapped arena. After the root is built, every object is frozen, every
 * pointer into its chunks gets the kind that the collector leaves alone, what stays changeable gets an alias number, and the arena is
 * write-protected. A real build does the same at link time.
 */
#include "sim.h"
#include <signal.h>
#include <sys/mman.h>

#define ARENA_SIZE ((size_t)256 << 20)

SimFlashFigures simFlash;

static txByte* arena;
static txByte* arenaNext;
static int arenaLocked = 0;
static txSlot** builtIns;      /* instances of the engine itself, when they must stay changeable */
static size_t builtInCount;

void* simFlashAllocate(size_t size)
{
	txByte* result = arenaNext;
	size = (size + 15) & ~(size_t)15;
	if (arenaNext + size > arena + ARENA_SIZE) simFail(EXIT_SETUP, "flash is full: %d MB", (int)(ARENA_SIZE >> 20));
	arenaNext += size;
	return result;
}

/* The engine's allocator: the root takes from the arena, the device from the process. */

static txByte* blockNext;           /* the device's one block, where it has one: chunks grow up from here, */
static txByte* blockEnd;       /* slots and the stack down from here */

static int takeBlock(void)
{
	size_t size = (size_t)sim.options.staticBytes & ~(size_t)15;
	if (!size) return 0;
	if (!blockNext) {
		blockNext = malloc(size);
		if (!blockNext) simFail(EXIT_SETUP, "no memory");
		blockEnd = blockNext + size;
	}
	return 1;
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	void* result = blockNext;
	if (!sim.root) return simFlashAllocate(size);
	if (!takeBlock()) return malloc(size);
	result = blockNext;
	if (size > blockEnd - blockNext) return NULL;
	blockNext += size;
	return result;
}

void fxFreeChunks(txMachine* the, void* data) {}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	size_t size = (size_t)count * sizeof(txSlot);
	if (!sim.root) return simFlashAllocate(size);
	if (!takeBlock()) return malloc(size);
	if (size > (size_t)(blockEnd - blockNext)) return NULL;
	blockEnd -= size;
	return (txSlot*)blockEnd;
}

void fxFreeSlots(txMachine* the, void* data) {}

/* A write to flash */

static void put(const char* text)
{
	if (write(2, text, strlen(text)) < 0) _exit(EXIT_FLASH);
}

static void onFault(int signal, siginfo_t* information, void* context)
{
	txByte* address = information->si_addr;
	char calls[400], line[700];
	if (simTelling) _exit(EXIT_HELD); /* it fell while it told of a callback that takes too long */
	fflush(stdout);
	if (arenaLocked && (arena <= address) && (address < arenaNext)) {
		engineDescribeCalls(sim.device, calls, sizeof(calls));
		snprintf(line, sizeof(line), "thimble-xs: write to flash: address 0x%lx is in read-only memory (byte %s of %s)%s%s\n"
			"thimble-xs: something that was made while modules loaded is changed on the device; make it in an instance instead\n",
			(unsigned long)address, simThousands((double)(address - arena)), simThousands((double)(arenaNext - arena)),
			calls[0] ? "; running: " : "", calls);
		put(line);
		simFinish(EXIT_FLASH);
	}
	snprintf(line, sizeof(line), "thimble-xs: the engine read or wrote at 0x%lx, which is no memory of the device\n", (unsigned long)address);
	put(line);
	_exit(EXIT_ENGINE);
}

void simFlashInitialize(void)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = onFault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena == MAP_FAILED) simFail(EXIT_SETUP, "cannot map %d MB of memory: %s", (int)(ARENA_SIZE >> 20), strerror(errno));
	arenaNext = arena;
	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void simFlashProtect(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	arenaNext = arena + (((size_t)(arenaNext - arena) + page - 1) & ~(page - 1));
	if (mprotect(arena, (size_t)(arenaNext - arena), PROT_READ)) simFail(EXIT_SETUP, "cannot protect flash: %s", strerror(errno));
	arenaLocked = 1;
}

/* What stays changeable */

static int compareSlots(const void* a, const void* b)
{
	const txSlot* left = *(txSlot* const*)a;
	const txSlot* right = *(txSlot* const*)b;
	return (left > right) - (left < right);
}

static void rememberInstance(txMachine* the, txSlot* slot)
{
	if (slot->kind != XS_INSTANCE_KIND) return;
	if (!(builtInCount & 1023)) {
		builtIns = realloc(builtIns, (builtInCount + 1024) * sizeof(txSlot*));
		if (!builtIns) simFail(EXIT_SETUP, "no memory for the list of built-in objects");
	}
	builtIns[builtInCount++] = slot;
}

/* Called before any module runs. Slots do not move, so addresses identify the built-ins later. */
void simFlashRememberBuiltIns(txMachine* root)
{
	fxCollect(root, XS_COMPACT_FLAG);
	engineEachSlot(root, rememberInstance);
	qsort(builtIns, builtInCount, sizeof(txSlot*), compareSlots);
}

static int isThawed(txSlot* instance)
{
	return builtInCount && bsearch(&instance, builtIns, builtInCount, sizeof(txSlot*), compareSlots);
}

/*
 * Takes the place of the engine's fxShare, which numbers aliases from 0 although 0 means "no alias", and leaves the kinds as they are.
 * Alias numbers and key numbers are 16-bit where slots have 16 bytes.
 */
void __wrap_fxShare(txMachine* the)
{
	simFlash.aliases = engineFreeze(the, isThawed);
	if ((sizeof(txID) == 2) && (simFlash.aliases > 65534))
		simFail(EXIT_SETUP, "%d objects in flash stay changeable, the engine can alias 65,535", (int)simFlash.aliases);
	simFlash.slots = the->currentHeapCount;
	simFlash.chunkBytes = the->currentChunksSize;
	simFlash.keys = the->keyIndex;
}
