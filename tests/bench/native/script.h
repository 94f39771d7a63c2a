/* What the generators ask of the server, read from a file, so that C knows the protocol
 * and Python the clinic. A line is
 *
 *     SEAT <tab> "topic":"…","name":"check_in","body":{"card":"K{n}"}
 *
 * The lines of one seat (a connection) are asked in turn, round after round. In a line
 *     {n}  is the number of the round, from 1;   {p}  the number before it;
 *     {t}  the `ticket` of that seat's last reply. */
#ifndef HOUZHEN_BENCH_SCRIPT_H
#define HOUZHEN_BENCH_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char **lines;
    uint32_t count;
} Script;

/* One script for each seat; gives up when the file cannot be read or a seat of these
 * has nothing to ask. */
Script *read_scripts(const char *path, uint32_t seats);

/* The `number`th ask of a seat, from 0, as a whole frame with its ref and key. */
size_t write_ask(char *out, size_t room, const Script *script, uint32_t seat,
                 uint64_t number, const char *ticket);

#endif
