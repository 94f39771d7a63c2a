/* The audience of the fan-out benchmark: many WebSocket clients, one publisher.
 *
 * Every client checks every message it gets: the `prev` of each must be the `seq` of
 * the one before, and all clients must see the same chain. What is measured of the
 * server is its process's CPU clock and its anonymous memory, from outside.
 *
 *  1. all connect;                      memory for each connection
 *  2. some messages, not measured
 *  3. one message outstanding: the next is published when everybody has the last
 *  4. so many outstanding that the server is never idle
 *
 * --rounds bounds how often the script is asked, for a script that uses something up.
 *
 * Dialects: `plain` (WebSocket peers with /sub and /pub), `socketio` (Engine.IO 4),
 * `houzhen` (houzhen.v1: the publisher asks, the audience has joined the topic).
 * Says `measuring` and `measured` on stderr around 3. Prints one JSON object; ends with
 * 5 when the chain was broken anywhere. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "script.h"
#include "wire.h"

#define WARM_UP_MESSAGES 10
#define CONNECTING_AT_ONCE 32
#define SILENT_RECEIVE_BUFFER 4096

typedef enum { PLAIN, SOCKETIO, HOUZHEN } Dialect;
typedef enum { GREETING, JOINING, READY } Stage;

typedef struct {
    Link link;
    Stage stage;
    uint64_t seq;      /* of the newest patch it has */
    uint32_t patches;  /* how many it got */
} Client;

/* One message everybody gets. */
typedef struct {
    uint64_t seq;
    uint64_t everybody_at;
    uint32_t got;
} Patch;

/* One message published: by itself for the peers, by an ask for houzhen. */
typedef struct {
    uint64_t sent_at;
    uint64_t everybody_at;
    uint64_t seq;  /* of the patch that shows it; 0 while the reply is not here */
} Publication;

static struct {
    Dialect dialect;
    int port;
    pid_t server;
    uint32_t subscribers, silent;
    uint32_t messages, outstanding;
    uint64_t rounds;
    double one_seconds, many_seconds;
    long gap_us;
    size_t bytes;
    const char *topic, *reader_token, *asker_token, *asks;
    double patience_s;
    unsigned at_most_s;
} wish = {.subscribers = 100, .messages = 60, .outstanding = 16, .one_seconds = 5,
          .many_seconds = 2.5, .gap_us = 2000, .bytes = 300, .patience_s = 30,
          .at_most_s = 240};

static Client *clients;  /* subscribers, then the publisher, then the silent ones */
static uint32_t ready_count, failures, errors;
static Patch *patches;
static uint32_t patch_count, whole_count;  /* begun; and with everybody */
static Publication *publications;
static uint32_t published, settled, next_patch, room_for;
static uint32_t merged, unasked;
static Histogram each;  /* publication → one client has it */
static bool measuring_each;
static Script *script;
static uint64_t asks_there_are = UINT32_MAX;

static bool is_publisher(const Client *client) {
    return client == &clients[wish.subscribers];
}

static bool is_silent(const Client *client) {
    return client > &clients[wish.subscribers];
}

static void complain(const Client *client, const char *what, const char *text, size_t size) {
    if (errors++ < 5)
        say_progress("client %ld: %s: %.*s", (long)(client - clients), what,
                     size < 200 ? (int)size : 200, text);
}

static void *grown(void *old, size_t count, size_t size) {
    void *more = realloc(old, count * size);
    if (!more) give_up("no memory for %zu", count);
    return more;
}

static void make_room(void) {
    if (published < room_for && patch_count < room_for) return;
    room_for = room_for ? room_for * 2 : 65536;
    publications = grown(publications, room_for, sizeof *publications);
    patches = grown(patches, room_for, sizeof *patches);
}

/* ---- getting ready ------------------------------------------------------------------ */

static void become_ready(Client *client) {
    client->stage = READY;
    ready_count++;
    if (is_silent(client)) link_stop_reading(&client->link);
}

static void on_opened(Link *link) {
    Client *client = &clients[link->seat];
    char text[4096];
    if (wish.dialect == PLAIN) {
        become_ready(client);
    } else if (wish.dialect == HOUZHEN) {
        snprintf(text, sizeof text,
                 "{\"type\":\"hello\",\"ref\":\"h\",\"token\":\"%s\",\"client\":"
                 "{\"kind\":\"bench\",\"id\":\"b%u\",\"version\":\"1\"}}",
                 is_publisher(client) ? wish.asker_token : wish.reader_token, link->seat);
        link_say(link, text);
    }
}

