#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADER_MOST 14
#define EVENTS_AT_ONCE 512

static const Ears *ears;
static int ready_set = -1;
static char arrival[512 * 1024];
/* RFC 6455 wants a mask; any will do for a client nobody has to be protected from. */
static const unsigned char mask[4] = {0x5a, 0xc3, 0x17, 0x8e};

void give_up(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(3);
}

void say_progress(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}

/* ---- links -------------------------------------------------------------------------- */

void wire_start(const Ears *listening) {
    ears = listening;
    signal(SIGPIPE, SIG_IGN);
    ready_set = epoll_create1(0);
    if (ready_set < 0) give_up("epoll: %s", strerror(errno));
}

static void watch(Link *link, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = link};
    if (epoll_ctl(ready_set, operation, link->fd, &event))
        give_up("epoll_ctl: %s", strerror(errno));
}

void link_connect(Link *link, const Address *address) {
    link->address = address;
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (link->fd < 0) give_up("socket: %s (is `ulimit -n` high enough?)", strerror(errno));
    int on = 1;
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (address->receive_buffer)
        setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &address->receive_buffer, sizeof(int));
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link->state = LINK_CONNECTING;
    link->held_size = 0;
    if (connect(link->fd, (struct sockaddr *)&there, sizeof there) && errno != EINPROGRESS)
        give_up("connect: %s", strerror(errno));
    watch(link, EPOLL_CTL_ADD, EPOLLOUT);
}

static void end(Link *link, const char *why) {
    if (link->state == LINK_CLOSED) return;
    link->state = LINK_CLOSED;
    close(link->fd);
    ears->closed(link, why);
}

void link_drop(Link *link) {
    if (link->state == LINK_CLOSED) return;
    link->state = LINK_CLOSED;
    close(link->fd);
}

void link_stop_reading(Link *link) { watch(link, EPOLL_CTL_DEL, 0); }

void link_send(Link *link, int frame, const char *message, size_t size) {
    static char out[128 * 1024];
    if (size > sizeof out - HEADER_MOST) give_up("a message of %zu bytes", size);
    size_t head = 0;
    out[head++] = (char)(0x80 | frame);
    if (size < 126) {
        out[head++] = (char)(0x80 | size);
    } else if (size < 65536) {
        out[head++] = (char)(0x80 | 126);
        out[head++] = (char)(size >> 8);
        out[head++] = (char)size;
    } else {
        give_up("a message of %zu bytes", size);
    }
    memcpy(out + head, mask, sizeof mask);
    head += sizeof mask;
    for (size_t i = 0; i < size; i++) out[head + i] = (char)(message[i] ^ mask[i & 3]);
    ssize_t sent = send(link->fd, out, head + size, MSG_NOSIGNAL);
    if (sent == (ssize_t)(head + size)) return;
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return; /* told by reading */
    /* what is outstanding is small, so a full buffer means the server reads no more */
    give_up("the server does not take what is sent (%s)", strerror(errno));
}

void link_say(Link *link, const char *message) {
    link_send(link, TEXT_FRAME, message, strlen(message));
}

static void ask_to_upgrade(Link *link) {
    int fault = 0;
    socklen_t size = sizeof fault;
    getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault) {
        end(link, strerror(fault));
        return;
    }
    char request[512];
    const char *protocol = link->address->subprotocol;
    int length = snprintf(
        request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: aG91emhlbiBiZW5jaCBrZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        link->address->path, link->address->port,
        protocol ? "Sec-WebSocket-Protocol: " : "", protocol ? protocol : "",
        protocol ? "\r\n" : "");
    if (send(link->fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
        end(link, "the handshake could not be sent");
        return;
    }
    link->state = LINK_UPGRADING;
    watch(link, EPOLL_CTL_MOD, EPOLLIN);
}

/* The size of the answer to the handshake; 0 while it is not whole. */
static size_t read_upgrade(Link *link, const char *bytes, size_t size) {
    const char *close_of_head = memmem(bytes, size, "\r\n\r\n", 4);
    if (!close_of_head) return 0;
    if (memcmp(bytes, "HTTP/1.1 101", 12)) {
        char first[80];
        snprintf(first, sizeof first, "no WebSocket: %.60s", bytes);
        *strchrnul(first, '\r') = 0;
        end(link, first);
        return 0;
    }
    link->state = LINK_OPEN;
    ears->opened(link);
    return (size_t)(close_of_head + 4 - bytes);
}

