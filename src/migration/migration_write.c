#include "migration/migration_write.h"

#include "migration/record_yaml.h"
#include "template/parse.h"
#include "template/render.h"
#include "template/template.h"

#include <stdio.h>

/* Adds the fields of the literal `map` that `node`, a map of the template, does not have. */
static void put_missing(struct yaml_edits *e, const struct yaml_node *node,
			const struct yaml_lit *map)
{
	for (size_t i = 0; i < map->n; i++) {
		char key[64];
		const struct yaml_node *existing;

		(void)snprintf(key, sizeof(key), "%" SLICE_FMT, SLICE_ARG(map->items[i].key));
		existing = yaml_get(node, key);
		if (!existing)
			yaml_put(e, node, NULL, YAML_AFTER, &map->items[i]);
		else if (existing->kind == YAML_MAP && map->items[i].kind == LIT_MAP)
			put_missing(e, existing, &map->items[i]);
	}
}

/* Renders the template, with the fields that every migration has. */
static int render_template(const struct migration_fields *f, struct slice template_bytes,
			   struct str *out, struct err *err)
{
	AUTO_TEMPLATE struct template *t = NULL;
	struct pair values[] = {
		{ SLICE("name"), f->metadata.name },
		{ SLICE("from"), f->spec.from.host },
		{ SLICE("to"), f->spec.to.host },
		{ SLICE("path"), f->spec.manifests.path.len ? f->spec.manifests.path : SLICE(".") },
	};

	if (template_parse(&t, SLICE("migration.yaml"), template_bytes, err) < 0)
		return -1;
	return template_render(t, (struct pairs){ values, 4 }, out, err);
}

int migration_write(const struct migration_fields *f, struct slice template_bytes,
		    struct slice path, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str rendered = STR_INIT, text = STR_INIT;
	struct migration_fields defaults = { .kind = { 0 } };
	struct yaml_file *file = NULL;
	struct migration check;
	struct yaml_lit all;
	struct yaml_edits *e;
	int result;

	migration_defaults(&defaults.spec);
	if (render_template(f, template_bytes, &rendered, err) < 0 ||
	    yaml_parse(&file, path, str_slice(&rendered), err) < 0)
		return -1;
	e = yaml_edits_new(file, arena);
	all = record_literal(&migration_record, f, &defaults, SLICE(""), arena);
	put_missing(e, yaml_root(file, 0), &all);
	result = yaml_apply(e, &text, err);
	yaml_file_free(file);
	if (result < 0 || migration_read(&check, path, str_slice(&text), 0100644, err) < 0)
		return -1;
	migration_release(&check);
	str_add(out, str_slice(&text));
	return 0;
}

/* Sets, replaces or (empty `text`) removes a string of spec. */
static void edit_field(struct yaml_edits *e, const struct yaml_file *file, const char *key,
		       struct slice text, struct arena *arena)
{
	const struct yaml_node *spec = yaml_get(yaml_root(file, 0), "spec"),
			       *field = yaml_get(spec, key);
	struct yaml_lit *lit = arena_alloc(arena, sizeof(*lit));

	*lit = (struct yaml_lit){ .key = slice_of(key), .kind = LIT_STRING, .text = text };
	if (!text.len && field)
		yaml_delete(e, field);
	else if (text.len && field && !yaml_is_line(field))
		yaml_replace(e, field, lit);
	else if (text.len && field)
		yaml_set(e, field, LIT_STRING, text);
	else if (text.len)
		yaml_put(e, spec, NULL, YAML_AFTER, lit);
}

void migration_edit_hold(struct yaml_edits *e, const struct yaml_file *file, struct slice reason,
			 struct arena *arena)
{
	edit_field(e, file, "hold", reason, arena);
}

void migration_edit_proposed(struct yaml_edits *e, const struct yaml_file *file, struct slice text,
			     struct arena *arena)
{
	edit_field(e, file, "proposed", text, arena);
}
