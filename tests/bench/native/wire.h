/* The client's end of a WebSocket on 127.0.0.1: handshake, frames, and as much JSON
 * as a load generator has to read. Shared by load.c and asks.c.
 *
 * One process drives all links from one epoll set. A fault of the load generator
 * itself (no socket left, a frame it cannot read) ends the process with a message:
 * a figure that was measured through a fault is worth nothing. */
#ifndef HOUZHEN_BENCH_WIRE_H
#define HOUZHEN_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TEXT_FRAME = 1, CLOSE_FRAME = 8, PING_FRAME = 9, PONG_FRAME = 10 };

typedef enum { LINK_CONNECTING, LINK_UPGRADING, LINK_OPEN, LINK_CLOSED } LinkState;

/* What to ask for in the handshake. */
typedef struct {
    uint16_t port;
    const char *path;
    const char *subprotocol;  /* NULL for none */
    int receive_buffer;       /* bytes; 0 leaves it to the kernel */
} Address;

typedef struct Link {
    int fd;
    LinkState state;
    uint32_t seat;      /* whose it is; the owner's own number */
    const Address *address;
    char *held;         /* the beginning of a frame whose rest has not come */
    size_t held_size;
    size_t held_room;
} Link;

/* What happens on a link is told here. `message` is not zero-terminated. */
typedef struct {
    void (*opened)(Link *link);
    void (*received)(Link *link, const char *message, size_t size, uint64_t at);
    void (*closed)(Link *link, const char *why);
} Ears;

void wire_start(const Ears *ears);
void link_connect(Link *link, const Address *address);
void link_send(Link *link, int frame, const char *message, size_t size);
void link_say(Link *link, const char *message);
/* From now on nothing is read from it: what a screen does whose cable is bad. */
void link_stop_reading(Link *link);
void link_drop(Link *link);
/* Handles what is ready; waits at most `wait_ms` for something to be. */
void wire_turn(int wait_ms);

/* What reached this socket so far. On loopback, without Nagle's algorithm, each send(2)
 * of the server is one segment, so these are its sends, counted from outside and for
 * every server alike. */
typedef struct {
    uint64_t segments;
    uint64_t bytes;
} Arrived;

void add_arrived(Arrived *sum, const Link *link);

/* ---- JSON ------------------------------------------------------------------------- */

typedef struct {
    const char *at;  /* NULL when there is no such field */
    size_t size;
} Slice;

/* The value of a field of the outermost object, as it is written there: a string has
 * its quotes. */
Slice json_field(const char *text, size_t size, const char *name);
bool slice_is(Slice value, const char *written);
/* A string without its quotes, escapes left as they are. */
Slice slice_unquoted(Slice value);
uint64_t slice_number(Slice value);

/* ---- clocks and the server's process ------------------------------------------------ */

uint64_t now_ns(void);
/* CPU time of a process, user and system, all threads, in ns. */
uint64_t cpu_ns(pid_t process);
/* Anonymous memory of a process: what it alone holds, in bytes. */
long anonymous_bytes(pid_t process);
/* The same as cpu_ns, user and system apart, to the kernel's tick. */
void cpu_split_us(pid_t process, double *user, double *system);
double own_cpu_us(void);

/* ---- figures ------------------------------------------------------------------------ */

/* Durations, to 1 % of their size, from 1 µs to minutes. */
typedef struct {
    uint64_t count;
    uint64_t largest;
    uint64_t buckets[2048];
} Histogram;

void histogram_add(Histogram *histogram, uint64_t ns);
/* In µs; 0 when nothing was added. */
double histogram_at(const Histogram *histogram, double fraction);

__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);
__attribute__((format(printf, 1, 2))) void say_progress(const char *format, ...);

#endif
