/*
 * internal.h - what the files of src/yaml share. Nobody else includes it.
 *
 *	guard.c    bytes that no reader should be trusted with
 *	scan.c     libyaml's events become nodes; the only file that includes <yaml.h>
 *	twins.c    keys of a map that it should not have
 *	region.c   which bytes belong to which entry, and the comments; the only file that looks at
 *white space node.c     looking around in a parsed file types.c    scalar types, and writing
 *scalars edit.c     intentions lit.c      literals in the layout of their neighbours splice.c
 *intentions become splices comma.c    those in flow collections replace.c  values that become
 *others copy.c     copies of items drop.c     whole documents that go check.c    the result against
 *the intentions apply.c    the result, if it passes the check
 */
#ifndef GCB_YAML_INTERNAL_H
#define GCB_YAML_INTERNAL_H

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

/* Nodes are kept together in portions: one by one they would cost as much again in pointers. */
enum { NODES_OF_CHUNK = 16 };

struct yaml_file {
	struct slice name, bytes;
	char *own;     /* the memory of `bytes`, if it goes with the file */
	uint32_t body; /* 3 behind a byte order mark, else 0 */
	bool wide;     /* some byte is not ASCII */
	struct arena *arena;
	const struct yaml_node **roots; /* per document; NULL: an empty one */
	uint32_t *begins; /* per document: the line of its directives or "---"; NO_BEGIN: it has
			     none; of the first one 0 */
	size_t nroots, roots_cap, begins_cap;
	struct yaml_node **chunks; /* all nodes, keys too, in the order of the source: node_at */
	uint32_t nnodes;
	size_t nchunks, chunks_cap;
	struct property *properties; /* of the few nodes that have any, by id */
	size_t nproperties, properties_cap;
	struct comment *comments;
	size_t ncomments, comments_cap;
	size_t near;                       /* of the comments, where yaml_regions looked last */
	const struct yaml_node *templated; /* the first node that is a template; NULL: none */
	bool loose;                        /* plain text with "{{" inside is none */
	bool sealed;                       /* SOPS metadata in one of the documents */
};

/* The node number `i`, from 0: the one with the id i + 1. */
static inline __attribute__((unused)) struct yaml_node *node_at(const struct yaml_file *file,
								uint32_t i)
{
	return &file->chunks[i / NODES_OF_CHUNK][i % NODES_OF_CHUNK];
}

/* guard.c: refuses bytes by encoding, size, breaks and conflict markers; sets file->body. */
int yaml_guard(struct yaml_file *file, struct err *err);

/* guard.c: after the parse: a break that readers disagree about is allowed inside quotes only. */
int yaml_guard_breaks(const struct yaml_file *file, struct err *err);

/*
 * guard.c: do these bytes look like a template of Helm, Jinja or the like? Sets the offset of the
 * first sign.
 */
bool yaml_looks_templated(struct slice bytes, uint32_t *at);

/* guard.c: is it an annotation of ytt: "#@ code", "#@overlay/match"? */
bool yaml_is_ytt(struct slice comment);

/* node.c: line and column, 1-based, of a byte offset. */
struct place yaml_place_at(const struct yaml_file *file, uint32_t offset);

/* twins.c: marks a finished map that has a merge key, or two equal scalar keys. */
void yaml_flag_keys(struct yaml_node *map);

/* scan.c: the events of libyaml become nodes without regions. */
int yaml_scan(struct yaml_file *file, struct err *err);

/* node.c: yaml_parse without the regions of entries: enough to compare. */
int yaml_parse_bare(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err);

/*
 * node.c: does a line with a tab in its indentation stand below the node, in whose place or behind
 * which a plain scalar could not end then? In libyaml's scanner such a tab is allowed where nothing
 * can go on: behind a quote or a bracket.
 */
bool yaml_tab_below(const struct yaml_node *n);

/* region.c: the list of comments: what begins with "#" outside of scalars and aliases. */
void yaml_comments(struct yaml_file *file);

/* region.c: regions and real ends of all nodes. */
void yaml_regions(struct yaml_file *file);

/*
 * region.c: begin of the line that holds `at`; width of the blanks there; its line end ("\n",
 * "\r\n", taken from a neighbour at EOF).
 */
uint32_t yaml_line_start(const struct yaml_file *file, uint32_t at);
uint32_t yaml_column(const struct yaml_file *file, uint32_t at);
struct slice yaml_eol(const struct yaml_file *file, uint32_t at);

/* region.c: is `at` the end of a file whose last line has no line end? */
bool yaml_at_bare_end(const struct yaml_file *file, uint32_t at);