static void take_frame(Link *link, int kind, const char *body, size_t size, uint64_t at) {
    switch (kind) {
        case TEXT_FRAME: ears->received(link, body, size, at); break;
        case PING_FRAME: link_send(link, PONG_FRAME, body, size); break;
        case PONG_FRAME: break;
        case CLOSE_FRAME: {
            char why[140];
            int code = size >= 2 ? (unsigned char)body[0] << 8 | (unsigned char)body[1] : 0;
            snprintf(why, sizeof why, "closed with %d %.*s", code,
                     size > 2 ? (int)size - 2 : 0, body + 2);
            end(link, why);
            break;
        }
        default: give_up("a frame of kind %d", kind);
    }
}

/* Takes what is whole; returns how much that was. */
static size_t take_frames(Link *link, const char *bytes, size_t size, uint64_t at) {
    size_t taken = 0;
    if (link->state == LINK_UPGRADING) taken = read_upgrade(link, bytes, size);
    while (link->state == LINK_OPEN && size - taken >= 2) {
        const unsigned char *frame = (const unsigned char *)bytes + taken;
        size_t head = 2, body = frame[1] & 127;
        if (!(frame[0] & 0x80) || (frame[0] & 0x70)) give_up("a frame in parts");
        if (body == 126) {
            if (size - taken < 4) break;
            body = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        } else if (body == 127) {
            if (size - taken < 10) break;
            body = 0;
            for (int i = 2; i < 10; i++) body = body << 8 | frame[i];
            head = 10;
        }
        if (size - taken < head + body) break;
        taken += head + body;
        take_frame(link, frame[0] & 15, (const char *)frame + head, body, at);
    }
    return taken;
}

static void hold(Link *link, const char *rest, size_t size) {
    if (size > link->held_room) {
        link->held_room = size < 2048 ? 2048 : size * 2;
        link->held = realloc(link->held, link->held_room);
        if (!link->held) give_up("no memory");
    }
    if (size) memcpy(link->held, rest, size);
    link->held_size = size;
}

static void read_link(Link *link) {
    for (;;) {
        size_t before = link->held_size;
        if (before >= sizeof arrival / 2) give_up("a frame of over %zu bytes", before);
        if (before) memcpy(arrival, link->held, before);
        size_t room = sizeof arrival - before;
        ssize_t came = recv(link->fd, arrival + before, room, 0);
        if (came < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (came <= 0) {
            end(link, came ? strerror(errno) : "closed without a close frame");
            return;
        }
        size_t size = before + (size_t)came;
        link->held_size = 0;
        size_t taken = take_frames(link, arrival, size, now_ns());
        if (link->state == LINK_CLOSED) return;
        hold(link, arrival + taken, size - taken);
        if ((size_t)came < room) return;
    }
}

void wire_turn(int wait_ms) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(ready_set, events, EVENTS_AT_ONCE, wait_ms);
    for (int i = 0; i < count; i++) {
        Link *link = events[i].data.ptr;
        if (link->state == LINK_CONNECTING) ask_to_upgrade(link);
        else if (link->state != LINK_CLOSED) read_link(link);
    }
}

void add_arrived(Arrived *sum, const Link *link) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (link->state == LINK_CLOSED) return;
    if (getsockopt(link->fd, IPPROTO_TCP, TCP_INFO, &info, &size)) return;
    sum->segments += info.tcpi_data_segs_in;
    sum->bytes += info.tcpi_bytes_received;
}

/* ---- JSON ------------------------------------------------------------------------- */

static const char *skip_blank(const char *at, const char *end_of_text) {
    while (at < end_of_text && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) at++;
    return at;
}

/* `at` stands on the opening quote; returns what is after the closing one. */
static const char *skip_string(const char *at, const char *end_of_text) {
    for (at++; at < end_of_text; at++) {
        if (*at == '\\') at++;
        else if (*at == '"') return at + 1;
    }
    return end_of_text;
}

