/*
 * ops.h - edits drawn from bytes, and the tree that they should give, worked out without the
 * editor.
 */
#ifndef GCB_TESTS_PROPERTIES_OPS_H
#define GCB_TESTS_PROPERTIES_OPS_H

#include "base/str.h"
#include "yaml/yaml.h"

enum { OPS_MOST = 6 };

enum op_kind { OP_SET, OP_PUT, OP_ADD, OP_REPLACE, OP_DELETE, OP_COPY };

/*
 * Something done to the node with this id: the target, or the neighbour of what is new; `inside`
 * for the empty collection itself.
 */
struct op {
	enum op_kind kind;
	uint32_t id;
	bool inside;
	enum yaml_side side;
	struct yaml_lit lit; /* OP_SET: kind and text */
	const struct op *nested;
	size_t nnested;
};

struct ops {
	struct op items[OPS_MOST];
	size_t n;
};

/*
 * Draws at most OPS_MOST edits of the file from the script's bytes; the same bytes give the same.
 * In `arena`.
 */
void ops_draw(const struct yaml_file *file, struct slice script, struct arena *arena,
	      struct ops *out);

/* Adds them to a list of edits. */
void ops_plan(const struct ops *ops, struct yaml_edits *e);

/* In words, for a report. */
void ops_describe(const struct ops *ops, const struct yaml_file *file, struct str *out);

/*
 * The contents of a file, one line per node: kinds, types, values, tags, anchors; not its layout.
 * With ops: what it should say after them. Ops that the editor may refuse, such as two about one
 * place, give something or other.
 */
void canon_write(const struct yaml_file *file, const struct ops *ops, struct str *out);

#endif
