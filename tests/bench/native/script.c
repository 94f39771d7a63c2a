#define _GNU_SOURCE
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define DEADLINE_MS 30000

Script *read_scripts(const char *path, uint32_t seats) {
    FILE *file = fopen(path, "r");
    if (!file) give_up("%s: %s", path, strerror(errno));
    Script *scripts = calloc(seats, sizeof *scripts);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    while ((size = getline(&line, &room, file)) > 0) {
        if (line[size - 1] == '\n') line[size - 1] = 0;
        char *rest;
        unsigned long seat = strtoul(line, &rest, 10);
        if (*rest != '\t' || seat >= seats) give_up("%s: what is %.60s", path, line);
        Script *script = &scripts[seat];
        script->lines = realloc(script->lines, (script->count + 1) * sizeof(char *));
        script->lines[script->count++] = strdup(rest + 1);
    }
    free(line);
    fclose(file);
    for (uint32_t seat = 0; seat < seats; seat++)
        if (!scripts[seat].count) give_up("%s: nothing for seat %u", path, seat);
    return scripts;
}

size_t write_ask(char *out, size_t room, const Script *script, uint32_t seat,
                 uint64_t number, const char *ticket) {
    /* a key is for good: another run on the same data must not meet its own */
    static unsigned long run;
    if (!run) run = (unsigned long)now_ns() ^ (unsigned long)getpid() << 40;
    uint64_t round = number / script->count + 1;
    size_t size = (size_t)snprintf(
        out, room, "{\"type\":\"ask\",\"ref\":\"%lu\",\"key\":\"%lx-%u-%lu\","
        "\"deadline_ms\":%d,", (unsigned long)number, run, seat, (unsigned long)number,
        DEADLINE_MS);
    const char *at = script->lines[number % script->count];
    while (*at && size + 64 < room) {
        if (at[0] == '{' && at[1] && at[2] == '}') {
            char *here = out + size;
            int wrote = -1;
            if (at[1] == 'n') wrote = snprintf(here, 64, "%lu", (unsigned long)round);
            if (at[1] == 'p') wrote = snprintf(here, 64, "%lu", (unsigned long)round - 1);
            if (at[1] == 't') wrote = snprintf(here, 64, "%s", ticket);
            if (wrote >= 0) {
                size += (size_t)wrote;
                at += 3;
                continue;
            }
        }
        out[size++] = *at++;
    }
    if (*at) give_up("an ask of over %zu bytes", room);
    out[size++] = '}';
    return size;
}
