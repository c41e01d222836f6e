/*
 * fuzz.h - what the fuzzers try: any bytes as a file, and any bytes as a script of edits and a
 * file.
 */
#ifndef GCB_TESTS_FUZZ_H
#define GCB_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* So many bytes at the front of an input for edits are the script. */
enum { FUZZ_SCRIPT = 24 };

/* Tries an input; prints the reason and aborts if a property does not hold. */
void fuzz_parse(const uint8_t *data, size_t size);
void fuzz_edit(const uint8_t *data, size_t size);

/* libFuzzer's entry; each fuzzer has its own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
