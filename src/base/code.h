/*
 * code.h - the codes of errors and findings, with their severities, exit codes, titles and
 * remedies.
 *
 * A code is a row of the codes.def of the directory that it is about; src/code_list.def lists these
 * files. err.h and finding.h make messages with them.
 */
#ifndef GCB_BASE_CODE_H
#define GCB_BASE_CODE_H

#include "base/slice.h"

/* Exit codes of the program; `help` documents them from here. */
enum exit_code {
	EXIT_OK = 0,          /* done, or nothing to do */
	EXIT_ERROR = 1,       /* any error, usage too; diff: there is a difference */
	EXIT_DIFF_FAILED = 2, /* diff: it failed */
	EXIT_TIMED_OUT = 5,
	EXIT_REFUSED = 6,       /* not safe, on hold, or not confirmed */
	EXIT_INTERRUPTED = 130, /* SIGINT */
	EXIT_TERMINATED = 143   /* SIGTERM, SIGHUP */
};

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

/* One row of codes.def. */
struct code {
	const char *id;         /* "GCB1003": stable, never reused */
	enum severity severity; /* of a finding with this code */
	enum exit_code exit;    /* of a command that fails with it */
	bool allow;             /* `spec.allow` of a migration may accept it */
	const char *title;      /* a few words */
	const char *remedy;     /* what to do, in the imperative; "": depends on the message */
	const char *explain;    /* paragraphs for `explain`: meaning, reason, fix */
	const char *source;     /* of the rule: a file of Istio, a page, an RFC; "": our own */
};

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source)                      \
	extern const struct code CODE_##name;
#include "code_list.def"
#undef CODE

/* All codes in the order of code_list.def, and the one with this id (NULL: none). */
extern const struct code *const codes[];
extern const size_t ncodes;
const struct code *code_find(struct slice id);

/* The name of a severity: "error", "warning", "info". */
const char *severity_word(enum severity s);

#endif