static void greet_socketio(Client *client, const char *text, size_t size) {
    if (client->stage == GREETING && text[0] == '0') {
        link_say(&client->link, "40");
        client->stage = JOINING;
    } else if (client->stage == JOINING && size >= 2 && !memcmp(text, "40", 2)) {
        if (is_publisher(client)) become_ready(client);
        else link_say(&client->link, "42[\"join\"]");
    } else if (client->stage == JOINING && memmem(text, size, "joined", 6)) {
        become_ready(client);
    }
}

static void greet_houzhen(Client *client, Slice type, const char *text, size_t size) {
    if (client->stage == GREETING && slice_is(type, "\"welcome\"")) {
        if (is_publisher(client)) {
            become_ready(client);
            return;
        }
        char join[512];
        snprintf(join, sizeof join, "{\"type\":\"join\",\"ref\":\"j\",\"topic\":\"%s\"}",
                 wish.topic);
        link_say(&client->link, join);
        client->stage = JOINING;
    } else if (client->stage == JOINING && slice_is(type, "\"joined\"")) {
        client->seq = slice_number(json_field(text, size, "seq"));
        become_ready(client);
    } else if (!slice_is(type, "\"ping\"")) {
        complain(client, "not welcome", text, size);
        failures++;
    }
}

/* ---- messages ----------------------------------------------------------------------- */

static void take_patch(Client *client, const char *text, size_t size, uint64_t at) {
    uint64_t prev = slice_number(json_field(text, size, "prev"));
    uint64_t seq = slice_number(json_field(text, size, "seq"));
    if (prev != client->seq || seq <= prev) complain(client, "a gap", text, size);
    client->seq = seq;
    uint32_t number = client->patches++;
    if (number == patch_count) {
        make_room();
        patches[patch_count++] = (Patch){.seq = seq};
    }
    Patch *patch = &patches[number];
    if (patch->seq != seq) complain(client, "another chain", text, size);
    if (measuring_each && settled < published)
        histogram_add(&each, at - publications[settled].sent_at);
    if (++patch->got == wish.subscribers) {
        patch->everybody_at = at;
        whole_count++;
    }
}

static void take_reply(Client *client, const char *text, size_t size) {
    uint64_t number = slice_number(slice_unquoted(json_field(text, size, "ref")));
    if (!slice_is(json_field(text, size, "ok"), "true") || number >= published) {
        complain(client, "refused", text, size);
        failures++;
        return;
    }
    publications[number].seq = slice_number(json_field(text, size, "seq"));
}

static void take_houzhen(Client *client, const char *text, size_t size, uint64_t at) {
    Slice type = json_field(text, size, "type");
    if (client->stage != READY) greet_houzhen(client, type, text, size);
    else if (slice_is(type, "\"patch\"")) take_patch(client, text, size, at);
    else if (slice_is(type, "\"reply\"")) take_reply(client, text, size);
    else if (!slice_is(type, "\"ping\"")) complain(client, "unexpected", text, size);
    if (slice_is(type, "\"ping\"")) link_say(&client->link, "{\"type\":\"pong\"}");
}

static void on_received(Link *link, const char *text, size_t size, uint64_t at) {
    Client *client = &clients[link->seat];
    if (wish.dialect == HOUZHEN) {
        take_houzhen(client, text, size, at);
        return;
    }
    if (wish.dialect == SOCKETIO) {
        if (size == 1 && text[0] == '2') {
            link_say(link, "3");
            return;
        }
        if (client->stage != READY) {
            greet_socketio(client, text, size);
            return;
        }
        const char *object = memchr(text, '{', size);
        if (!object) return;
        size -= (size_t)(object - text);
        text = object;
    }
    if (!is_publisher(client)) take_patch(client, text, size, at);
}

static void on_closed(Link *link, const char *why) {
    Client *client = &clients[link->seat];
    if (is_silent(client) && client->stage == READY) return;
    complain(client, "lost", why, strlen(why));
    failures++;
}

/* ---- publishing --------------------------------------------------------------------- */

