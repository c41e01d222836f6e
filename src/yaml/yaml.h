/*
 * yaml.h - YAML documents that keep every byte, and edits as splices.
 *
 * The dialect is libyaml's, which is Kubernetes' (go-yaml is a port of it). A file is parsed into
 * immutable nodes that know which bytes of the source are theirs. A change is a list of intentions
 * on the nodes of one parse; yaml_apply turns it into splices of the source, parses the result and
 * compares it with the same change of the tree, and only then returns the bytes. All bytes outside
 * of the splices are unchanged.
 *
 *	yaml_parse(&file, name, bytes, err);
 *	edits = yaml_edits_new(file, arena);
 *	yaml_set(edits, yaml_get(dest, "weight"), LIT_INT, SLICE("90"));
 *	if (yaml_apply(edits, &out, err) < 0) ...
 *	yaml_file_free(file);
 *
 * An edit that is not plainly safe is refused with a code of codes.def (GCB2xxx), the place, the
 * reason and a remedy, and nothing is returned. Library code: no I/O, no globals.
 */
#ifndef GCB_YAML_YAML_H
#define GCB_YAML_YAML_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Limits: bytes of a file, depth of nesting, nodes of a file. Past them: `yaml_limit`. */
#define YAML_MAX_BYTES ((size_t)32 << 20)
#define YAML_MAX_DEPTH 100
#define YAML_MAX_NODES 4000000u

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_SEQ, YAML_ALIAS };
enum yaml_style {
	YAML_PLAIN,
	YAML_SINGLE,
	YAML_DOUBLE,
	YAML_LITERAL,
	YAML_FOLDED,
	YAML_BLOCK,
	YAML_FLOW
};

enum yaml_flags {
	YAML_ANCHORED = 1,  /* has an anchor: yaml_anchor */
	YAML_TAGGED = 2,    /* has a tag: yaml_tag */
	YAML_HAS_MERGE = 4, /* a map with a "<<" key */
	YAML_HAS_DUP = 8,   /* a map with the same key twice */
	YAML_PAIR = 16,     /* the map of a single pair in a flow sequence: [a: b] */
	YAML_EXPLICIT = 32, /* an entry whose key has a "?" */
	YAML_OPENS = 64,    /* an entry that begins on the line of its parent's dash or key */
	YAML_UNCLEAR = 128  /* an entry whose region is not clear; edits of it are refused */
};

struct yaml_file;

/*
 * A node. Children of a map are its values, each with its `key`; children of a sequence are its
 * items. "Entry" means a map's key and value or a sequence's item, and is named by its value node.
 * All offsets are bytes of the source.
 */
struct yaml_node {
	enum yaml_kind kind : 8;
	enum yaml_style style : 8;
	unsigned flags : 16; /* enum yaml_flags */
	uint32_t id;         /* 1, 2, ... in the order of the source within its file */
	uint32_t line,
		col; /* where it begins, anchor and tag included, 1-based, col in code points */
	uint32_t nchildren;
	uint32_t outer; /* begin with anchor and tag; = start without them */
	/*
	 * Content: without anchor and tag, quotes included; of a block scalar without the empty
	 * lines below, of a block collection from the first to the last entry.
	 */
	uint32_t start, end;
	/* The entry that this node is the value of; 0 for roots and keys. */
	uint32_t head;  /* begin of the comment lines above that are its own, else of its line, else
			   `entry` */
	uint32_t entry; /* the dash, the "?" or the key */
	uint32_t stop;  /* behind the line end of its last line and of the deeper comments below it;
			   in flow: = end */
	const struct yaml_node *parent, *first, *last, *next, *prev;
	const struct yaml_node *key; /* in a map */
	struct slice text;           /* a scalar's value, unescaped; an alias's name */
	const struct yaml_file *file;
};

/*
 * Parses a file. `name` (for messages) and `bytes` are borrowed and must outlive `*out`, which the
 * caller frees with yaml_file_free. Errors: yaml_syntax, yaml_encoding (not UTF-8, UTF-16, control
 * characters), yaml_limit, yaml_template ("{{" or a directive of Helm, Jinja or ytt, whether the
 * file can be parsed or not), yaml_breaks (lone CR, NEL, LS, PS outside quotes), yaml_conflict
 * (merge markers).
 */
int yaml_parse(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err);

