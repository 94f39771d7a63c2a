/* The generator of the commands benchmark: connections that ask in a closed loop (each
 * sends its next ask when it has the reply), and screens that have joined the topics
 * the asks change and check every patch's `prev` against what they have.
 *
 *  1. all connect, the screens join every topic (with --spread each its own: the first
 *     the first topic, and so on, round and round)
 *  2. asks for --warm-up seconds, not measured
 *  3. asks for --seconds, measured: rate, latency of the reply, CPU of the server
 *  4. no more asks; what is outstanding is waited for
 *
 * With --think-ms each waits so long between a reply and its next ask, as people do.
 * --rounds bounds how often a connection goes through its script, for a script that uses
 * something up: the measurement ends when the first has done so. With --seconds 0 all do,
 * however long it takes: so a hospital is made ready for a benchmark.
 * Says `measuring` and `measured` on stderr around 3. Prints one JSON object; ends with
 * 5 when anything was refused or a chain broken. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "script.h"
#include "wire.h"

#define TOPICS_MOST 512
#define TICKET_MOST 64
#define CONNECTING_AT_ONCE 32

typedef enum { GREETING, JOINING, READY } Stage;

typedef struct {
    Link link;
    Stage stage;
    /* a connection that asks */
    uint64_t asked;
    uint64_t sent_at;
    bool waiting;
    uint64_t due;  /* when it asks next; 0 when it does not think */
    char ticket[TICKET_MOST];
    /* a screen */
    uint32_t joined;
    uint64_t seq[TOPICS_MOST];
    uint64_t patches[TOPICS_MOST];
} Client;

static struct {
    int port;
    pid_t server;
    uint32_t connections, screens;
    uint64_t rounds;
    double warm_up, seconds;
    long think_ms;
    bool spread;
    double patience_s;
    char *topics[TOPICS_MOST];
    uint32_t topic_count;
    const char *reader_token, *asker_token, *asks;
    unsigned at_most_s;
} wish = {.connections = 64, .warm_up = 1, .seconds = 5, .patience_s = 30, .at_most_s = 240};

static Client *clients;  /* those that ask, then the screens */
static Script *scripts;
static uint32_t ready_count, waiting_count, errors, failures;
static uint64_t answered, views, patch_bytes;
static Histogram replies, shown;
static bool asking, measuring, used_up;

static bool is_screen(const Client *client) {
    return client >= &clients[wish.connections];
}

static void complain(const Client *client, const char *what, const char *text, size_t size) {
    if (errors++ < 5)
        say_progress("client %ld: %s: %.*s", (long)(client - clients), what,
                     size < 300 ? (int)size : 300, text);
}

static uint64_t wall_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* ---- those that ask ----------------------------------------------------------------- */

static void ask(Client *client) {
    static char frame[8192];
    uint32_t seat = client->link.seat;
    const Script *script = &scripts[seat];
    if (!asking) return;
    if (wish.rounds && client->asked >= wish.rounds * script->count) {
        used_up = true;
        return;
    }
    size_t size =
        write_ask(frame, sizeof frame, script, seat, client->asked++, client->ticket);
    client->waiting = true;
    waiting_count++;
    client->sent_at = now_ns();
    link_send(&client->link, TEXT_FRAME, frame, size);
}

static void take_reply(Client *client, const char *text, size_t size, uint64_t at) {
    if (!client->waiting) complain(client, "a reply nobody waits for", text, size);
    client->waiting = false;
    waiting_count--;
    if (slice_is(json_field(text, size, "ok"), "true")) {
        Slice body = json_field(text, size, "body");
        Slice ticket = slice_unquoted(json_field(body.at, body.size, "ticket"));
        if (ticket.at && ticket.size < TICKET_MOST) {
            memcpy(client->ticket, ticket.at, ticket.size);
            client->ticket[ticket.size] = 0;
        }
        answered++;
        if (measuring) histogram_add(&replies, at - client->sent_at);
    } else {
        complain(client, "refused", text, size);
        say_progress("it had asked: %s (round %lu)",
                     scripts[client->link.seat].lines[(client->asked - 1) %
                         scripts[client->link.seat].count],
                     (unsigned long)((client->asked - 1) /
                         scripts[client->link.seat].count + 1));
        failures++;
    }
    if (wish.think_ms) client->due = now_ns() + (uint64_t)wish.think_ms * 1000000u;
    else ask(client);
}

