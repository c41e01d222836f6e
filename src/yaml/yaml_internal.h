/*
 * yaml_internal.h - a parsed file, as the files of this directory see it.
 *
 * From bytes to a tree, each file using those above it:
 *
 *	line.c            line ends and blanks
 *	node.c            questions about nodes
 *	guard.c           bytes that not every reader reads alike
 *	duplicate_keys.c  keys that a map must not have
 *	types.c           types of scalars, and how scalars are written
 *	scan.c            libyaml's events become nodes; the only file that includes <yaml.h>
 *	comments.c        where the comments are
 *	region.c          which bytes belong to which entry
 *	parse.c           all of this in order
 *
 * And from intentions to new bytes:
 *
 *	edit.c            intentions
 *	literal.c         literals, laid out like their neighbours
 *	splice.c          replacements of bytes, in order
 *	splice_block.c, splice_flow.c   insertion and deletion in both styles of collections
 *	splice_value.c    a value becomes another one
 *	splice_copy.c     copies of items
 *	splice_edits.c    intentions become splices
 *	document_range.c  the documents that an edit is in
 *	check.c           proves the result, without the code that made it
 *	splice_document.c deletion of whole documents
 *	apply.c           new bytes, if they pass the check
 */
#ifndef GCB_YAML_YAML_INTERNAL_H
#define GCB_YAML_YAML_INTERNAL_H

#include "base/arena.h"
#include "yaml/yaml.h"

struct comment {
	uint32_t start, end; /* from "#" to before the line end */
	bool own;            /* alone on its line */
};

/* Anchor and tag of a node. */
struct property {
	uint32_t id;
	struct slice anchor, tag;
};

#define NO_BEGIN UINT32_MAX

/* Nodes are allocated in chunks: one by one their pointers would double the memory. */
enum { NODES_OF_CHUNK = 16 };

struct yaml_file {
	struct slice name, bytes;
	char *own;     /* the memory of `bytes`, if the file owns it */
	uint32_t body; /* 3 behind a byte order mark, else 0 */
	bool wide;     /* some byte is not ASCII */
	struct arena *arena;
	const struct yaml_node **roots; /* per document; NULL: an empty one */
	uint32_t *begins; /* per document: the line of its directives or "---", or NO_BEGIN; of
			     the first one 0 */
	size_t nroots, roots_cap, begins_cap;
	struct yaml_node **chunks; /* all nodes, keys too, in the order of the source: node_at */
	uint32_t nnodes;
	size_t nchunks, chunks_cap;
	struct property *properties; /* of the few nodes that have any, by id */
	size_t nproperties, properties_cap;
	struct comment *comments;
	size_t ncomments, comments_cap;
	size_t near;                       /* of the comments, the last one that was found */
	const struct yaml_node *templated; /* the first node that is a template; NULL: none */
	bool loose;                        /* "{{" in plain text does not make it a template */
	bool sealed;                       /* SOPS metadata in one of the documents */
};

/* The node number `i`, from 0: the one with the id i + 1. */
static inline __attribute__((unused)) struct yaml_node *node_at(const struct yaml_file *file,
								uint32_t i)
{
	return &file->chunks[i / NODES_OF_CHUNK][i % NODES_OF_CHUNK];
}

#endif