/* What the peers pass on: the form of a patch of ours, and as long. */
static size_t write_patch(char *out, size_t room, uint64_t seq) {
    static char filling[4096];
    if (!filling[0]) memset(filling, 'x', sizeof filling - 1);
    int size = 0, fill = 0;
    for (int turn = 0; turn < 2; turn++) {
        size = snprintf(
            out, room,
            "{\"type\":\"patch\",\"topic\":\"yunxiu/clinic/im2/2026-11-23:hall\",\"epoch\":"
            "\"e1\",\"prev\":%lu,\"seq\":%lu,\"at\":1795404120000,\"patch\":{\"tickets\":"
            "{\"t%lu\":{\"state\":\"called\",\"room\":\"3\",\"note\":\"%.*s\"}}}}",
            (unsigned long)seq - 1, (unsigned long)seq, (unsigned long)seq, fill, filling);
        fill = size < (int)wish.bytes ? (int)wish.bytes - size : 0;
    }
    return (size_t)size;
}

static void publish(void) {
    static char frame[8192];
    Link *link = &clients[wish.subscribers].link;
    make_room();
    uint64_t number = published;
    size_t size;
    if (wish.dialect == HOUZHEN) {
        size = write_ask(frame, sizeof frame, script, 0, number, "");
    } else {
        size_t head = wish.dialect == SOCKETIO ? strlen(strcpy(frame, "42[\"pub\",")) : 0;
        size = head + write_patch(frame + head, sizeof frame - head - 2, number + 1);
        if (head) frame[size++] = ']';
    }
    publications[published++] = (Publication){
        .sent_at = now_ns(), .seq = wish.dialect == HOUZHEN ? 0 : number + 1};
    link_send(link, TEXT_FRAME, frame, size);
}

/* Which publications everybody has by now. Every commit must be a patch of its own. */
static void settle(void) {
    while (settled < published && publications[settled].seq) {
        Publication *oldest = &publications[settled];
        while (next_patch < whole_count && patches[next_patch].seq < oldest->seq) {
            next_patch++;
            unasked++;
        }
        if (next_patch == whole_count) return;
        oldest->everybody_at = patches[next_patch].everybody_at;
        if (patches[next_patch].seq == oldest->seq) next_patch++;
        else merged++;
        settled++;
    }
}

static bool well(void) { return !failures && errors < 20; }

static void turn(int wait_ms) {
    wire_turn(wait_ms);
    settle();
}

static void idle(uint64_t ns) {
    for (uint64_t until = now_ns() + ns; now_ns() < until && well();) turn(20);
}

/* ---- phases ------------------------------------------------------------------------- */

typedef struct {
    uint32_t commits;
    double seconds, cpu_us, user_us, system_us, client_us;
    double last_p50_us, last_p99_us, each_p50_us, each_p99_us;
    double sends, bytes;  /* all that arrived at the subscribers */
} Phase;

static Arrived arrived(void) {
    Arrived sum = {0};
    for (uint32_t i = 0; i < wish.subscribers; i++) add_arrived(&sum, &clients[i].link);
    return sum;
}

static Phase run_phase(uint32_t outstanding, uint32_t most, double seconds, long gap_us) {
    static Histogram last;
    double user, system, user_after, system_after;
    uint32_t first = published, first_whole = whole_count;
    memset(&last, 0, sizeof last);
    memset(&each, 0, sizeof each);
    measuring_each = outstanding == 1;
    Arrived before = arrived();
    cpu_split_us(wish.server, &user, &system);
    double own = own_cpu_us();
    uint64_t cpu = cpu_ns(wish.server), begin = now_ns();
    uint64_t until = begin + (uint64_t)(seconds * 1e9), moved_at = begin;
    uint32_t settled_then = settled;
    while (well()) {
        uint64_t now = now_ns();
        if (settled != settled_then) moved_at = now;
        settled_then = settled;
        bool more = now < until && published - first < most && published < asks_there_are;
        if (!more && settled == published) break;
        if ((double)(now - moved_at) / 1e9 > wish.patience_s)
            give_up("message %u: not everybody has it after %g s", settled,
                    wish.patience_s);
        if (more && gap_us && settled == published && published > first) {
            struct timespec pause = {0, gap_us * 1000};
            nanosleep(&pause, NULL);
        }
        while (more && published - settled < outstanding) {
            publish();
            more = published - first < most && published < asks_there_are;
        }
        turn(50);
    }
    cpu = cpu_ns(wish.server) - cpu;
    uint64_t end = now_ns();
    own = own_cpu_us() - own;
    cpu_split_us(wish.server, &user_after, &system_after);
    Arrived after = arrived();
    measuring_each = false;
    for (uint32_t i = first; i < settled; i++)
        histogram_add(&last, publications[i].everybody_at - publications[i].sent_at);
    /* a clinic's own commits (an announcement has expired) are delivered as well */
    uint32_t commits = whole_count - first_whole;
    double deliveries = commits ? (double)commits * wish.subscribers : 1;
    return (Phase){
        .commits = commits,
        .seconds = (double)(end - begin) / 1e9,
        .cpu_us = (double)cpu / 1e3 / deliveries,
        .user_us = (user_after - user) / deliveries,
        .system_us = (system_after - system) / deliveries,
        .client_us = own / deliveries,
        .last_p50_us = histogram_at(&last, 0.5),
        .last_p99_us = histogram_at(&last, 0.99),
        .each_p50_us = histogram_at(&each, 0.5),
        .each_p99_us = histogram_at(&each, 0.99),
        .sends = (double)(after.segments - before.segments) / deliveries,
        .bytes = (double)(after.bytes - before.bytes) / deliveries,
    };
}

