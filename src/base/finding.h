/*
 * finding.h - a problem that need not end the command: the contents of an error, in a list.
 */
#ifndef GCB_BASE_FINDING_H
#define GCB_BASE_FINDING_H

#include "base/arena.h"
#include "base/err.h"

struct finding {
	const struct code *code;
	struct place at;
	struct slice reason, remedy; /* remedy: absent = the code's own */
	bool allowed; /* an error that the migration's `allow` accepts; `reason` ends with why */
};

/* A list of findings in an arena, which owns all their texts. */
struct findings {
	struct finding *items;
	size_t n, cap;
	struct arena *arena;
};

/*
 * Adds a finding; texts are copied. The returned row may be completed until the next one is added.
 */
struct finding *findings_add(struct findings *f, const struct code *code, struct place at,
			     const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Adds an error as a finding. */
struct finding *findings_add_err(struct findings *f, const struct err *err);

/*
 * Adds a copy of a finding unless one with the same code, place and reason exists. Returns whether
 * it was added.
 */
bool findings_add_new(struct findings *f, const struct finding *row);

/* The first finding that stops a stage: severity error and not allowed. NULL: none. */
const struct finding *findings_stop(const struct findings *f);

/* Fills an error from a finding that ends a command. Always returns -1. */
int err_from_finding(struct err *err, const struct finding *f);

/* The finding as one line, as err_format writes an error. */
void finding_format(const struct finding *f, struct str *out);

#endif
