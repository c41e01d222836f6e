/*
 * code.h - the codes of errors and findings, with their severities, exit codes, titles and
 * remedies.
 *
 * A code is a row of a codes.def, which stands in the folder that the code is about;
 * src/code_list.def lists these files. Messages are made elsewhere (err.h, finding.h): what is said
 * of a code alone is said here.
 */
#ifndef GCB_BASE_CODE_H
#define GCB_BASE_CODE_H

#include "base/slice.h"

/* Exit codes of the program; `help` documents them from here. */
enum exit_code {
	EXIT_OK = 0,          /* done, or already so */
	EXIT_ERROR = 1,       /* any error, usage too; diff: there is a difference */
	EXIT_DIFF_FAILED = 2, /* diff: it could not be made */
	EXIT_TIMED_OUT = 5,
	EXIT_REFUSED = 6,       /* not safe, held, or not confirmed */
	EXIT_INTERRUPTED = 130, /* SIGINT */
	EXIT_TERMINATED = 143   /* SIGTERM, SIGHUP */
};

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

/* One row of codes.def. */
struct code {
	const char *id;         /* "GCB1003": stable, never used again for something else */
	enum severity severity; /* of a finding with this code */
	enum exit_code exit;    /* of a command that this error ends */
	bool allow;             /* may `spec.allow` of a migration accept it? */
	const char *title;      /* a few words */
	const char *remedy;  /* what to do, in the imperative; "" where only the message can say */
	const char *explain; /* paragraphs: what it means, why it matters, how to fix it; for
				`explain` */
	const char *source;  /* where the rule comes from: a file of Istio, a page, an RFC; "" for
				rules of our own */
};

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source)                      \
	extern const struct code CODE_##name;
#include "code_list.def"
#undef CODE

/* All codes in the order of codes.def, and the one with this id (NULL: none). */
extern const struct code *const codes[];
extern const size_t ncodes;
const struct code *code_find(struct slice id);

/* The word for a severity: "error", "warning", "info". */
const char *severity_word(enum severity s);

#endif
