/*
 * Many devices from one flash: this process builds it once, then each device is a fork of it with heaps of its own. Nobody writes flash, so its
 * pages are in memory once, however many devices there are. Devices are asked for on standard input, a line with a number each; what becomes of
 * them is told on standard output: "started N PID", "mark N NAME", "ended N STATUS" (128 + S: signal S ended it). At the end of input all end.
 */
#include "sim.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#define FLEET_LIMIT 10000

static int events = -1;
static int number = -1;
static pid_t devices[FLEET_LIMIT];

/* One write, so that lines of several processes do not mix. */
static void tell(const char* format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char* format, ...)
{
	char line[160];
	va_list arguments;
	int length, i;
	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 2) length = sizeof(line) - 2;
	for (i = 0; i < length; i++) if ((unsigned char)line[i] < ' ') line[i] = ' '; /* names are the app's: a line stays one */
	line[length++] = '\n';
	if (write(events, line, (size_t)length) != length) _exit(EXIT_SETUP); /* nobody listens any more */
}

void simFleetMark(const char* name)
{
	if (number >= 0) tell("mark %d %s", number, name);
}

/* Output and statistics of a device are files of its own. */
static void redirect(int descriptor, const char* kind)
{
	char path[4096];
	int file;
	snprintf(path, sizeof(path), "%s/%d.%s", sim.options.fleet, number, kind);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if ((file < 0) || (dup2(file, descriptor) < 0)) _exit(EXIT_SETUP);
	close(file);
}

static void become(int which, pid_t parent)
{
	static char argument[16], stats[4096], storage[4096];
	static char* arguments[] = { argument };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) _exit(EXIT_SETUP); /* it had ended before we could ask for that */
	number = which;
	events = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	redirect(STDOUT_FILENO, "out");
	redirect(STDERR_FILENO, "err");
	snprintf(argument, sizeof(argument), "%d", number);
	snprintf(stats, sizeof(stats), "%s/%d.json", sim.options.fleet, number);
	sim.options.stats = stats;
	sim.options.argumentCount = 1;
	sim.options.arguments = arguments;
	if (sim.options.storage) {
		snprintf(storage, sizeof(storage), "%s.%d", sim.options.storage, number);
		sim.options.storage = storage;
	}
	if (sim.options.fixedRandom) sim.options.seed += (uint64_t)number << 32;
}

/* True in the new device. */
static int start(const char* line)
{
	char* end;
	long which = strtol(line, &end, 10);
	pid_t child, parent = getpid();
	if ((end == line) || *end || (which < 0) || (which >= FLEET_LIMIT) || devices[which]) simFail(EXIT_SETUP, "no device can be started as \"%s\"", line);
	child = fork();
	if (child == 0) {
		become((int)which, parent);
		return 1;
	}
	if (child < 0) {
		tell("ended %ld %d", which, EXIT_SETUP);
		return 0;
	}
	devices[which] = child;
	tell("started %ld %d", which, (int)child);
	return 0;
}

static void reap(void)
{
	pid_t child;
	int status, which;
	while ((child = waitpid(-1, &status, WNOHANG)) > 0)
		for (which = 0; which < FLEET_LIMIT; which++)
			if (devices[which] == child) {
				devices[which] = 0;
				tell("ended %d %d", which, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
			}
}

/* Takes what came on standard input; true in a new device, false where no more is to come for now. The end of input ends all. */
static int takeLines(void)
{
	static char line[16];
	static int length = 0;
	char bytes[512];
	ssize_t i, count = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (count <= 0) _exit(0);
	for (i = 0; i < count; i++) {
		if (bytes[i] != '\n') {
			if (length + 1 == sizeof(line)) simFail(EXIT_SETUP, "a line with the number of a device is wanted");
			line[length++] = bytes[i];
			continue;
		}
		line[length] = 0;
		length = 0;
		if (start(line)) return 1;
	}
	return 0;
}

/* Returns as a device; the process that was called never does. */
void simFleet(void)
{
	struct pollfd from[2] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	sigset_t children;
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	signal(SIGINT, SIG_IGN); /* of the terminal: for the devices, which say what they had */
	from[1].fd = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	from[1].events = POLLIN;
	events = STDOUT_FILENO;
	fflush(NULL);
	tell("ready");
	for (;;) {
		struct signalfd_siginfo info;
		if (poll(from, 2, -1) < 0) continue;
		if (from[1].revents) {
			while (read(from[1].fd, &info, sizeof(info)) > 0) ;
			reap();
		}
		if (from[0].revents && takeLines()) break;
	}
	close(from[1].fd);
	sigprocmask(SIG_UNBLOCK, &children, NULL);
}
