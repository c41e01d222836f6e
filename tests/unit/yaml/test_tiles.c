/*
 * Nothing is lost: libyaml's tokens and the blanks, line ends and comments between them are the
 * whole file, our spans are the tokens', and files from other projects are written back unchanged.
 * GCB_CORPUS names a directory with such files.
 */
#include "tests/unit/yaml/layout.h"
#include "tests/unit/yaml/trial.h"
#include "yaml/yaml_internal.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"

/* Byte offsets of characters, worked out anew for each mark: slow and simple. */
struct marks {
	struct slice bytes; /* behind a byte order mark */
	size_t at, index;
};

static size_t offset_of(struct marks *m, size_t index)
{
	if (index < m->index)
		m->at = m->index = 0;
	for (; m->index < index && m->at < m->bytes.len; m->index++)
		for (m->at++;
		     m->at < m->bytes.len && ((unsigned char)m->bytes.ptr[m->at] & 0xc0) == 0x80;)
			m->at++;
	return m->at;
}

/* Is there nothing but blanks, line ends and comments? */
static bool trivia(struct slice gap)
{
	for (size_t i = 0; i < gap.len; i++) {
		if (gap.ptr[i] == '#')
			while (i < gap.len && gap.ptr[i] != '\n')
				i++;
		if (i < gap.len && !strchr(" \t\r\n", gap.ptr[i]))
			return false;
	}
	return true;
}

/* The scalars and aliases of a file that have text, in order. */
static const struct yaml_node *next_leaf(const struct yaml_file *f, uint32_t *i)
{
	while (*i < f->nnodes) {
		const struct yaml_node *n = node_at(f, (*i)++);

		if ((n->kind == YAML_SCALAR || n->kind == YAML_ALIAS) && n->end > n->start)
			return n;
	}
	return NULL;
}

/* Compares a leaf's span with its token's; libyaml counts empty lines below a block scalar in. */
static void same_span(const struct yaml_node *n, size_t start, size_t end, const char *name)
{
	bool block = n && (n->style == YAML_LITERAL || n->style == YAML_FOLDED);

	cr_assert_not_null(n, "%s: more tokens than values", name);
	cr_assert_eq(n->start, start, "%s: begin of %s", name, trial_where(n));
	cr_assert(n->end == end || (block && n->end < end &&
				    trivia(slice_sub(n->file->bytes, n->end, end - n->end))),
		  "%s: end of %s", name, trial_where(n));
}

/* Walks the tokens of a file beside its nodes. */
static void tiles(const struct yaml_file *f, const char *name)
{
	struct marks m = { slice_sub(f->bytes, f->body, f->bytes.len), 0, 0 };
	size_t last = 0;
	uint32_t leaf = 0;
	yaml_parser_t parser;
	bool end = false;

	cr_assert(yaml_parser_initialize(&parser));
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)m.bytes.ptr, m.bytes.len);
	while (!end) {
		yaml_token_t token;
		size_t from, to;

		cr_assert(yaml_parser_scan(&parser, &token), "%s", name);
		from = offset_of(&m, token.start_mark.index);
		to = offset_of(&m, token.end_mark.index);
		end = token.type == YAML_STREAM_END_TOKEN;
		cr_assert(from >= last || from == to, "%s: tokens overlap at %zu", name, from);
		if (from > last)
			cr_assert(trivia(slice_sub(m.bytes, last, from - last)),
				  "%s: bytes in no token at %zu", name, last);
		if ((token.type == YAML_SCALAR_TOKEN || token.type == YAML_ALIAS_TOKEN) &&
		    to > from)
			same_span(next_leaf(f, &leaf), f->body + from, f->body + to, name);
		last = to > last ? to : last;
		yaml_token_delete(&token);
	}
	cr_assert(trivia(slice_sub(m.bytes, last, m.bytes.len)), "%s: the end", name);
	cr_assert_null(next_leaf(f, &leaf), "%s: more values than tokens", name);
	yaml_parser_delete(&parser);
}

/* Asserts that a list without intentions gives the same bytes. */
static void unchanged(const struct yaml_file *f, const char *name)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_apply(yaml_edits_new(f, arena), &out, &err), 0, "%s", name);
	cr_assert(slice_eq(str_slice(&out), f->bytes), "%s", name);
}