/* Whoever has thought long enough asks. */
static void ask_those_due(void) {
    uint64_t now = now_ns();
    for (uint32_t i = 0; i < wish.connections; i++) {
        if (!clients[i].due || clients[i].due > now) continue;
        clients[i].due = 0;
        ask(&clients[i]);
    }
}

/* ---- screens ------------------------------------------------------------------------ */

static uint32_t own_topic(const Client *client) {
    return (uint32_t)(client - &clients[wish.connections]) % wish.topic_count;
}

static uint32_t topic_of(const Client *client, const char *text, size_t size) {
    Slice topic = slice_unquoted(json_field(text, size, "topic"));
    if (wish.spread && slice_is(topic, wish.topics[own_topic(client)]))
        return own_topic(client);
    for (uint32_t i = 0; i < wish.topic_count; i++)
        if (slice_is(topic, wish.topics[i])) return i;
    give_up("a topic nobody joined: %.*s", size < 200 ? (int)size : 200, text);
}

static void take_patch(Client *client, const char *text, size_t size) {
    uint32_t topic = topic_of(client, text, size);
    uint64_t prev = slice_number(json_field(text, size, "prev"));
    uint64_t seq = slice_number(json_field(text, size, "seq"));
    if (prev != client->seq[topic] || seq <= prev) complain(client, "a gap", text, size);
    client->seq[topic] = seq;
    client->patches[topic]++;
    patch_bytes += size;
    if (measuring) {
        /* `at` is when it was decided, in whole milliseconds of the same clock */
        uint64_t decided = slice_number(json_field(text, size, "at")) * 1000000u;
        uint64_t now = wall_ns();
        histogram_add(&shown, now > decided ? now - decided : 0);
    }
}

static void take_joined(Client *client, const char *text, size_t size) {
    client->seq[topic_of(client, text, size)] = slice_number(json_field(text, size, "seq"));
    if (++client->joined < (wish.spread ? 1 : wish.topic_count)) return;
    client->stage = READY;
    ready_count++;
}

static void join_all(Client *client) {
    char join[512];
    client->stage = JOINING;
    for (uint32_t i = 0; i < wish.topic_count; i++) {
        if (wish.spread && i != own_topic(client)) continue;
        snprintf(join, sizeof join, "{\"type\":\"join\",\"ref\":\"j%u\",\"topic\":\"%s\"}", i,
                 wish.topics[i]);
        link_say(&client->link, join);
    }
}

/* ---- what comes --------------------------------------------------------------------- */

static void on_opened(Link *link) {
    char hello[4096];
    const Client *client = &clients[link->seat];
    snprintf(hello, sizeof hello,
             "{\"type\":\"hello\",\"ref\":\"h\",\"token\":\"%s\",\"client\":"
             "{\"kind\":\"bench\",\"id\":\"b%u\",\"version\":\"1\"}}",
             is_screen(client) ? wish.reader_token : wish.asker_token, link->seat);
    link_say(link, hello);
}

static void on_received(Link *link, const char *text, size_t size, uint64_t at) {
    Client *client = &clients[link->seat];
    Slice type = json_field(text, size, "type");
    if (slice_is(type, "\"patch\"")) {
        take_patch(client, text, size);
    } else if (slice_is(type, "\"reply\"")) {
        take_reply(client, text, size, at);
    } else if (slice_is(type, "\"ping\"")) {
        link_say(link, "{\"type\":\"pong\"}");
    } else if (slice_is(type, "\"joined\"")) {
        take_joined(client, text, size);
    } else if (slice_is(type, "\"welcome\"")) {
        if (is_screen(client)) {
            join_all(client);
        } else {
            client->stage = READY;
            ready_count++;
        }
    } else if (slice_is(type, "\"view\"")) {
        /* the server merged what this screen had not read: less work than was asked */
        views++;
        client->seq[topic_of(client, text, size)] = slice_number(json_field(text, size, "seq"));
        complain(client, "a view instead of patches", text, size < 100 ? size : 100);
    } else {
        complain(client, "unexpected", text, size);
        failures++;
    }
}

