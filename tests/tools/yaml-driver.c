/*
 * The editor behind a pipe, for tests in other languages: yaml-driver
 *
 * Reads requests from stdin until it ends: a line "FILE SCRIPT", two lengths in bytes, then the
 *bytes of a YAML file and of a script. Answers each with a line "WORD LENGTH" and so many bytes:
 *
 *	ok       the changed file; for an empty script the file as it was rendered from its parse
 *	tree     for the script "tree": the documents as JSON, as write_node below writes them
 *	refused  "file:1:2: reason [GCB2001]"; so is an edit whose node is not there, with the code
 *"none"
 *
 * A script is a JSON list of edits. A path is a list of keys and item numbers, from the root of the
 *document number `doc` (0 without it):
 *
 *	{"op": "set", "path": [...], "value": TEXT, NUMBER or BOOLEAN}
 *	{"op": "put", "path": [... of the map], "key": TEXT, "value": LITERAL, "near": KEY, "side":
 *"before" or "after"}
 *	{"op": "add", "path": [... of the list], "value": LITERAL, "near": NUMBER, "side": "before"
 *or "after"}
 *	{"op": "replace", "path": [...], "value": LITERAL}
 *	{"op": "delete", "path": [...]}
 *	{"op": "copy", "path": [... of the item], "side": "before" or "after", "comment": TEXT,
 *"edits": [edits; paths from the root, too]}
 *
 * `near` and `comment` may be missing; `side` is then "after".
 */
#include "base/alloc.h"
#include "yaml/yaml.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "scalar", "map", "seq", "alias" };
static const char *const styles[] = { "plain",  "single", "double", "literal",
				      "folded", "block",  "flow" };
static const char *const types[] = { "string", "int", "float", "bool", "null" };

/* --- the tree ------------------------------------------------------------- */

/* Adds a text, if it is there, with a copy that ends in NUL. */
static void add_text(cJSON *to, const char *name, struct slice text)
{
	AUTO_STR struct str copy = STR_INIT;

	if (!text.ptr)
		return;
	str_add(&copy, text);
	cJSON_AddStringToObject(to, name, copy.ptr);
}

/*
 * kind, style, text and type of scalars, anchor, tag, the offsets of yaml.h, line, col; "key" in
 * maps; "items" of collections.
 */
static cJSON *write_node(const struct yaml_node *n)
{
	cJSON *out, *items;

	if (!n)
		return cJSON_CreateNull();
	out = cJSON_CreateObject();
	cJSON_AddStringToObject(out, "kind", kinds[n->kind]);
	cJSON_AddStringToObject(out, "style", styles[n->style]);
	if (n->kind == YAML_SCALAR || n->kind == YAML_ALIAS)
		add_text(out, "text", n->text.ptr ? n->text : SLICE(""));
	if (n->kind == YAML_SCALAR)
		cJSON_AddStringToObject(out, "type", types[yaml_type_of(n)]);
	add_text(out, "anchor", yaml_anchor(n));
	add_text(out, "tag", yaml_tag(n));
	for (size_t i = 0; i < 8; i++) {
		static const char *const names[] = { "outer", "start", "end",  "head",
						     "entry", "stop",  "line", "col" };
		struct place at = yaml_place(n);
		const uint32_t values[] = { n->outer, n->start, n->end,  n->head,
					    n->entry, n->stop,  at.line, at.col };

		cJSON_AddNumberToObject(out, names[i], values[i]);
	}
	if (n->key)
		cJSON_AddItemToObject(out, "key", write_node(n->key));
	if (n->kind != YAML_MAP && n->kind != YAML_SEQ)
		return out;
	items = cJSON_AddArrayToObject(out, "items");
	for (const struct yaml_node *c = n->first; c; c = c->next)
		cJSON_AddItemToArray(items, write_node(c));
	return out;
}

static void write_tree(const struct yaml_file *file, struct str *out)
{
	cJSON *list = cJSON_CreateArray();
	char *text;

	for (size_t i = 0; i < yaml_documents(file); i++)
		cJSON_AddItemToArray(list, write_node(yaml_root(file, i)));
	text = cJSON_PrintUnformatted(list);
	str_adds(out, text);
	free(text);
	cJSON_Delete(list);
}

/* --- scripts -------------------------------------------------------------- */

/* What a script is run on. */
struct script {
	struct yaml_file *file;
	struct arena *arena;
	struct err *err;
};

/* The text of a JSON string in the arena. */
static struct slice text_of(const struct script *r, const cJSON *json)
{
	return cJSON_IsString(json) ? arena_copy(r->arena, slice_of(json->valuestring)) :
				      SLICE_NONE;
}

static struct yaml_lit literal(const struct script *r, const cJSON *json)
{
	struct yaml_lit lit = { .key = text_of(r, NULL) }, *items;
	const cJSON *child;

	if (json->string)
		lit.key = arena_copy(r->arena, slice_of(json->string));
	if (cJSON_IsString(json)) {
		lit.kind = LIT_STRING;
		lit.text = text_of(r, json);
	} else if (cJSON_IsNumber(json)) {
		lit.kind = LIT_INT;
		lit.text = arena_printf(r->arena, "%.0f", json->valuedouble);
	} else if (cJSON_IsBool(json)) {
		lit.kind = LIT_BOOL;
		lit.text = cJSON_IsTrue(json) ? SLICE("true") : SLICE("false");
	} else {
		lit.kind = cJSON_IsArray(json) ? LIT_SEQ : LIT_MAP;
		lit.items = items =
			arena_array(r->arena, (size_t)cJSON_GetArraySize(json), sizeof(*items));
		cJSON_ArrayForEach(child, json) items[lit.n++] = literal(r, child);
	}
	return lit;
}