static const char *skip_value(const char *at, const char *end_of_text) {
    int depth = 0;
    while (at < end_of_text) {
        if (*at == '"') {
            at = skip_string(at, end_of_text);
            if (!depth) return at;
            continue;
        }
        if (*at == '{' || *at == '[') depth++;
        else if (*at == '}' || *at == ']') {
            if (!depth) return at;
            if (!--depth) return at + 1;
        } else if (!depth && (*at == ',' || *at == ' ')) {
            return at;
        }
        at++;
    }
    return at;
}

Slice json_field(const char *text, size_t size, const char *name) {
    const char *end_of_text = text + size;
    size_t wanted = strlen(name);
    const char *at = skip_blank(text, end_of_text);
    if (at == end_of_text || *at != '{') return (Slice){0};
    at++;
    for (;;) {
        at = skip_blank(at, end_of_text);
        if (at >= end_of_text || *at != '"') return (Slice){0};
        const char *key = at + 1;
        at = skip_string(at, end_of_text);
        size_t key_size = (size_t)(at - 1 - key);
        at = skip_blank(at, end_of_text);
        if (at >= end_of_text || *at != ':') return (Slice){0};
        at = skip_blank(at + 1, end_of_text);
        const char *value = at;
        at = skip_value(at, end_of_text);
        if (key_size == wanted && !memcmp(key, name, wanted))
            return (Slice){value, (size_t)(at - value)};
        at = skip_blank(at, end_of_text);
        if (at >= end_of_text || *at != ',') return (Slice){0};
        at++;
    }
}

bool slice_is(Slice value, const char *written) {
    return value.at && strlen(written) == value.size && !memcmp(value.at, written, value.size);
}

Slice slice_unquoted(Slice value) {
    if (value.size < 2 || value.at[0] != '"') return (Slice){0};
    return (Slice){value.at + 1, value.size - 2};
}

uint64_t slice_number(Slice value) {
    uint64_t number = 0;
    for (size_t i = 0; i < value.size && value.at[i] >= '0' && value.at[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(value.at[i] - '0');
    return number;
}

/* ---- clocks and the server's process ------------------------------------------------ */

static uint64_t clock_ns(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time)) return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

uint64_t cpu_ns(pid_t process) {
    clockid_t clock;
    int fault = clock_getcpuclockid(process, &clock);
    if (fault) give_up("the server's clock cannot be read: %s", strerror(fault));
    return clock_ns(clock);
}

long anonymous_bytes(pid_t process) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process);
    FILE *file = fopen(path, "r");
    if (!file) give_up("%s: %s", path, strerror(errno));
    long kilobytes = 0, found;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Anonymous: %ld", &found) == 1) kilobytes += found;
    fclose(file);
    return kilobytes * 1024;
}

void cpu_split_us(pid_t process, double *user, double *system) {
    char path[64], text[1024];
    *user = *system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *file = fopen(path, "r");
    if (!file) return;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    char *after_name = strrchr(text, ')');
    unsigned long user_ticks, system_ticks;
    const char *fields = "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu";
    if (after_name && sscanf(after_name + 2, fields, &user_ticks, &system_ticks) == 2) {
        double tick = 1e6 / (double)sysconf(_SC_CLK_TCK);
        *user = (double)user_ticks * tick;
        *system = (double)system_ticks * tick;
    }
}

double own_cpu_us(void) { return (double)clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e3; }

/* ---- figures ------------------------------------------------------------------------ */

/* Bucket b ends at 1.01^b µs, so no percentile is more than 1 % off. */
#define STEP 0.00995033085316808 /* ln 1.01 */

void histogram_add(Histogram *histogram, uint64_t ns) {
    histogram->count++;
    if (ns > histogram->largest) histogram->largest = ns;
    double us = (double)ns / 1e3;
    int bucket = us <= 1 ? 0 : (int)(log(us) / STEP) + 1;
    histogram->buckets[bucket < 2048 ? bucket : 2047]++;
}

double histogram_at(const Histogram *histogram, double fraction) {
    uint64_t rank = (uint64_t)ceil(fraction * (double)histogram->count), seen = 0;
    if (!histogram->count) return 0;
    if (rank < 1) rank = 1;
    for (int bucket = 0; bucket < 2048; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank) {
            double at = exp(bucket * STEP), most = (double)histogram->largest / 1e3;
            return at < most ? at : most;
        }
    }
    return (double)histogram->largest / 1e3;
}