static void on_closed(Link *link, const char *why) {
    complain(&clients[link->seat], "lost", why, strlen(why));
    failures++;
}

/* ---- the whole ---------------------------------------------------------------------- */

static void bring_in(const Address *address) {
    uint32_t begun = 0, count = wish.connections + wish.screens;
    uint64_t until = now_ns() + (uint64_t)(1e9 * wish.patience_s);
    while (ready_count < count) {
        while (begun < count && begun - ready_count < CONNECTING_AT_ONCE) {
            clients[begun].link.seat = begun;
            link_connect(&clients[begun].link, address);
            begun++;
        }
        wire_turn(100);
        if (failures || now_ns() > until)
            give_up("only %u of %u connected", ready_count, count);
    }
}

static bool well(void) { return failures < 5 && errors < 20; }

static void run_for(double seconds) {
    uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
    while (well() && !(measuring && used_up) && now_ns() < until) {
        wire_turn(5);
        if (wish.think_ms) ask_those_due();
    }
}

static bool screens_agree(void) {
    const Client *first = &clients[wish.connections];
    for (uint32_t s = 1; s < wish.screens; s++)
        for (uint32_t t = 0; t < wish.topic_count; t++) {
            /* with --spread, the first screen of that topic */
            const Client *other = wish.spread ? &first[t] : first;
            if (wish.spread && own_topic(&first[s]) != t) continue;
            if (first[s].seq[t] != other->seq[t] || first[s].patches[t] != other->patches[t])
                return false;
        }
    return true;
}

static void drain(void) {
    asking = false;
    uint64_t until = now_ns() + (uint64_t)(1e9 * wish.patience_s);
    /* after a gap they never will */
    while (well() && (waiting_count || (!errors && !screens_agree()))) {
        if (now_ns() > until)
            give_up("%u replies never came, and the screens %s", waiting_count,
                    screens_agree() ? "agree" : "disagree");
        wire_turn(50);
    }
    run_for(0.2);
    if (!screens_agree()) complain(clients, "the screens disagree", "", 0);
}

static void read_words(int count, char **words) {
    enum { PORT = 256, SERVER, CONNECTIONS, SCREENS, ROUNDS, WARM_UP, SECONDS, THINK_MS,
           SPREAD, TOPIC, READER_TOKEN, ASKER_TOKEN, ASKS, PATIENCE_S, AT_MOST_S };
    static const struct option options[] = {
        {"port", 1, 0, PORT}, {"server", 1, 0, SERVER},
        {"connections", 1, 0, CONNECTIONS}, {"screens", 1, 0, SCREENS},
        {"rounds", 1, 0, ROUNDS}, {"warm-up", 1, 0, WARM_UP}, {"seconds", 1, 0, SECONDS},
        {"think-ms", 1, 0, THINK_MS}, {"spread", 0, 0, SPREAD}, {"topic", 1, 0, TOPIC}, {"reader-token", 1, 0, READER_TOKEN},
        {"asker-token", 1, 0, ASKER_TOKEN}, {"asks", 1, 0, ASKS},
        {"patience-s", 1, 0, PATIENCE_S}, {"at-most-s", 1, 0, AT_MOST_S}, {0}};
    int option;
    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        switch (option) {
            case PORT: wish.port = atoi(optarg); break;
            case SERVER: wish.server = atoi(optarg); break;
            case CONNECTIONS: wish.connections = (uint32_t)atoi(optarg); break;
            case SCREENS: wish.screens = (uint32_t)atoi(optarg); break;
            case ROUNDS: wish.rounds = strtoul(optarg, NULL, 10); break;
            case WARM_UP: wish.warm_up = atof(optarg); break;
            case SECONDS: wish.seconds = atof(optarg); break;
            case THINK_MS: wish.think_ms = atol(optarg); break;
            case SPREAD: wish.spread = true; break;
            case TOPIC:
                if (wish.topic_count == TOPICS_MOST) give_up("too many topics");
                wish.topics[wish.topic_count++] = optarg;
                break;
            case READER_TOKEN: wish.reader_token = optarg; break;
            case ASKER_TOKEN: wish.asker_token = optarg; break;
            case ASKS: wish.asks = optarg; break;
            case PATIENCE_S: wish.patience_s = atof(optarg); break;
            case AT_MOST_S: wish.at_most_s = (unsigned)atoi(optarg); break;
            default: exit(2);
        }
    }
    if (!wish.port || !wish.server || !wish.connections || !wish.asker_token || !wish.asks)
        give_up("usage: asks --port P --server PID --asker-token T --asks FILE …");
    if (wish.seconds == 0 && wish.think_ms) give_up("--think-ms wants --seconds");
    if (wish.seconds == 0 && !wish.rounds) give_up("neither --seconds nor --rounds");
    if (wish.screens && (!wish.topic_count || !wish.reader_token))
        give_up("screens want --topic and --reader-token");
}