/* The node at the end of a path, or NULL. */
static const struct yaml_node *follow(const struct script *r, const cJSON *edit)
{
	const cJSON *doc = cJSON_GetObjectItem(edit, "doc"), *step;
	const struct yaml_node *n = yaml_root(r->file, doc ? (size_t)doc->valuedouble : 0);

	cJSON_ArrayForEach(step, cJSON_GetObjectItem(edit, "path"))
	{
		if (cJSON_IsString(step)) {
			n = yaml_get(n, step->valuestring);
		} else {
			n = n && n->kind == YAML_SEQ ? n->first : NULL;
			for (int i = 0; n && i < step->valueint; i++)
				n = n->next;
		}
	}
	return n;
}

/* The neighbour that `near` names, or NULL. */
static const struct yaml_node *neighbour(const struct yaml_node *parent, const cJSON *near)
{
	const struct yaml_node *n = parent->first;

	if (cJSON_IsString(near))
		return yaml_get(parent, near->valuestring);
	for (int i = 0; n && cJSON_IsNumber(near) && i < near->valueint; i++)
		n = n->next;
	return cJSON_IsNumber(near) ? n : NULL;
}

static int run_edits(const struct script *r, struct yaml_edits *e, const cJSON *script);

/* One edit; its node is there. */
static int run_edit(const struct script *r, struct yaml_edits *e, const cJSON *edit,
		    const struct yaml_node *n)
{
	const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(edit, "op")),
		   *where = cJSON_GetStringValue(cJSON_GetObjectItem(edit, "side"));
	const cJSON *value = cJSON_GetObjectItem(edit, "value");
	enum yaml_side side = where && !strcmp(where, "before") ? YAML_BEFORE : YAML_AFTER;
	const struct yaml_node *near = neighbour(n, cJSON_GetObjectItem(edit, "near"));
	struct yaml_lit *lit = arena_alloc(r->arena, sizeof(*lit));

	if (value)
		*lit = literal(r, value);
	if (!strcmp(op, "set")) {
		yaml_set(e, n, lit->kind, lit->text);
	} else if (!strcmp(op, "put")) {
		lit->key = text_of(r, cJSON_GetObjectItem(edit, "key"));
		yaml_put(e, n, near, side, lit);
	} else if (!strcmp(op, "add")) {
		yaml_add(e, n, near, side, lit);
	} else if (!strcmp(op, "replace")) {
		yaml_replace(e, n, lit);
	} else if (!strcmp(op, "delete")) {
		yaml_delete(e, n);
	} else {
		struct slice comment = text_of(r, cJSON_GetObjectItem(edit, "comment"));

		return run_edits(r, yaml_copy(e, n, side, comment),
				 cJSON_GetObjectItem(edit, "edits"));
	}
	return 0;
}

static int run_edits(const struct script *r, struct yaml_edits *e, const cJSON *script)
{
	const cJSON *edit;

	cJSON_ArrayForEach(edit, script)
	{
		const struct yaml_node *n = follow(r, edit);

		if (!n)
			return err_set(r->err, NULL, (struct place){ yaml_name(r->file), 0, 0 },
				       "no such node");
		if (run_edit(r, e, edit, n) < 0)
			return -1;
	}
	return 0;
}

static int run_script(struct yaml_file *file, const char *text, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct script r = { file, arena, err };
	struct yaml_edits *e = yaml_edits_new(file, arena);
	cJSON *script = cJSON_Parse(*text ? text : "[]");
	int result;

	if (!script)
		fatal("the script is not JSON");
	result = run_edits(&r, e, script);
	cJSON_Delete(script);
	return result < 0 ? -1 : yaml_apply(e, out, err);
}

/* --- requests ------------------------------------------------------------- */

static void answer(struct slice bytes, const char *script)
{
	AUTO_STR struct str out = STR_INIT;
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	bool tree = !strcmp(script, "tree");
	int failed = yaml_parse(&file, SLICE("file"), bytes, &err);

	if (!failed && tree)
		write_tree(file, &out);
	else if (!failed)
		failed = run_script(file, script, &out, &err);
	yaml_file_free(file);
	if (failed)
		str_addf(&out, "%s:%u:%u: %s [%s]", err.path, err.line, err.col, err.reason,
			 err.code ? err.code->id : "none");
	(void)printf("%s %zu\n", failed ? "refused" : tree ? "tree" : "ok", out.len);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	(void)fflush(stdout);
}

/* Exactly `n` bytes of stdin, with a NUL behind them. */
static char *take(size_t n)
{
	char *bytes = xrealloc_array(NULL, n + 1, 1);

	if (fread(bytes, 1, n, stdin) != n)
		fatal("the request is cut off");
	bytes[n] = '\0';
	return bytes;
}

int main(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		char *rest;
		size_t file_len = strtoul(line, &rest, 10), script_len = strtoul(rest, NULL, 10);
		AUTO_FREE char *bytes = take(file_len);
		AUTO_FREE char *script = take(script_len);

		answer((struct slice){ bytes, file_len }, script);
	}
	return 0;
}
