/*
 * environment_source_internal.h - a source of an environment: a directory of the repository that it
 * applies, and the tool that makes objects of its files.
 */
#ifndef GCB_GITOPS_ENVIRONMENT_SOURCE_INTERNAL_H
#define GCB_GITOPS_ENVIRONMENT_SOURCE_INTERNAL_H

#include "gitops/environment.h"
#include "gitops/parameters_internal.h"

enum source_tool {
	TOOL_DETECTED,  /* Argo CD detects it: kustomize, Helm, or plain manifests */
	TOOL_DIRECTORY, /* plain manifests */
	TOOL_KUSTOMIZE, /* the kustomization in the directory */
	TOOL_FLUX,      /* the same; if there is none, Flux generates one of all files below */
	TOOL_HELM,      /* the templates of a chart */
	TOOL_UNKNOWN    /* a plugin: it may use all files below */
};

struct environment_source {
	struct environment *environment;
	enum source_tool tool;
	bool prefix;    /* `directory` is only the beginning of its path, as far as it is known */
	bool foreign;   /* it is in another repository; set by source_index_build */
	bool component; /* it is a component that is added to the source before it */
	const struct yaml_node *node; /* the source of an Application, the spec of a Kustomization
					 of Flux: what it adds to the kustomization */
	struct slice directory, url;
	bool recurse;                          /* TOOL_DIRECTORY */
	struct slice include, exclude;         /* the same; absent: all files, none */
	const struct environment_source *next; /* of the same directory (source_index_internal.h) */
	size_t later; /* the next one of the environment in the list, counted from 1; 0: none */
};

/*
 * A source at the path `text`, which may contain parameters (`p`, or NULL). Its directory is absent
 * when the path leads out of the repository.
 */
struct environment_source environment_source_at(struct environment *e, struct slice text,
						const struct parameters *p, struct arena *arena);

/*
 * The tool that is used, which Argo CD detects if none is specified. `built`: its directory has a
 * kustomization; `chart`: it is a Helm chart.
 */
enum source_tool environment_source_tool(const struct environment_source *s, bool built,
					 bool chart);

/* Does it build the kustomization in its directory, if there is one? */
bool environment_source_builds(const struct environment_source *s);

/* Is the file one of the plain manifests that Argo CD reads (TOOL_DIRECTORY)? */
bool environment_source_reads(const struct environment_source *s, struct slice path);

#endif
