#include "live/kustomize.h"

#include "base/ascii.h"
#include "base/process.h"
#include "base/process_find.h"
#include "base/temporary.h"

#include <stdlib.h>

/* The most address space, far above what is used; Go reserves much of it without using it. */
#define MEMORY_MAX ((size_t)4 << 30)
/* The most output. */
#define OUTPUT_MAX ((size_t)16 << 20)

/* --- the program ---------------------------------------------------------- */

/* Sets the program at a path, or of a name. */
static int set_program(struct kustomize *out, const char *name, struct arena *arena,
		       struct err *err)
{
	AUTO_STR struct str path = STR_INIT;
	struct slice base, rest;

	if (process_find(name, &path, err) < 0)
		return -1;
	out->path = arena_copy(arena, str_slice(&path));
	for (rest = out->path; slice_next(&rest, '/', &base);)
		;
	out->kubectl = slice_starts(base, SLICE("kubectl"));
	out->name = arena_printf(arena, "%" SLICE_FMT " %s", SLICE_ARG(base),
				 out->kubectl ? "kustomize" : "build");
	return 0;
}

int kustomize_find(struct kustomize *out, struct slice named, struct arena *arena, struct err *err)
{
	const char *own = getenv("KUSTOMIZE_PATH"), *kubectl = getenv("KUBECTL_PATH");
	struct err ignored = ERR_INIT;

	*out = (struct kustomize){ .kubectl = false };
	if (named.len)
		return set_program(out, arena_copy(arena, named).ptr, arena, err);
	if (own && *own)
		return set_program(out, own, arena, err);
	if (set_program(out, "kustomize", arena, &ignored) == 0)
		return 0;
	if (set_program(out, kubectl && *kubectl ? kubectl : "kubectl", arena, err) == 0)
		return 0;
	return err_remedy(err, "install kustomize or kubectl, or name one with --build=PROGRAM");
}

/* --- running it ----------------------------------------------------------- */

/* Writes the files below "tree", and the empty directories. */
static int write_tree(const struct temporary *t, const struct kustomize_tree *tree, struct err *err)
{
	if (temporary_make(t, SLICE("tree"), err) < 0 || temporary_make(t, SLICE("bin"), err) < 0 ||
	    temporary_make(t, SLICE("home"), err) < 0)
		return -1;
	for (size_t i = 0; i < tree->n; i++) {
		AUTO_STR struct str path = STR_INIT;

		str_addf(&path, "tree/%" SLICE_FMT, SLICE_ARG(tree->files[i].path));
		if (temporary_write(t, str_slice(&path), tree->files[i].bytes, err) < 0)
			return -1;
	}
	return 0;
}

/* The environment of the program. */
static const char *const *make_environment(const struct temporary *t, struct arena *arena)
{
	static const char *const fixed[] = {
		"http_proxy=http://127.0.0.1:9",
		"https_proxy=http://127.0.0.1:9",
		"all_proxy=http://127.0.0.1:9",
		"HTTP_PROXY=http://127.0.0.1:9",
		"HTTPS_PROXY=http://127.0.0.1:9",
		"ALL_PROXY=http://127.0.0.1:9",
		"NO_PROXY=",
		"no_proxy=",
		"GIT_ALLOW_PROTOCOL=",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"KUBECONFIG=/dev/null",
		"LC_ALL=C",
	};
	enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };
	const char **env = arena_array(arena, FIXED + 4, sizeof(*env));

	for (size_t i = 0; i < FIXED; i++)
		env[i] = fixed[i];
	env[FIXED] = arena_printf(arena, "PATH=%s/bin", t->path.ptr).ptr;
	env[FIXED + 1] = arena_printf(arena, "HOME=%s/home", t->path.ptr).ptr;
	env[FIXED + 2] = arena_printf(arena, "TMPDIR=%s/home", t->path.ptr).ptr;
	return env;
}

/*
 * The last line of its standard error with a letter: kubectl ends messages of several lines with
 * ">".
 */
static struct slice find_reason(const struct process_result *r, struct arena *arena)
{
	struct slice rest = str_slice(&r->err), line, last = SLICE("");

	while (slice_next(&rest, '\n', &line))
		for (size_t i = 0; i < line.len; i++)
			if (ascii_is_alpha(line.ptr[i]))
				last = slice_trim(line);
	if (slice_starts(last, SLICE("Error: ")))
		last = slice_sub(last, 7, last.len);
	return arena_copy(arena, slice_sub(last, 0, last.len < 400 ? last.len : 400));
}

/* Runs the program on the written tree. */
static int run_program(const struct kustomize *k, const struct kustomize_tree *tree,
		       const struct temporary *t, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	const char *const argv[] = {
		k->path.ptr,
		k->kubectl ? "kustomize" : "build",
		arena_printf(arena, "./%" SLICE_FMT, SLICE_ARG(tree->directory)).ptr,
		tree->unrestricted ? "--load-restrictor=LoadRestrictionsNone" : NULL,
		NULL,
	};
	const struct process p = {
		.argv = argv,
		.env = make_environment(t, arena),
		.only_env = true,
		.directory = arena_printf(arena, "%s/tree", t->path.ptr).ptr,
		.out_max = OUTPUT_MAX,
		.memory_max = MEMORY_MAX,
		.timeout_ms = k->timeout_ms ? k->timeout_ms : KUSTOMIZE_TIMEOUT_MS,
	};
	struct slice line;

	if (process_run(&p, &r, err) < 0)
		return -1;
	line = find_reason(&r, arena);
	if (r.exit_code)
		return err_set(err, &CODE_build_failed, NOWHERE,
			       "%" SLICE_FMT " ended with exit code %d%s%" SLICE_FMT,
			       SLICE_ARG(k->name), r.exit_code, line.len ? ": " : "",
			       SLICE_ARG(line));
	str_add(out, str_slice(&r.out));
	return 0;
}

int kustomize_build(const struct kustomize *k, const struct kustomize_tree *tree, struct str *out,
		    struct err *err)
{
	AUTO_TEMPORARY struct temporary t = TEMPORARY_INIT;

	if (temporary_begin(&t, err) < 0 || write_tree(&t, tree, err) < 0)
		return -1;
	return run_program(k, tree, &t, out, err);
}
