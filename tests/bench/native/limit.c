/* The physical limit of fan-out: a WebSocket server that does nothing but take a
 * message and call send(2) once per subscriber with the frame it built once.
 *
 *     limit LISTENING_FD
 *
 * Who opens /pub publishes, everybody else subscribes. It knows the load generator and
 * forgives nothing: no fragments, no pings, no slow readers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESCRIPTORS 32768

static const char upgraded[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: not-checked-by-the-load\r\n\r\n";

static enum { NOBODY, FRESH, PUBLISHER, SUBSCRIBER } kind_of[DESCRIPTORS];
static int subscribers[DESCRIPTORS];
static int subscriber_count;
static unsigned char pending[1 << 20];  /* what the one publisher has sent */
static size_t pending_size;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void leave(int socket) {
    for (int i = 0; i < subscriber_count; i++) {
        if (subscribers[i] == socket) {
            subscribers[i] = subscribers[--subscriber_count];
            break;
        }
    }
    kind_of[socket] = NOBODY;
    close(socket);
}

static void arrive(int epoll, int listening) {
    int socket, on = 1;
    while ((socket = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (socket >= DESCRIPTORS) fail("too many connections");
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event)) fail("epoll_ctl");
        kind_of[socket] = FRESH;
    }
}

static void upgrade(int socket) {
    char request[4096];
    ssize_t size = recv(socket, request, sizeof request, 0);
    if (size < 9) {
        leave(socket);
        return;
    }
    send(socket, upgraded, sizeof upgraded - 1, MSG_NOSIGNAL);
    if (!memcmp(request, "GET /pub ", 9)) {
        kind_of[socket] = PUBLISHER;
        pending_size = 0;
    } else {
        kind_of[socket] = SUBSCRIBER;
        subscribers[subscriber_count++] = socket;
    }
}

static void broadcast(const unsigned char *frame, size_t size) {
    for (int i = 0; i < subscriber_count; i++) {
        ssize_t sent = send(subscribers[i], frame, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent != (ssize_t)size) fprintf(stderr, "short send: %zd of %zu\n", sent, size);
    }
}

/* Unmasks each whole frame of the publisher into a frame of our own. */
static void take_published(void) {
    static unsigned char out[sizeof pending + 4];
    size_t taken = 0;
    while (pending_size - taken >= 6) {
        const unsigned char *frame = pending + taken;
        size_t body = frame[1] & 127, head = 2;
        if (body == 126) {
            body = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        } else if (body == 127) {
            fprintf(stderr, "a message that long is not in this benchmark\n");
            exit(1);
        }
        if (pending_size - taken < head + 4 + body) break;
        memcpy(out, frame, head);
        out[1] &= 127;
        const unsigned char *mask = frame + head, *masked = mask + 4;
        for (size_t i = 0; i < body; i++) out[head + i] = masked[i] ^ mask[i & 3];
        broadcast(out, head + body);
        taken += head + 4 + body;
    }
    pending_size -= taken;
    memmove(pending, pending + taken, pending_size);
}

static void listen_to(int socket) {
    if (kind_of[socket] == FRESH) {
        upgrade(socket);
        return;
    }
    static unsigned char ignored[65536];
    bool publishes = kind_of[socket] == PUBLISHER;
    ssize_t size = publishes
        ? recv(socket, pending + pending_size, sizeof pending - pending_size, 0)
        : recv(socket, ignored, sizeof ignored, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
        leave(socket);
    } else if (publishes) {
        pending_size += (size_t)size;
        take_published();
    }
}

int main(int count, char **words) {
    if (count != 2) {
        fprintf(stderr, "usage: limit LISTENING_FD\n");
        return 2;
    }
    int listening = atoi(words[1]);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening};
    fcntl(listening, F_SETFL, fcntl(listening, F_GETFL) | O_NONBLOCK);
    if (listen(listening, 4096) || epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event))
        fail("the listening socket");
    for (;;) {
        struct epoll_event ready[512];
        int found = epoll_wait(epoll, ready, 512, -1);
        for (int i = 0; i < found; i++) {
            if (ready[i].data.fd == listening) arrive(epoll, listening);
            else if (kind_of[ready[i].data.fd] != NOBODY) listen_to(ready[i].data.fd);
        }
    }
}
