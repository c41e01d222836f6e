/*
 * process.h - other programs: run one, feed it, take what it says, and end it in time. World
 *column.
 *
 * A program is run by its argument vector, never through a shell. It has no terminal of its own to
 *read unless `asks` says so, gets our environment with `env` on top and the signals as they come by
 *default, and never outlives the call: a time limit, SIGINT, SIGTERM or SIGHUP to us, too much
 *output or a caller's refusal end its whole process group (SIGTERM, then SIGKILL after a grace, at
 *once at a second Ctrl-C), and it is always waited for. Descriptors of ours do not reach it, those
 *that our caller left open for children do.
 *
 *	const char *const argv[] = { "kubectl", "version", NULL };
 *	struct process p = { .argv = argv, .timeout_ms = 60000 };
 *	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
 *	if (process_run(&p, &r, err) < 0) ...                it could not be run to its end
 *	if (r.exit_code) ...                                 it ended, and says that something is
 *wrong
 */
#ifndef GCB_BASE_PROCESS_H
#define GCB_BASE_PROCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* What is kept of standard output and of standard error when nothing else is said. */
#define PROCESS_OUT_MAX ((size_t)64 << 20)
#define PROCESS_ERR_MAX ((size_t)64 << 10)

/* How to run a program. Everything is borrowed; what is not set is as the comments say. */
struct process {
	const char *const *argv; /* NULL-terminated; argv[0]: looked up as process_find does */
	const char *const
		*env;       /* "NAME=value": set; "NAME": taken out; NULL-terminated; NULL: none */
	const char *folder; /* where it works; NULL: where we do */
	struct slice input; /* its standard input; empty: /dev/null */
	size_t out_max, err_max; /* bytes; 0: the numbers above */
	int64_t timeout_ms;      /* 0: no limit */
	int64_t grace_ms;        /* between SIGTERM and SIGKILL; 0: two seconds */
	/*
	 * It may ask on the terminal, as git and ssh do for a passphrase: stays in our process
	 * group, since one in the background may not read. What it starts by itself is then its own
	 * to end.
	 */
	bool interactive;
	/*
	 * Takes standard output as it comes, in place of `out` of the result; -1 ends the program,
	 * and is what process_run returns.
	 */
	int (*take)(void *ctx, struct slice bytes, struct err *err);
	/*
	 * Takes each line of standard error as it comes, fit for a terminal (str_add_visible),
	 * without its line end (LF or CR).
	 */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx; /* for both */
};

struct process_result {
	int exit_code;
	struct str out,
		err; /* err: the first err_max bytes, as they came; what is more is dropped */
};
/* clang-format off */
#define PROCESS_RESULT_INIT { 0, STR_INIT, STR_INIT }
/* clang-format on */

/* Frees what a result holds. */
void process_result_release(struct process_result *r);
#define AUTO_PROCESS __attribute__((cleanup(process_result_release)))

/*
 * Runs the program to its end. 0: it ended by itself, `r->exit_code` says how. -1: it did not, and
 * `r` holds what it had said so far. Errors: program_missing, program_denied (there, but not to be
 * executed), program_failed (killed by a signal), timed_out, interrupted, terminated, too_large
 * (standard output), io, and what `take` says. Messages name the program by the last part of
 * argv[0], never its arguments.
 */
int process_run(const struct process *p, struct process_result *r, struct err *err);

/*
 * The file of a program: a name with a slash is a path, any other is looked for in the absolute
 * folders of PATH (the others would run whatever lies in the current folder). Appends an absolute
 * path to `out`. Errors: program_missing, program_denied.
 */
int process_find(const char *name, struct str *out, struct err *err);

/*
 * The last line of a program's standard error that says something, fit for a message; without
 * "error: " in front.
 */
struct slice process_last_words(const struct process_result *r, struct arena *arena);

#endif