/*
 * The same for a file that is read and never edited, such as an ApplicationSet: plain text may
 * contain "{{".
 */
int yaml_parse_loose(struct yaml_file **out, struct slice name, struct slice bytes,
		     struct err *err);

/* Frees a file and its nodes. NULL is fine. */
void yaml_file_free(struct yaml_file *file);

/* The bytes and the name given to yaml_parse. */
struct slice yaml_bytes(const struct yaml_file *file);
struct slice yaml_name(const struct yaml_file *file);

/*
 * Number of documents, and the root node of one; NULL for an empty document or an index past the
 * end.
 */
size_t yaml_documents(const struct yaml_file *file);
const struct yaml_node *yaml_root(const struct yaml_file *file, size_t i);

/*
 * The value of `key` in a map, or NULL. NULL-safe in `map` and fine with other kinds, so calls
 * chain. With duplicates: the last.
 */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* yaml_get along a path of keys: yaml_path(root, "spec", "http", NULL). */
const struct yaml_node *yaml_path(const struct yaml_node *map, ...) __attribute__((sentinel));

/* The anchor and the tag of a node ("tag:yaml.org,2002:int", "!x", "!"), or an absent slice. */
struct slice yaml_anchor(const struct yaml_node *node);
struct slice yaml_tag(const struct yaml_node *node);

/* Where the node's content begins, for messages. NULL gives NOWHERE. */
struct place yaml_place(const struct yaml_node *node);

/*
 * The scalar's type as the cluster reads it (go-yaml v2; types.c has the rules): a string unless it
 * is plain and looks like something else. YAML_STRING also for quoted ones.
 */
enum yaml_type { YAML_STRING, YAML_INT, YAML_FLOAT, YAML_BOOL, YAML_NULL };
enum yaml_type yaml_type_of(const struct yaml_node *scalar);

/* The value of a string scalar, or an absent slice for any other node (NULL too). */
struct slice yaml_string(const struct yaml_node *node);

/* Is it a scalar on one line, not a block scalar, as yaml_set wants it? */
bool yaml_is_line(const struct yaml_node *node);

/*
 * Does the scalar contain a variable ("${NAME}") that envsubst or Flux replaces before the cluster
 * reads it? Edits of it are refused, except those of a list after yaml_edits_fill, which fills in
 * variables.
 */
bool yaml_has_variable(const struct yaml_node *scalar);

/*
 * The comment text of own-line comments that belong to the entry (region head to entry); empty when
 * there is none.
 */
struct slice yaml_head_comment(const struct yaml_node *entry);

/*
 * Refuses a node that must not be read or changed like a plain one: an alias, a merge key or a
 * duplicate key in it or in a map on its path, an anchor with users on its path, an entry in an
 * unsupported form. Returns 0 or -1 with the reason.
 */
int yaml_path_clear(const struct yaml_node *node, struct err *err);

/*
 * A literal: a value to be written. Maps and sequences hold `n` items; in a map each has a `key`.
 */
struct yaml_lit {
	struct slice key;
	enum yaml_lit_kind { LIT_STRING, LIT_INT, LIT_BOOL, LIT_MAP, LIT_SEQ } kind;
	struct slice text; /* of a string; of an int its decimal digits; "true" or "false" */
	const struct yaml_lit *items;
	size_t n;
};

enum yaml_side { YAML_BEFORE, YAML_AFTER };

/*
 * Intentions on one parse, allocated in `arena`, which must outlive them. The first refusal sticks
 * and is returned by yaml_apply, so that no call needs a check. Order does not matter; two
 * intentions about the same bytes are a refusal (yaml_overlap). A NULL node is a programming error.
 */
struct yaml_edits;
struct yaml_edits *yaml_edits_new(const struct yaml_file *file, struct arena *arena);

/* Allows setting values with variables. */
void yaml_edits_fill(struct yaml_edits *e);

/*
 * Sets the value of a scalar: LIT_STRING keeps its quotes or adds the necessary ones, LIT_INT and
 * LIT_BOOL keep them. Setting the current value is no edit, but it must stay: changing it in the
 * same list is a refusal as well. Block scalars, values on several lines and values with a tag of
 * another type are refused.
 */
void yaml_set(struct yaml_edits *e, const struct yaml_node *scalar, enum yaml_lit_kind kind,
	      struct slice text);