static void print_phase(const char *name, Phase phase) {
    printf("\"%s\":{\"commits\":%u,\"seconds\":%.3f,\"cpu_us\":%.4f,\"user_us\":%.4f,"
           "\"system_us\":%.4f,\"client_us\":%.4f,\"last_p50_us\":%.1f,"
           "\"last_p99_us\":%.1f,\"each_p50_us\":%.1f,\"each_p99_us\":%.1f,"
           "\"sends\":%.4f,\"bytes\":%.1f},",
           name, phase.commits, phase.seconds, phase.cpu_us, phase.user_us,
           phase.system_us, phase.client_us, phase.last_p50_us, phase.last_p99_us,
           phase.each_p50_us, phase.each_p99_us, phase.sends, phase.bytes);
}

/* ---- the whole ---------------------------------------------------------------------- */

static void connect_client(uint32_t seat, const Address *address) {
    Client *client = &clients[seat];
    client->link.seat = seat;
    link_connect(&client->link, address);
}

/* Connects seats first … first+count-1, a few at a time, and waits till all are ready. */
static void bring_in(uint32_t first, uint32_t count, const Address *address) {
    uint32_t begun = 0, before = ready_count;
    uint64_t until = now_ns() + (uint64_t)(3e9 * wish.patience_s);
    while (ready_count - before < count) {
        while (begun < count && begun - (ready_count - before) < CONNECTING_AT_ONCE)
            connect_client(first + begun++, address);
        wire_turn(100);
        if (failures || now_ns() > until)
            give_up("only %u of %u connected", ready_count - before, count);
    }
}

