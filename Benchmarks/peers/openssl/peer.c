/* Validates the chains of a file with OpenSSL's libcrypto, in rounds: see Benchmarks/driver/paths.py. */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct certificate {
    const unsigned char *bytes;
    long length;
};

static void fail(const char *what) {
    fprintf(stderr, "peer: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* Takes certificates with their length in four octets in front of each. */
static struct certificate *read_all(const char *path, long *count) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path);
    long size = ftell(file);
    unsigned char *bytes = malloc(size > 0 ? (size_t)size : 1);
    rewind(file);
    if (size <= 0 || !bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) fail(path);
    fclose(file);
    struct certificate *all = malloc(sizeof *all * (size_t)size / 4);
    if (!all) fail(path);
    *count = 0;
    for (long at = 0; at + 4 <= size;) {
        long length = (long)bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
        if (length > size - at - 4) fail(path);
        all[(*count)++] = (struct certificate){bytes + at + 4, length};
        at += 4 + length;
    }
    return all;
}

static X509 *parse(struct certificate certificate) {
    const unsigned char *place = certificate.bytes;
    X509 *parsed = d2i_X509(NULL, &place, certificate.length);
    if (!parsed) fail("a certificate cannot be read");
    return parsed;
}

static void validate(X509_STORE *roots, struct certificate leaf_der, struct certificate intermediate_der, const char *host, time_t now) {
    X509 *leaf = parse(leaf_der), *intermediate = parse(intermediate_der);
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (!others || !context || !sk_X509_push(others, intermediate) || !X509_STORE_CTX_init(context, roots, leaf, others)) fail("context");
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, now);
    if (!X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) || !X509_VERIFY_PARAM_set1_host(parameters, host, 0))
        fail("parameters");
    if (X509_verify_cert(context) != 1) fail(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(others, X509_free);
    X509_free(leaf);
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int count, char **arguments) {
    if (count != 4) fail("usage: peer CHAINS HOST SECONDS-SINCE-1970");
    long certificates;
    struct certificate *all = read_all(arguments[1], &certificates);
    time_t now = (time_t)atoll(arguments[3]);
    if (certificates == 0) fail("no certificates");
    X509_STORE *roots = X509_STORE_new();
    X509 *root = parse(all[0]);
    if (!roots || !X509_STORE_add_cert(roots, root)) fail("store");
    long first, number;
    while (scanf("%ld %ld", &first, &number) == 2) {
        for (long chain = first; chain < first + number; chain++) {
            if (chain < 0 || 2 * chain + 2 >= certificates) fail("no such chain");
            double start = microseconds();
            validate(roots, all[2 * chain + 1], all[2 * chain + 2], arguments[2], now);
            printf("%.2f ", microseconds() - start);
        }
        puts("");
        fflush(stdout);
    }
    return 0;
}
