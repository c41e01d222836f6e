/*
 * trial.h - what the tests of the YAML editor share: looking up nodes by a path, rows of edits,
 * variants of a file.
 *
 * A path is "spec/http/0/weight": keys of maps, indices of sequences; "1:spec" is in the second
 * document; "" is the root.
 */
#ifndef GCB_TESTS_YAML_TRIAL_H
#define GCB_TESTS_YAML_TRIAL_H

#include "yaml/yaml.h"

/* Rows may omit their last fields. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Parses, or fails the test with the error and `name`. The bytes must outlive the file. */
struct yaml_file *trial_parse(const char *name, struct slice bytes);

/* The node at a path; NULL when there is none. */
const struct yaml_node *trial_find(const struct yaml_file *file, const char *path);

/* Asserts what holds of the spans of every file. */
void trial_invariants(const struct yaml_file *file, const char *name);

/* A node's path, for messages: valid until the next call. */
const char *trial_where(const struct yaml_node *node);

/*
 * Something done to a file. `at` names the target, or the neighbour of what is new; "spec/" the
 * collection itself (no neighbour).
 */
enum trial_op_kind { OP_NONE, OP_SET, OP_PUT, OP_ADD, OP_REPLACE, OP_DELETE, OP_COPY };

struct trial_op {
	enum trial_op_kind kind;
	const char *at;
	enum yaml_side side;
	const char *text; /* OP_SET: the value; OP_COPY: the comment or NULL */
	enum yaml_lit_kind value;
	const struct yaml_lit *lit;
	const struct trial_op *nested; /* OP_COPY: what is different in the copy, up to OP_NONE */
};

/* clang-format off */
#define SET_STR(at, text) { OP_SET, at, YAML_AFTER, text, LIT_STRING, NULL, NULL }
#define SET_INT(at, text) { OP_SET, at, YAML_AFTER, text, LIT_INT, NULL, NULL }
#define SET_BOOL(at, text) { OP_SET, at, YAML_AFTER, text, LIT_BOOL, NULL, NULL }
#define PUT(side, at, lit) { OP_PUT, at, side, NULL, LIT_STRING, lit, NULL }
#define ADD(side, at, lit) { OP_ADD, at, side, NULL, LIT_STRING, lit, NULL }
#define REPLACE(at, lit) { OP_REPLACE, at, YAML_AFTER, NULL, LIT_STRING, lit, NULL }
#define DELETE(at) { OP_DELETE, at, YAML_AFTER, NULL, LIT_STRING, NULL, NULL }
#define COPY(side, at, comment, nested) { OP_COPY, at, side, comment, LIT_STRING, NULL, nested }
/* clang-format on */

/* Adds what the ops say, up to OP_NONE and at most `n`, to a list of intentions. */
void trial_plan(struct yaml_edits *e, const struct trial_op *ops, size_t n);

/* The same file in another guise. */
enum variant {
	VARIANT_SAME,
	VARIANT_CRLF, /* each line feed becomes CR LF */
	VARIANT_BOM,  /* a byte order mark in front */
	VARIANT_WIDE, /* a comment line with wide characters and an empty line in front */
	VARIANT_BARE, /* without the line end of the last line */
	VARIANTS
};

extern const char *const trial_variant[VARIANTS];

/* Appends `text` in a guise; false when it cannot have it. */
bool trial_disguise(struct slice text, enum variant v, struct str *out);

enum { TRIAL_OPS = 6 };
enum { AS_IS = 1, ENDED = 2 }; /* flags of a row: no variants at all; not VARIANT_BARE */

/*
 * One row: with `out` the ops must give these bytes; with `code` they must be refused there, and
 * nothing comes out.
 */
struct trial {
	const char *name, *in;
	struct trial_op ops[TRIAL_OPS];
	const char *out;
	const struct code *code;
	uint32_t line, col;
	int flags;
};

/* Runs all rows in all variants. */
void trial_run(const struct trial *rows, size_t n);

#define TRIAL_RUN(rows) trial_run(rows, sizeof(rows) / sizeof((rows)[0]))

/* Numbers that are the same in each run: *state is the seed, not 0. The result is below `n`. */
uint32_t trial_random(uint64_t *state, uint32_t n);

#endif