/*
 * Adds an entry `lit->key` to a map, beside the entry `near` (one of its children; NULL: the last
 * one) and in its layout. A key that exists and stays is a refusal (yaml_duplicate). An empty map,
 * "{}" or nothing at all, is replaced by one with the new entries, as yaml_replace does it.
 */
void yaml_put(struct yaml_edits *e, const struct yaml_node *map, const struct yaml_node *near,
	      enum yaml_side side, const struct yaml_lit *lit);

/*
 * Adds an item to a sequence, beside the item `near` (NULL: the last one); an empty one is treated
 * like an empty map.
 */
void yaml_add(struct yaml_edits *e, const struct yaml_node *seq, const struct yaml_node *near,
	      enum yaml_side side, const struct yaml_lit *lit);

/*
 * Replaces the value of an entry, whatever it is, with a literal. A single value, an empty
 * collection, and anything in a flow collection is written in the place of the old value,
 * everything else in block style below the key. The key and comments beside the old value stay;
 * those inside of it are deleted. Refused: the root of a document, a value with an anchor or a tag.
 */
void yaml_replace(struct yaml_edits *e, const struct yaml_node *value, const struct yaml_lit *lit);

/*
 * Deletes an entry with its head comment and the comments inside its region. If none is left, an
 * empty collection stays: "[]" or "{}". Refused: an entry with an anchor that an alias elsewhere
 * uses, and the last one of a document.
 */
void yaml_delete(struct yaml_edits *e, const struct yaml_node *entry);

/*
 * Deletes a whole document, with the comments up to the next one; it is numbered as for yaml_root.
 * Other edits of the list are made first. Refused: the last one that stays, and one that does not
 * begin, or whose next one does not, with "---" or a directive.
 */
void yaml_drop(struct yaml_edits *e, size_t document);

/*
 * Inserts a copy of the sequence item `item` beside it, in its layout and without its comments,
 * which stay with the original only. The returned list, never NULL, takes the differences of the
 * copy: intentions on nodes inside `item`. `comment`, if present, becomes a comment line "#
 * comment" above the copy (block style only; in flow style it is left out).
 */
struct yaml_edits *yaml_copy(struct yaml_edits *e, const struct yaml_node *item,
			     enum yaml_side side, struct slice comment);

/*
 * Adds the intentions of `from` (same file, same arena) to `into`; a refusal of `from` becomes one
 * of `into`.
 */
void yaml_edits_merge(struct yaml_edits *into, const struct yaml_edits *from);

/* Does the list change nothing? */
bool yaml_edits_empty(const struct yaml_edits *e);

/* The sticky refusal, or NULL. */
const struct err *yaml_edits_refusal(const struct yaml_edits *e);

/*
 * Is `candidate` equal to a copy of `item` with these nested intentions, except for comments and
 * layout?
 */
bool yaml_copy_is(const struct yaml_node *item, const struct yaml_edits *nested,
		  const struct yaml_node *candidate);

/*
 * Appends the changed file to `out`. Checked first: the result parses; its tree is the old tree
 * with the same change (including tags, anchors, styles of untouched scalars, number of documents);
 * its comments are the old ones without those of deleted regions, plus the new ones; the bytes
 * outside the splices are the same; no more lines are changed than the intentions are about. Of the
 * documents of a file only those with a splice are parsed again. A failed check is `yaml_check`, a
 * bug of ours. On failure `out` is unchanged.
 */
int yaml_apply(const struct yaml_edits *e, struct str *out, struct err *err);

/*
 * The same, and the result as yaml_parse parses it, if all of it had to be parsed; else `*now` is
 * NULL. The file has its own copy of the bytes.
 */
int yaml_apply_parsed(const struct yaml_edits *e, struct str *out, struct yaml_file **now,
		      struct err *err);

/*
 * Do the edits result in exactly these bytes? Much faster than yaml_apply, because nothing is
 * parsed or checked: for bytes that are known to be valid.
 */
bool yaml_gives(const struct yaml_edits *e, struct slice bytes);

/*
 * The comments that the deletions of `e` delete, each without its "#", allocated in the arena of
 * `e`.
 */
struct slices yaml_lost_comments(const struct yaml_edits *e);

/*
 * Appends a string as a scalar: plain if every parser reads that as a string, else double-quoted
 * with escapes of YAML 1.1.
 */
void yaml_write_string(struct str *out, struct slice text, bool flow);

#endif