/*
 * region.c: begin of the line end in front of the line that begins at `line`, if there is one; the
 * end of a last line that has none.
 */
uint32_t yaml_before_break(const struct yaml_file *file, uint32_t line);

/* region.c: does the first line of the entry's content hold nothing before the entry? */
bool yaml_on_own_line(const struct yaml_file *file, uint32_t at);

/* region.c: begin of the blanks directly before `at` on its line. */
uint32_t yaml_blanks_before(const struct yaml_file *file, uint32_t at);

/*
 * region.c: the blanks between a block sequence's dash and its content on the same line; absent
 * when the content is below.
 */
struct slice yaml_dash_gap(const struct yaml_node *item);

/* region.c: what stands between two flow entries where it is "," and blanks only, else ", ". */
struct slice yaml_flow_separator(const struct yaml_node *entry);

/* region.c: offset of the colon of a map's entry. */
uint32_t yaml_colon(const struct yaml_node *entry);

/*
 * region.c: offset of the comma behind a flow entry, also behind comments and line ends; 0: there
 * is none.
 */
uint32_t yaml_comma(const struct yaml_node *entry);

/*
 * region.c: the end of the line of `at` where only blanks, one comma and a comment, or blanks
 * behind the comma, follow; else 0.
 */
uint32_t yaml_note_end(const struct yaml_file *file, uint32_t at);

/*
 * region.c: are there only blanks from `at` to its line end? The begin of the line behind it, or
 * the end of the file.
 */
bool yaml_line_rest_blank(const struct yaml_file *file, uint32_t at);
uint32_t yaml_next_line(const struct yaml_file *file, uint32_t at);

/* The text of a comment of a file. */
static inline __attribute__((unused)) struct slice comment_text(const struct yaml_file *f,
								const struct comment *c)
{
	return slice_sub(f->bytes, c->start, c->end - c->start);
}

/* One intention. `at` is the node it is about: the target, or the neighbour of what is new. */
enum edit_kind { EDIT_SET, EDIT_PUT, EDIT_ADD, EDIT_REPLACE, EDIT_DELETE, EDIT_COPY };

struct edit {
	enum edit_kind kind;
	const struct yaml_node *at;
	enum yaml_side side;      /* of what is new */
	enum yaml_lit_kind value; /* EDIT_SET */
	struct slice text;        /* EDIT_SET: value; EDIT_COPY: comment */
	const struct yaml_lit *lit;
	bool same; /* EDIT_SET to the value that is there */
	bool fill; /* EDIT_REPLACE of an empty collection: further new entries may join */
	struct yaml_edits *nested; /* EDIT_COPY */
	const char *why;
	size_t seq; /* order of the calls */
};

struct yaml_edits {
	const struct yaml_file *file;
	struct arena *arena;
	struct edit **items; /* in the order of the calls */
	size_t n, cap;
	size_t nsame;                   /* of them are no edits */
	const struct yaml_node *within; /* a copy's original; NULL: the whole file */
	uint64_t *gone;                 /* a bit per node id: its entry is deleted; NULL: none is */
	uint64_t *replaced;             /* the same for values that are replaced */
	uint64_t *set, *kept; /* for those that are set to another one, and to what they are */
	bool *drops;          /* per document: it goes; NULL: none does */
	size_t ndrops;
	bool fills;          /* yaml_edits_fill */
	struct err *refusal; /* the first one; NULL: none */
};

/* edit.c: makes a refusal stick to the list, if it is the first. */
void edits_refuse(struct yaml_edits *e, const struct err *err);

/* edit.c: is the entry `node` deleted by the list? */
bool edits_delete(const struct yaml_edits *e, const struct yaml_node *node);

/* edit.c: is the value of `node` replaced by the list? */
bool edits_replace(const struct yaml_edits *e, const struct yaml_node *node);

/* edit.c: does the list put anything new on this side of the entry? */
bool edits_insert(const struct yaml_edits *e, const struct yaml_node *node, enum yaml_side side);

/* edit.c: the nearest sibling that stays, behind the entry or before it; NULL: none. */
const struct yaml_node *edits_staying(const struct yaml_edits *e, const struct yaml_node *node,
				      bool forward);

/* A replacement of the bytes [start, end) by `text`. */
struct splice {
	uint32_t start, end;
	struct slice text;
	struct slices comments; /* that `text` brings along */
	int rank; /* order of insertions at one place: what closes an inner entry comes before what
		     closes an outer one */
	bool alone; /* a second one at this place is a refusal */
	size_t seq;
};

struct splices {
	struct splice *items;
	size_t n, cap;
	struct arena *arena;
};

