/*
 * edit_internal.h - intentions on the nodes of one parse.
 */
#ifndef GCB_YAML_EDIT_INTERNAL_H
#define GCB_YAML_EDIT_INTERNAL_H

#include "yaml/yaml_internal.h"

/* One intention. `at` is the node it is about: the target, or the neighbour of what is new. */
enum edit_kind { EDIT_SET, EDIT_PUT, EDIT_ADD, EDIT_REPLACE, EDIT_DELETE, EDIT_COPY };

struct edit {
	enum edit_kind kind;
	const struct yaml_node *at;
	enum yaml_side side;      /* of what is new */
	enum yaml_lit_kind value; /* EDIT_SET */
	struct slice text;        /* EDIT_SET: value; EDIT_COPY: comment */
	const struct yaml_lit *lit;
	bool same; /* EDIT_SET to the current value */
	bool fill; /* EDIT_REPLACE of an empty collection: further new entries may join */
	struct yaml_edits *nested; /* EDIT_COPY */
	size_t seq;                /* order of the calls */
};

struct yaml_edits {
	const struct yaml_file *file;
	struct arena *arena;
	struct edit **items; /* in the order of the calls */
	size_t n, cap;
	size_t nsame;                   /* how many of them change nothing */
	const struct yaml_node *within; /* a copy's original; NULL: the whole file */
	uint64_t *gone;                 /* a bit per node id: its entry is deleted; NULL: none is */
	uint64_t *replaced;             /* the same for values that are replaced */
	uint64_t *set, *kept; /* for those that are set to another value, and to the current one */
	bool *drops;          /* per document: it is deleted; NULL: none is */
	size_t ndrops;
	bool fills;          /* yaml_edits_fill */
	struct err *refusal; /* the first one; NULL: none */
};

/* Does the list delete the entry `node`? */
bool edits_delete(const struct yaml_edits *e, const struct yaml_node *node);

/* Does the list replace the value of `node`? */
bool edits_replace(const struct yaml_edits *e, const struct yaml_node *node);

/* Does the list insert anything on this side of the entry? */
bool edits_insert(const struct yaml_edits *e, const struct yaml_node *node, enum yaml_side side);

/* The nearest sibling that stays, behind the entry or before it; NULL: none. */
const struct yaml_node *edits_staying(const struct yaml_edits *e, const struct yaml_node *node,
				      bool forward);

#endif