int main(int count, char **words) {
    static const Ears ears = {on_opened, on_received, on_closed};
    read_words(count, words);
    alarm(wish.at_most_s);
    wire_start(&ears);
    scripts = read_scripts(wish.asks, wish.connections);
    clients = calloc(wish.connections + wish.screens, sizeof *clients);
    Address live = {(uint16_t)wish.port, "/live", "houzhen.v1", 0};
    bring_in(&live);

    asking = true;
    uint64_t cpu = cpu_ns(wish.server), begin = now_ns(), already = 0;
    for (uint32_t i = 0; i < wish.connections; i++) {
        /* who thinks does not begin together with all others */
        if (wish.think_ms)
            clients[i].due = begin + (uint64_t)wish.think_ms * 1000000u * i / wish.connections;
        else
            ask(&clients[i]);
    }
    if (wish.seconds == 0) {
        measuring = true;
        while (well() && waiting_count) wire_turn(50);
    } else {
        run_for(wish.warm_up);
        if (used_up) give_up("the script was used up before anything was measured");
        measuring = true;
        already = answered;
        cpu = cpu_ns(wish.server);
        begin = now_ns();
        say_progress("measuring");
        run_for(wish.seconds);
        say_progress("measured");
    }
    cpu = cpu_ns(wish.server) - cpu;
    double seconds = (double)(now_ns() - begin) / 1e9;
    double asks = (double)(answered - already);
    measuring = false;
    drain();

    uint64_t patches = 0;
    for (uint32_t s = 0; s < wish.screens; s++)
        for (uint32_t t = 0; t < wish.topic_count; t++)
            patches += clients[wish.connections + s].patches[t];
    /* spread, every patch has one reader */
    double per_screen = !wish.screens ? 0 : wish.spread ? (double)patches
                                                        : (double)patches / wish.screens;
    printf("{\"asks\":%.0f,\"seconds\":%.3f,\"asks_per_s\":%.1f,\"cpu_us\":%.2f,"
           "\"reply_p50_us\":%.1f,\"reply_p99_us\":%.1f,\"reply_max_us\":%.1f,"
           "\"shown_p50_us\":%.1f,\"shown_p99_us\":%.1f,\"patches_per_ask\":%.4f,"
           "\"patch_bytes\":%.1f,\"views\":%lu,\"errors\":%u}\n",
           asks, seconds, asks / seconds, asks ? (double)cpu / 1e3 / asks : 0,
           histogram_at(&replies, 0.5), histogram_at(&replies, 0.99),
           (double)replies.largest / 1e3, histogram_at(&shown, 0.5),
           histogram_at(&shown, 0.99), answered ? per_screen / (double)answered : 0,
           patches ? (double)patch_bytes / (double)patches : 0, (unsigned long)views,
           errors + failures);
    return errors || failures ? 5 : 0;
}
