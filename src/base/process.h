/*
 * process.h - runs another program: feeds it, collects its output, and limits its time. World
 * column.
 *
 * A program is run by its argument vector, never through a shell. It has no terminal to read from
 * unless it is `interactive`, gets our environment changed by `env` and the default actions of
 * signals, and never outlives the call: a time limit, SIGINT, SIGTERM or SIGHUP to us, too much
 * output or a refusal by the caller end its whole process group (SIGTERM, then SIGKILL after a
 * grace period, or at once at a second Ctrl-C), and it is always waited for. It does not inherit
 * our descriptors, only those that our caller left open for children.
 *
 *	const char *const argv[] = { "kubectl", "version", NULL };
 *	struct process p = { .argv = argv, .timeout_ms = 60000 };
 *	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
 *	if (process_run(&p, &r, err) < 0) ...   it did not run to its end
 *	if (r.exit_code) ...                    it ended with an error
 */
#ifndef GCB_BASE_PROCESS_H
#define GCB_BASE_PROCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The default limits of standard output and standard error. */
#define PROCESS_OUT_MAX ((size_t)64 << 20)
#define PROCESS_ERR_MAX ((size_t)64 << 10)

/* How to run a program. Everything is borrowed. */
struct process {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up by process_find */
	const char *const *env;  /* "NAME=value": set; "NAME": unset; NULL-terminated; NULL: none */
	bool only_env;           /* it gets nothing of our environment but `env` */
	const char *directory;   /* where it works; NULL: where we do */
	struct slice input;      /* its standard input; empty: /dev/null */
	size_t out_max, err_max; /* bytes; 0: the default limits */
	size_t memory_max;  /* bytes of address space, soon after it starts; 0: our own limit */
	int64_t timeout_ms; /* 0: no limit */
	int64_t grace_ms;   /* between SIGTERM and SIGKILL; 0: two seconds */
	/*
	 * It may ask on the terminal, as git and ssh do for a passphrase: it stays in our process
	 * group, since one in the background may not read. Programs that it starts are then not
	 * ended with it.
	 */
	bool interactive;
	/*
	 * Takes standard output as it arrives, instead of `out` of the result; -1 ends the program,
	 * and is what process_run returns.
	 */
	int (*take)(void *ctx, struct slice bytes, struct err *err);
	/*
	 * Takes each line of standard error as it arrives, fit for a terminal (str_add_visible),
	 * without its line end (LF or CR).
	 */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx; /* for both */
};

struct process_result {
	int exit_code;
	struct str out, err; /* err: the first err_max bytes; the rest is dropped */
};
/* clang-format off */
#define PROCESS_RESULT_INIT { 0, STR_INIT, STR_INIT }
/* clang-format on */

/* Frees a result. */
void process_result_release(struct process_result *r);
#define AUTO_PROCESS __attribute__((cleanup(process_result_release)))

/*
 * Runs the program to its end. 0: it ended by itself, with `r->exit_code`. -1: it did not, and `r`
 * has its output so far. Errors: program_missing, program_denied (not executable), program_failed
 * (killed by a signal), timed_out, interrupted, terminated, too_large (standard output), io, and
 * those of `take`. Messages name the program by the last part of argv[0], never its arguments.
 */
int process_run(const struct process *p, struct process_result *r, struct err *err);

/*
 * The last line of a program's standard error that is not blank, without "error: " in front; as
 * the program wrote it, at most 400 bytes.
 */
struct slice process_last_line(const struct process_result *r, struct arena *arena);

#endif
