/*
 * err.h - what went wrong, or was noticed: codes, errors, findings.
 *
 * An error is one struct on the caller's stack with nothing to free. A function that can fail takes
 *`struct err *` last and returns 0 or -1; on success the struct is untouched, on failure the
 *function's outputs are. Where the failure is detected it is one line:
 *
 *	return err_set(err, &CODE_yaml_syntax, place, "found a tab where ...");
 *
 * and a caller that knows more adds it in front: `return err_wrap(err, "reading '%s'", path)`.
 *Messages are lower case, without a full stop; secrets never go into one. Library code does not
 *print: main prints the error once (err_format).
 *
 * A finding is the same information as a value in a list: something noticed that need not stop the
 *command. Each error and finding names a code, a row of codes.def, which is the only place where
 *severities, exit codes, titles and remedies stand.
 */
#ifndef GCB_BASE_ERR_H
#define GCB_BASE_ERR_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/str.h"

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
#include "base/codes.def"
#undef CODE

/* All codes in the order of codes.def, and the one with this id (NULL: none). */
extern const struct code *const codes[];
extern const size_t ncodes;
const struct code *code_find(struct slice id);

/* The word for a severity: "error", "warning", "info". */
const char *severity_word(enum severity s);

/*
 * Where something is: a path (as the user knows it) and a position in it, 1-based; line 0: the file
 * as a whole; no path: nowhere.
 */
struct place {
	struct slice path;
	uint32_t line, col;
};
#define NOWHERE ((struct place){ { NULL, 0 }, 0, 0 })

/* The place of a whole file. */
struct place place_of(const char *path);

struct err {
	const struct code *code; /* NULL: no error yet */
	int os_errno;            /* errno of a failed system call, else 0 */
	uint32_t line, col;      /* 0: unknown */
	char path[256];          /* "": nowhere; longer paths lose their front */
	char reason[512];
	char remedy[256]; /* "": the code's own */
};
/* clang-format off */
#define ERR_INIT { 0 }
/* clang-format on */

/*
 * A copy for a place where errors are rare, since they are large; the caller frees it with free().
 */
struct err *err_keep(const struct err *err);

/* Fills the error in. Always returns -1. */
int err_set(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a failed system call: ": " and strerror(errno) are added. */
int err_os(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts context and ": " in front of the reason. Always returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Replaces the code's remedy by a more exact one. Always returns -1, so it can end a function after
 * err_set.
 */
int err_remedy(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * The error as one line without a line end, fit for a terminal: "path:line:col: reason; remedy
 * [GCB2001]".
 */
void err_format(const struct err *err, struct str *out);

struct finding {
	const struct code *code;
	struct place at;
	struct slice reason, remedy; /* remedy: absent = the code's own */
	bool allowed; /* an error that the migration's `allow` accepts; `reason` ends with who says
			 so */
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

/* Adds an error as a finding: the one bridge between a refusal and a finding. */
struct finding *findings_add_err(struct findings *f, const struct err *err);

/*
 * Adds a copy of a finding unless the same one is there: of one code, at one place, with one
 * reason. Was it added?
 */
bool findings_add_new(struct findings *f, const struct finding *row);

/* The first finding that stops a stage: severity error and not allowed. NULL: none. */
const struct finding *findings_stop(const struct findings *f);

/* Fills an error from a finding, when a single refusal has to end a command. Always returns -1. */
int err_from_finding(struct err *err, const struct finding *f);

/* The finding as one line, as err_format writes an error. */
void finding_format(const struct finding *f, struct str *out);

/* What happens to one path: the value that plan, diff and commit pass on. */
struct change {
	struct slice path;          /* in the repository, '/' between names */
	struct slice before, after; /* bytes; absent before: a new file; absent after: removed */
	unsigned mode;              /* Git's file mode, 0100644 or 0100755; of a new file 0100644 */
};

struct changes {
	struct change *items;
	size_t n;
};

#endif
