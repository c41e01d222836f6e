#include "gitops/build_config_internal.h"

#include "yaml/value.h"

/* Adds one configuration. */
static void add_config(struct build_state *state, struct build_objects *objects,
		       const struct build_config *config)
{
	struct build_config *c = arena_alloc(state->arena, sizeof(*c));

	*c = *config;
	c->next = objects->configs;
	objects->configs = c;
}

void build_config_read(const struct build_layer *layer, struct build_objects *objects)
{
	static const struct {
		const char *key, *why;
	} fields[] = {
		{ "crds", "crds may make kustomize change the object" },
		{ "openapi", "openapi may change what a patch does" },
		{ "vars", "vars may change the object" },
	};
	const struct yaml_node *list = yaml_get(layer->root, "configurations"),
			       *vars = yaml_get(layer->root, "vars");

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		const struct yaml_file *file = build_find_file(layer, yaml_string(c));

		add_config(layer->state, objects,
			   &(struct build_config){ .at = c,
						   .root = file ? yaml_root(file, 0) : NULL,
						   .why = "configurations may change the object" });
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct yaml_node *node = yaml_get(layer->root, fields[i].key);

		if (node && node->nchildren)
			add_config(layer->state, objects,
				   &(struct build_config){ .at = node,
							   .why = fields[i].why,
							   .vars = node == vars });
	}
	for (const struct yaml_node *c = vars ? vars->first : NULL; c; c = c->next)
		build_note_readers(layer, objects, yaml_get(c, "objref"));
}

void build_config_add(struct build_state *state, struct build_objects *to,
		      const struct build_objects *from)
{
	for (const struct build_config *c = from->configs; c; c = c->next)
		if (build_take_steps(state, &to->stop, 1))
			add_config(state, to, c);
}

/* --- which objects may change --------------------------------------------- */

/* Is a field of a configuration absent, or the text? */
static bool is_field(const struct yaml_node *spec, const char *key, struct slice text)
{
	struct slice field = yaml_string(yaml_get(spec, key));

	return !field.len || slice_eq(field, text);
}

/* Is one of the field paths for objects of this kind? */
static bool has_path_for(const struct yaml_node *list, const struct object *o)
{
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		const struct yaml_node *specs = yaml_get(c, "fieldSpecs");

		if (specs ? has_path_for(specs, o) :
			    is_field(c, "kind", o->kind) && is_field(c, "group", o->group))
			return true;
	}
	return false;
}

/* May a configuration change objects of this kind, without variables? */
static bool may_configure(const struct yaml_node *root, const struct object *o)
{
	if (!root || root->kind != YAML_MAP || !value_is_clear(root))
		return true;
	for (const struct yaml_node *c = root->first; c; c = c->next)
		if (!slice_is(c->key->text, "varReference") && has_path_for(c, o))
			return true;
	return false;
}

/* Contains the value a "$" anywhere? */
static bool has_dollar(const struct yaml_node *value)
{
	if (slice_find_byte(value->text, '$') != SIZE_MAX ||
	    (value->key && slice_find_byte(value->key->text, '$') != SIZE_MAX))
		return true;
	for (const struct yaml_node *c = value->first; c; c = c->next)
		if (has_dollar(c))
			return true;
	return false;
}

bool build_config_may_change(const struct build_objects *objects, const struct built *b)
{
	for (const struct build_config *c = objects->configs; c; c = c->next)
		if (!c->vars && may_configure(c->root, &b->object))
			return true;
	return false;
}

void build_config_apply(struct build_state *state, struct build_objects *objects)
{
	for (const struct build_config *c = objects->configs; c; c = c->next) {
		if (!build_take_steps(state, &objects->stop, objects->n)) {
			build_mark_unknown(objects, c->at, objects->stop.why);
			return;
		}
		for (size_t i = 0; i < objects->n; i++) {
			struct built *b = &objects->items[i];

			if (b->stop.verdict == BUILD_KNOWN &&
			    (c->vars ? has_dollar(b->object.node) :
				       may_configure(c->root, &b->object)))
				build_unknown(&b->stop, c->at, c->why);
		}
	}
}