static void read_words(int count, char **words) {
    enum { DIALECT = 256, PORT, SERVER, SUBSCRIBERS, SILENT, MESSAGES, OUTSTANDING,
           ONE_SECONDS, MANY_SECONDS, GAP_US, BYTES, TOPIC, READER_TOKEN, ASKER_TOKEN,
           ASKS, ROUNDS, PATIENCE_S, AT_MOST_S };
    static const struct option options[] = {
        {"dialect", 1, 0, DIALECT}, {"port", 1, 0, PORT}, {"server", 1, 0, SERVER},
        {"subscribers", 1, 0, SUBSCRIBERS}, {"silent", 1, 0, SILENT},
        {"messages", 1, 0, MESSAGES}, {"outstanding", 1, 0, OUTSTANDING},
        {"one-seconds", 1, 0, ONE_SECONDS}, {"many-seconds", 1, 0, MANY_SECONDS},
        {"gap-us", 1, 0, GAP_US}, {"bytes", 1, 0, BYTES}, {"topic", 1, 0, TOPIC},
        {"reader-token", 1, 0, READER_TOKEN}, {"asker-token", 1, 0, ASKER_TOKEN},
        {"asks", 1, 0, ASKS}, {"rounds", 1, 0, ROUNDS},
        {"patience-s", 1, 0, PATIENCE_S}, {"at-most-s", 1, 0, AT_MOST_S}, {0}};
    int option;
    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        switch (option) {
            case DIALECT:
                if (!strcmp(optarg, "plain")) wish.dialect = PLAIN;
                else if (!strcmp(optarg, "socketio")) wish.dialect = SOCKETIO;
                else if (!strcmp(optarg, "houzhen")) wish.dialect = HOUZHEN;
                else give_up("no dialect %s", optarg);
                break;
            case PORT: wish.port = atoi(optarg); break;
            case SERVER: wish.server = atoi(optarg); break;
            case SUBSCRIBERS: wish.subscribers = (uint32_t)atoi(optarg); break;
            case SILENT: wish.silent = (uint32_t)atoi(optarg); break;
            case MESSAGES: wish.messages = (uint32_t)atoi(optarg); break;
            case OUTSTANDING: wish.outstanding = (uint32_t)atoi(optarg); break;
            case ONE_SECONDS: wish.one_seconds = atof(optarg); break;
            case MANY_SECONDS: wish.many_seconds = atof(optarg); break;
            case GAP_US: wish.gap_us = atol(optarg); break;
            case BYTES: wish.bytes = (size_t)atoi(optarg); break;
            case TOPIC: wish.topic = optarg; break;
            case READER_TOKEN: wish.reader_token = optarg; break;
            case ASKER_TOKEN: wish.asker_token = optarg; break;
            case ASKS: wish.asks = optarg; break;
            case ROUNDS: wish.rounds = strtoul(optarg, NULL, 10); break;
            case PATIENCE_S: wish.patience_s = atof(optarg); break;
            case AT_MOST_S: wish.at_most_s = (unsigned)atoi(optarg); break;
            default: exit(2);
        }
    }
    if (!wish.port || !wish.server || !wish.subscribers || wish.bytes > 4000)
        give_up("usage: load --port P --server PID --subscribers N [--dialect D] …");
    if (wish.rounds && wish.dialect != HOUZHEN) give_up("--rounds is for houzhen");
    bool whole = wish.topic && wish.reader_token && wish.asker_token && wish.asks;
    if (wish.dialect == HOUZHEN && !whole)
        give_up("houzhen wants --topic, --reader-token, --asker-token and --asks");
}

int main(int count, char **words) {
    static const Ears ears = {on_opened, on_received, on_closed};
    read_words(count, words);
    alarm(wish.at_most_s);
    wire_start(&ears);
    clients = calloc(wish.subscribers + 1 + wish.silent, sizeof *clients);
    if (wish.dialect == HOUZHEN) script = read_scripts(wish.asks, 1);
    if (wish.rounds) asks_there_are = wish.rounds * script->count;

    Address hears = {.port = (uint16_t)wish.port, .path = "/sub"};
    if (wish.dialect == SOCKETIO) hears.path = "/socket.io/?EIO=4&transport=websocket";
    if (wish.dialect == HOUZHEN) {
        hears.path = "/live";
        hears.subprotocol = "houzhen.v1";
    }
    Address speaks = hears, is_deaf = hears;
    if (wish.dialect == PLAIN) speaks.path = "/pub";
    is_deaf.receive_buffer = SILENT_RECEIVE_BUFFER;

    bring_in(wish.subscribers, 1, &speaks);
    long memory_before = anonymous_bytes(wish.server);
    uint64_t cpu = cpu_ns(wish.server);
    bring_in(0, wish.subscribers, &hears);
    double handshake_us = (double)(cpu_ns(wish.server) - cpu) / 1e3 / wish.subscribers;
    idle(300000000);
    long memory = anonymous_bytes(wish.server) - memory_before;
    if (wish.silent) bring_in(wish.subscribers + 1, wish.silent, &is_deaf);

    run_phase(1, WARM_UP_MESSAGES, 30, 0);
    say_progress("measuring");
    Phase one = run_phase(1, wish.messages, wish.one_seconds, wish.gap_us);
    say_progress("measured");
    Phase many = {0};
    if (wish.many_seconds > 0)
        many = run_phase(wish.outstanding, UINT32_MAX, wish.many_seconds, 0);
    idle(300000000);
    long memory_after = anonymous_bytes(wish.server) - memory_before;

    printf("{\"subscribers\":%u,\"silent\":%u,\"handshake_us\":%.1f,"
           "\"connection_bytes\":%.0f,\"connection_bytes_after\":%.0f,",
           wish.subscribers, wish.silent, handshake_us, (double)memory / wish.subscribers,
           (double)memory_after / wish.subscribers);
    print_phase("one", one);
    print_phase("many", many);
    printf("\"errors\":%u,\"merged\":%u,\"unasked\":%u}\n", errors + failures, merged,
           unasked);
    return errors || failures || merged ? 5 : 0;
}