Test(yaml_tiles, random_layouts, .timeout = 30)
{
	for (uint64_t seed = 100000; seed < 100500; seed++) {
		AUTO_STR struct str text = STR_INIT;
		char name[32];
		struct yaml_file *f;

		(void)snprintf(name, sizeof(name), "seed %lu", (unsigned long)seed);
		layout_random(seed, &text);
		f = trial_parse(name, str_slice(&text));
		tiles(f, name);
		yaml_file_free(f);
	}
}

/*
 * Each item of a list is copied, and the copy deleted; each map's last entry gets a neighbour,
 * which goes again.
 */
static void there_and_back(const struct yaml_file *f, const struct yaml_node *n, const char *name)
{
	static const struct yaml_lit lit = { SLICE_INIT("gcb-test"), LIT_INT, SLICE_INIT("1"), NULL,
					     0 };
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT, back = STR_INIT;
	struct yaml_edits *e = yaml_edits_new(f, arena);
	struct yaml_file *now;
	const struct yaml_node *added;
	struct err err = ERR_INIT;

	if (n->parent->kind == YAML_SEQ)
		(void)yaml_copy(e, n, YAML_AFTER, SLICE_NONE);
	else
		yaml_put(e, n->parent, n, YAML_AFTER, &lit);
	if (yaml_apply(e, &out, &err) < 0) {
		cr_assert_neq(err.code, &CODE_yaml_check, "%s: %s: %s", name, trial_where(n),
			      err.reason);
		return;
	}
	now = trial_parse(name, str_slice(&out));
	added = node_at(now, n->parent->id - 1)->last;
	if (n->parent->kind == YAML_SEQ) /* the nodes before the copy have the same ids */
		added = node_at(now, n->id - 1)->next;
	e = yaml_edits_new(now, arena);
	yaml_delete(e, added);
	cr_assert_eq(yaml_apply(e, &back, &err), 0, "%s: %s: %s", name, trial_where(n), err.reason);
	cr_assert(slice_eq(str_slice(&back), f->bytes), "%s: %s", name, trial_where(n));
	yaml_file_free(now);
}

/* One file of the corpus; returns whether it could be read. */
static bool corpus_file(const char *name, struct slice bytes)
{
	struct yaml_file *f = NULL;
	struct err err = ERR_INIT;
	AUTO_STR struct str line = STR_INIT;
	int tried = 0;

	if (yaml_parse(&f, slice_of(name), bytes, &err) < 0) {
		err_format(&err, &line);
		cr_log_info("%s", line.ptr);
		cr_expect_neq(err.line, 0, "%s", line.ptr);
		return false;
	}
	unchanged(f, name);
	trial_invariants(f, name);
	tiles(f, name);
	for (uint32_t i = 0; i < f->nnodes && tried < 40; i++) {
		const struct yaml_node *n = node_at(f, i), *last = n->last;

		if (!last)
			continue;
		for (const struct yaml_node *c = n->kind == YAML_SEQ ? n->first : last; c;
		     c = c->next, tried++)
			there_and_back(f, c, name);
	}
	yaml_file_free(f);
	return true;
}

static bool is_yaml(const char *name)
{
	struct slice s = slice_of(name);

	return slice_ends(s, SLICE(".yaml")) || slice_ends(s, SLICE(".yml"));
}

Test(yaml_tiles, files_that_none_of_us_wrote, .timeout = 60)
{
	const char *directory = getenv("GCB_CORPUS") ? getenv("GCB_CORPUS") : "../shared/corpus";
	AUTO_STR struct str path = STR_INIT;
	unsigned good = 0, all = 0;
	DIR *dir;

	str_addf(&path, "%s/istio-manifests", directory);
	dir = opendir(path.ptr);
	if (!dir)
		cr_skip_test("no directory '%s': set GCB_CORPUS", path.ptr);
	for (const struct dirent *entry; (entry = readdir(dir));) {
		AUTO_STR struct str file = STR_INIT, bytes = STR_INIT;
		struct err err = ERR_INIT;

		if (!is_yaml(entry->d_name))
			continue;
		str_addf(&file, "%s/%s", path.ptr, entry->d_name);
		cr_assert_eq(file_read(file.ptr, FILE_MAX, &bytes, &err), 0, "%s", err.reason);
		good += corpus_file(entry->d_name, str_slice(&bytes));
		all++;
	}
	(void)closedir(dir);
	cr_log_info("%u of %u files read", good, all);
	cr_expect_gt(good, all * 3 / 4);
}
