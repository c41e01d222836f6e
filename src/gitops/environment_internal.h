/*
 * environment_internal.h - what the files of the reach share. Nobody else includes it.
 *
 *	reach.c       what is put in
 *	environment_query.c the answer
 *	environment_end.c   environment_index_finish: other repositories, overlays, names
 *	environment_argo.c  Applications
 *	environment_set.c   ApplicationSets: generators and the parameters of a template
 *	environment_flux.c  Flux
 */
#ifndef GCB_GITOPS_ENVIRONMENT_INTERNAL_H
#define GCB_GITOPS_ENVIRONMENT_INTERNAL_H

#include "base/map.h"
#include "gitops/path.h"
#include "gitops/environment_index.h"

#define NONE MAP_NONE

/* How an environment applies what a claim says. */
enum claim_kind {
	CLAIM_AUTO,      /* Argo CD finds out: kustomize, a chart, or files as they are */
	CLAIM_DIRECTORY, /* files as they are */
	CLAIM_KUSTOMIZE, /* a kustomization in the folder */
	CLAIM_FLUX,      /* the same; where there is none, Flux makes one of all files below */
	CLAIM_CHART,     /* templates of a chart */
	CLAIM_UNKNOWN    /* a plugin: all below, in some way */
};

/*
 * An environment applies a folder, or, when that is not known, something that begins with `folder`.
 */
struct claim {
	struct environment *environment;
	enum claim_kind kind;
	bool prefix; /* the folder is only the beginning of the path */
	struct slice folder, url;
	bool recurse;                  /* CLAIM_DIRECTORY */
	struct slice include, exclude; /* the same; absent: all, nothing */
	size_t next;                   /* another claim of the folder, or NONE */
};

struct kustomization {
	struct slice path, folder;
	const struct yaml_node *root; /* NULL: it cannot be read */
	struct environment *overlay;  /* nothing names or applies it: it is an environment itself */
};

/* A kustomization that names a path; list of them. */
struct mention_of {
	size_t kustomization, next;
};

/* A Flux source. */
struct flux_source {
	struct slice path, kind, ns, name, url, revision;
	bool git;
};

struct environment_index {
	const struct repository_id *here;
	struct arena *arena;
	struct environment **environments;
	size_t nenvironments, environments_cap;
	struct claim *claims;
	size_t nclaims, claims_cap;
	struct kustomization *kustomizations;
	size_t nkustomizations, kustomizations_cap;
	struct mention_of *references;
	size_t nreferences, mentions_cap;
	struct flux_source *sources;
	size_t nsources, sources_cap;
	const struct object **flux, **sets; /* read at the end */
	size_t nflux, flux_cap, nsets, sets_cap;
	struct slice *unread;
	size_t nunread, unread_cap;
	struct slice *folders; /* that are there, without the root */
	size_t nfolders, folders_cap;
	struct map folder_at;        /* to the number of the folder */
	struct map kustomization_at; /* folder, to the number of its kustomization */
	struct map mention_at;       /* path, to the number of the newest mention */
	struct map claim_at;         /* folder, to the number of the newest claim */
	struct map chart_at;         /* folder of a chart */
	size_t *prefixes;            /* numbers of claims that are not for one folder */
	size_t nprefixes, prefixes_cap;
	long patience; /* comparisons that ApplicationSets may still make */
};

/* reach.c: a new environment of an object. */
struct environment *environment_new(struct environment_index *r, enum environment_kind kind,
				    const struct object *o);

/* reach.c: adds a claim; a folder that is absent is none. */
void claim_add(struct environment_index *r, const struct claim *claim);

/* reach.c: the number of the kustomization in a folder, or NONE. */
size_t kustomization_in(const struct environment_index *r, struct slice folder);

/*
 * environment_end.c: goes one folder up, for those who look for Flux Kustomizations that make a
 * kustomization of all that lies below a folder: false when it was the root, or when the folder
 * above has a kustomization of its own, which is used then.
 */
bool generating_above(const struct environment_index *r, struct slice *folder);

/* environment_end.c: does what claims the folder build a kustomization in it? */
bool claim_builds(const struct claim *c);

/*
 * environment_end.c: the path that a reference of a kustomization in `folder` names; absent: none
 * of this repository, or text that is no reference. An address of this very repository
 * ("URL//path?ref=branch") counts.
 */
struct slice reference_path(const struct environment_index *r, struct slice folder,
			    struct slice reference);

/*
 * environment_end.c: do two addresses name the same repository: the last two parts of their paths?
 */
bool url_same(struct slice a, struct slice b);

/* environment_end.c: does the revision follow the branch? */
bool revision_follows(const struct repository_id *here, struct slice revision);

/* The parameters that a template of an ApplicationSet is filled with; NULL: it is no template. */
struct parameters {
	struct pair *items;
	size_t n;
};

/*
 * environment_set.c: the text with its parameters filled in. Where one is not known, `*whole` is
 * false and the text ends in front of it; `arena`.
 */
struct slice parameters_fill(const struct parameters *p, struct slice text, bool *whole,
			     struct arena *arena);

/* environment_argo.c: a claim of the path `text`, which parameters may stand in. */
struct claim claim_of(struct environment_index *r, struct environment *e, struct slice text,
		      const struct parameters *p);

/*
 * environment_argo.c: the same environment builds the components in `list`, paths as its folder
 * says them.
 */
void claim_components(struct environment_index *r, const struct claim *claim,
		      const struct yaml_node *list);

/*
 * environment_argo.c: fills an environment in from the spec of an Application, and adds what it
 * applies.
 */
void application_read(struct environment_index *r, struct environment *e,
		      const struct yaml_node *spec, const struct parameters *p);

/* environment_set.c: the Applications that an ApplicationSet makes. */
void set_read(struct environment_index *r, const struct object *o);

/* environment_flux.c: a Kustomization of Flux, once all sources are known. */
void flux_read(struct environment_index *r, const struct object *o);
void flux_source_read(struct environment_index *r, const struct object *o);

#endif