/*
 * splice.c: adds one splice; the text is copied. The row may be completed until the next one is
 * added.
 */
struct splice *splice_add(struct splices *s, uint32_t start, uint32_t end, struct slice text,
			  int rank);

/*
 * splice.c: new lines beside a block entry: behind the entry's region, or above its own comments.
 * Where the entry begins on the line of its parent's dash, the new text takes that place and pushes
 * the entry to a line of its own.
 */
struct splice *splice_block_insert(const struct yaml_node *near, enum yaml_side side,
				   struct slice text, struct splices *out);

/*
 * splice.c: the chomping indicator of the block scalar that the entry ends in: '-', '+', ' '
 * without one; 0: it ends in something else. And does the file end there, without a line end, so
 * that whatever gives it one changes the value?
 */
char splice_chomping(const struct yaml_node *n);
bool splice_bare_scalar(const struct yaml_node *n);

/*
 * splice.c: is there a blank line from `at` on, before anything else; with `wide`, one that holds
 * blanks?
 */
bool splice_blank_lines_at(const struct yaml_file *f, uint32_t at, bool wide);

/* copy.c: one intention to copy. */
int splice_copy(const struct edit *edit, struct splices *out, struct err *err);

/*
 * comma.c: text beside a flow entry, with a comma as its neighbours have it; deletion of an entry,
 * one of its list's to go.
 */
int splice_flow_insert(const struct yaml_node *near, enum yaml_side side, struct slice text,
		       struct splices *out, struct err *err);
int splice_flow_delete(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out,
		       struct err *err);

/* replace.c: the value `n` becomes the literal. */
int splice_value(const struct yaml_node *n, const struct yaml_lit *lit, struct splices *out,
		 struct err *err);

/*
 * splice.c: the splices of all intentions, unsorted; sorting, which drops equal ones of the same
 * bytes and refuses overlaps.
 */
int splices_collect(const struct yaml_edits *e, struct splices *out, struct err *err);
int splices_sort(struct splices *s, const struct yaml_edits *e, struct err *err);

/* splice.c: all splices of a list, sorted, not overlapping. */
int splices_make(const struct yaml_edits *e, struct splices *out, struct err *err);

/* splice.c: the bytes [start, end) with the splices that lie in them. */
void splices_render(const struct yaml_file *file, const struct splices *s, uint32_t start,
		    uint32_t end, struct str *out);

/*
 * lit.c: the text of a literal as a new neighbour of `near`: an entry "key: value" of near's map,
 * or an item (with its dash in block style). The first line has no indentation, the last no line
 * end.
 */
void lit_entry(const struct yaml_node *near, const struct yaml_lit *lit, struct str *out);

/*
 * lit.c: the text of a literal behind the colon or dash of `n`, with the gap or line end in front.
 */
void lit_value(const struct yaml_node *n, const struct yaml_lit *lit, struct str *out);

/* types.c: the scalar's new bytes for a value, in the scalar's own quotes where they fit. */
void yaml_write_like(const struct yaml_node *scalar, enum yaml_lit_kind kind, struct slice text,
		     struct str *out);

/*
 * node.c: the ids of all nodes of an entry are in a row: from its key's, or its own, to this one.
 */
uint32_t yaml_last_id(const struct yaml_node *entry);

/* Does what stands around have its keys, or else its values, in double quotes, as JSON? */
bool yaml_in_json(const struct yaml_node *node);

/* Is the node inside a flow collection (or one itself)? */
bool yaml_in_flow(const struct yaml_node *node);

/* Documents in a row, and the bytes [start, end) that they and the lines between them are. */
struct part {
	size_t first, n;
	uint32_t start, end;
};

/* apply.c: the fewest documents that hold all splices and can be parsed apart from the others. */
struct part part_of(const struct yaml_file *file, const struct splices *s);

/* drop.c: does the byte of the file lie in a document that goes? */
bool drops_byte(const struct yaml_edits *e, uint32_t at);

/* drop.c: `text`, the file with all other edits, without the documents that go. */
int yaml_drop_apply(const struct yaml_edits *e, struct slice text, struct str *out,
		    struct err *err);

/*
 * check.c: does one document say what the other says, in the same styles, with the same anchors and
 * tags? NULL: an empty one.
 */
bool yaml_same_tree(const struct yaml_node *old, const struct yaml_node *now);

/*
 * check.c: is `text` the file that `e` makes of its file, comments too? `now` is the part of `text`
 * where the splices are, parsed.
 */
int yaml_check(const struct yaml_edits *e, const struct splices *s, const struct part *part,
	       struct slice text, const struct yaml_file *now, struct err *err);

#endif
