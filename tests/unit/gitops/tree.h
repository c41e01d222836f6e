/*
 * tree.h - files of a made-up repository and what applies them, for the tests of environments.
 */
#ifndef GCB_TESTS_UNIT_GITOPS_TREE_H
#define GCB_TESTS_UNIT_GITOPS_TREE_H

#include "gitops/environment_index.h"
#include "gitops/environment_use.h"

struct tree_entry {
	const char *path, *text; /* text NULL: a file that is not read */
};

struct tree {
	struct arena *arena;
	struct environment_index *index;
	struct yaml_file *files[32];
	struct objects objects[32];
	size_t n;
};

/*
 * Adds all files to an index, kustomizations and charts by their names. Entries end with a path
 * that is NULL.
 */
struct tree *tree_new(const struct repository_id *repository, const struct tree_entry *entries);
void tree_free(struct tree *t);

/*
 * What applies a file: "NAME[TYPES]" of each environment, with a blank between. TYPES: k(ustomize),
 * d(irectory), c(hart), ?; followed by "*" if it may stand for several, "!" if it follows another
 * revision, "~" if it is not known exactly what it applies. Valid until the tree is freed.
 */
const char *tree_ask(const struct tree *t, const char *path);

/* The environment of that name that applies the file; the test fails if there is none. */
const struct environment *tree_environment(const struct tree *t, const char *path,
					   const char *name);

/* Short texts of objects. */
#define K(resources) "resources: [" resources "]\n"
#define APPLICATION(name, spec)                                                                    \
	"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " name              \
	"}\nspec: {" spec "}\n"
#define SOURCE(path)                                                                               \
	"source: {repoURL: 'https://git.example.com/shop/gitops.git', targetRevision: main, "      \
	"path: " path "}"
#define FLUX(name, spec)                                                                           \
	"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: " name  \
	", namespace: flux-system}\n"                                                              \
	"spec: {sourceRef: {kind: GitRepository, name: flux-system}, " spec "}\n"
#define REPOSITORY(url, ref)                                                                       \
	"apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: "          \
	"flux-system, namespace: flux-system}\n"                                                   \
	"spec: {url: '" url "', ref: {" ref "}}\n"

#endif
