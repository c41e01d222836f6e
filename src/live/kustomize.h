/*
 * kustomize.h - runs the user's kustomize, or kubectl with the one that is built into it, on files
 * of a commit.
 *
 * The files may be hostile: the caller passes only those that build_recipe.h allows. The program
 * sees them in a temporary directory, and nothing else: its environment is empty but for proxies
 * that do not exist, an empty PATH, so that it cannot run git or anything else, and an empty home
 * directory. Time, memory and output are limited. It is run by its argument vector.
 */
#ifndef GCB_LIVE_KUSTOMIZE_H
#define GCB_LIVE_KUSTOMIZE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define KUSTOMIZE_TIMEOUT_MS 60000

/* The program. */
struct kustomize {
	struct slice path;  /* absolute */
	struct slice name;  /* for messages: "kustomize build", "kubectl kustomize" */
	bool kubectl;       /* it is kubectl */
	int64_t timeout_ms; /* of one run; 0: KUSTOMIZE_TIMEOUT_MS */
};

/* A file for the program. */
struct kustomize_file {
	struct slice path, bytes;
};

/* What it builds. */
struct kustomize_tree {
	const struct kustomize_file *files;
	size_t n;
	struct slice directory; /* "" is the root */
	bool unrestricted; /* files outside of the directory of their kustomization may be read */
};

/*
 * Finds the program: `named`, a path or a name; if absent, KUSTOMIZE_PATH, or `kustomize`, or
 * KUBECTL_PATH, or `kubectl`. A name that begins with "kubectl" is kubectl. Texts are in `arena`.
 * Errors: program_missing, program_denied.
 */
int kustomize_find(struct kustomize *out, struct slice named, struct arena *arena, struct err *err);

/*
 * Appends what the program prints to `out`. Errors: build_failed (it ended with an error), those of
 * process_run and temporary_write.
 */
int kustomize_build(const struct kustomize *k, const struct kustomize_tree *tree, struct str *out,
		    struct err *err);

#endif
