#ifndef MIDGUARD_DUKTAPE_SHIM_H
#define MIDGUARD_DUKTAPE_SHIM_H

#include <stddef.h>

/* What Swift cannot do with Duktape itself: its interface is macros, and its errors jump over the frames of their callers, which may be C
 * frames only. All text is UTF-8 without characters beyond the basic plane, which the callers see to by sending ASCII. */

/* Answers a question of the script in memory from malloc, or NULL when there is nobody to ask any more. */
typedef char *(*script_host)(const char *text, size_t length);

/* Runs one script in an engine of its own, with three functions for it: ask(text), whose answer comes from `ask`; say(text), of which nobody
 * expects an answer; and compile(source, name), which runs source and gives its last value. 0, or 1 with what went wrong on stderr. */
int script_run(const char *source, size_t length, script_host ask, script_host say);

/* Bounds of this process: octets of memory, seconds of computing, no file besides the open ones, no core; and it ends with the process that began it. */
int script_confine(size_t memory, unsigned seconds);

#endif
