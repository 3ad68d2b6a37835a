#define _GNU_SOURCE
#include "duktape_shim.h"

#include <duktape.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

static script_host host_ask, host_say;

static duk_ret_t ask(duk_context *duk) {
    size_t length;
    const char *text = duk_require_lstring(duk, 0, &length);
    char *answer = host_ask(text, length);
    if (answer == NULL) return duk_generic_error(duk, "the agent is gone");
    duk_push_string(duk, answer);
    free(answer);
    return 1;
}

static duk_ret_t say(duk_context *duk) {
    size_t length;
    const char *text = duk_require_lstring(duk, 0, &length);
    free(host_say(text, length));
    return 0;
}

static duk_ret_t compile(duk_context *duk) {
    duk_require_string(duk, 0);
    duk_require_string(duk, 1);
    duk_compile(duk, DUK_COMPILE_EVAL);
    duk_call(duk, 0);
    return 1;
}

static void give_up(void *data, const char *message) {
    (void)data;
    fprintf(stderr, "script engine: %s\n", message ? message : "fatal");
    _exit(4);
}

int script_run(const char *source, size_t length, script_host to_ask, script_host to_say) {
    host_ask = to_ask;
    host_say = to_say;
    duk_context *duk = duk_create_heap(NULL, NULL, NULL, NULL, give_up);
    if (duk == NULL) {
        fputs("script engine: no memory\n", stderr);
        return 1;
    }
    duk_push_c_function(duk, ask, 1);
    duk_put_global_string(duk, "ask");
    duk_push_c_function(duk, say, 1);
    duk_put_global_string(duk, "say");
    duk_push_c_function(duk, compile, 2);
    duk_put_global_string(duk, "compile");
    duk_push_string(duk, "midguard");
    int failed = duk_pcompile_lstring_filename(duk, DUK_COMPILE_EVAL, source, length) != 0 || duk_pcall(duk, 0) != DUK_EXEC_SUCCESS;
    if (failed) fprintf(stderr, "script engine: %s\n", duk_safe_to_string(duk, -1));
    duk_destroy_heap(duk);
    return failed;
}

static int bound(int resource, rlim_t value) {
    struct rlimit limit = {value, value};
    return setrlimit(resource, &limit);
}

int script_confine(size_t memory, unsigned seconds) {
#ifdef __linux__
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 1;
#endif
    closefrom(3);
    return bound(RLIMIT_AS, memory) || bound(RLIMIT_CPU, seconds) || bound(RLIMIT_CORE, 0) || bound(RLIMIT_NOFILE, 3);
}
