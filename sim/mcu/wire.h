/*
 * The network: requests to the tool outside and its answers, over two pipes (or, replayed, files). Little-endian, [kind 1 | id 1 | 0 2 | length 4], then
 * `length` bytes where it says so. The machine waits while the tool answers; a real chip would sleep.
 */
#ifndef THIMBLE_MCU_WIRE_H
#define THIMBLE_MCU_WIRE_H

#include <stdint.h>

/* Requests. WAIT: length is milliseconds (0xFFFFFFFF: no limit), answered by an event and
 * the milliseconds that passed (4 bytes); READ: answered by `length` bytes; the others have no answer. */
#define WIRE_WAIT 1
#define WIRE_CONNECT 2     /* "address:port" follows */
#define WIRE_LISTEN 3      /* "port" follows */
#define WIRE_READ 4
#define WIRE_WRITE 5       /* bytes follow */
#define WIRE_CLOSE 6

/* Events. TIME: the wait is over. READABLE: length bytes are there. ACCEPTED: a connection came, with the id. */
#define WIRE_TIME 0
#define WIRE_OPEN 1
#define WIRE_READABLE 2
#define WIRE_WRITABLE 3
#define WIRE_ENDED 4
#define WIRE_ACCEPTED 5

typedef struct {
	uint8_t kind, id;
	uint16_t zero;
	uint32_t length;
} WireHeader;

void wireSend(int kind, int id, const void* bytes, uint32_t length);
void wireRead(int id, void* bytes, uint32_t length);
/* Waits for an event; milliseconds below 0: without limit. */
WireHeader wireWait(double milliseconds);
/* A clock that only goes forward: what the machine worked, and what it waited. */
double wireMilliseconds(void);

#endif
