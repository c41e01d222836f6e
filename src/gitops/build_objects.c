#include "gitops/build_objects_internal.h"

#include "base/alloc.h"
#include "gitops/build_target_internal.h"
#include "gitops/guard.h"
#include "kube/group.h"
#include "yaml/value.h"

#include <stdlib.h>

void build_state_release(struct build_state *state)
{
	for (size_t i = 0; i < state->ntexts; i++)
		yaml_file_free(state->texts[i]);
	free(state->texts);
	map_release(&state->text_at);
}

bool build_wants(const struct object *o)
{
	return slice_ends(o->group, SLICE("istio.io")) || slice_is(o->group, GKE_GROUP) ||
	       object_is(o, "", "Service");
}

bool build_follows(const struct object *o)
{
	return build_wants(o) || object_is(o, "", "ConfigMap");
}

bool build_is_local(const struct object *o)
{
	const struct yaml_node *value =
		yaml_path(o->metadata, "annotations", GUARD_KUSTOMIZE, NULL);

	return value && !slice_is(value->text, "false");
}

bool build_take_steps(struct build_state *state, struct build_stop *stop, size_t n)
{
	if (state->steps < n) {
		build_unknown(stop, NULL, "the environment is too large to be evaluated");
		state->steps = 0;
		return false;
	}
	state->steps -= n;
	return true;
}

void build_append(struct build_state *state, struct build_objects *to, const struct built *b)
{
	if (!build_take_steps(state, &to->stop, 1))
		return;
	ARENA_ROOM(state->arena, to->items, to->n, to->cap);
	to->items[to->n++] = *b;
}

/* Order of objects by what makes them the same; those that are the same follow each other. */
static int compare_ids(const void *a, const void *b)
{
	const struct object *x = *(const struct object *const *)a,
			    *y = *(const struct object *const *)b;
	int order = slice_cmp(x->name, y->name);

	order = order ? order : slice_cmp(x->kind, y->kind);
	order = order ? order : slice_cmp(x->group, y->group);
	order = order ? order : slice_cmp(x->version, y->version);
	return order ? order : slice_cmp(build_namespace(x->ns), build_namespace(y->ns));
}

bool build_check_ids(const struct build_state *state, struct build_objects *objects)
{
	const struct object **all = arena_array(state->arena, objects->n, sizeof(*all));

	for (size_t i = 0; i < objects->n; i++)
		all[i] = &objects->items[i].object;
	if (objects->n > 1)
		qsort(all, objects->n, sizeof(*all), compare_ids);
	for (size_t i = 1; i < objects->n; i++)
		if (build_is_same(all[i - 1], all[i])) {
			build_fail(&objects->stop, all[i]->node,
				   "another object has the same kind, name and namespace");
			return false;
		}
	return true;
}

void build_mark_unknown(struct build_objects *objects, const struct yaml_node *at, const char *why)
{
	for (size_t i = 0; i < objects->n; i++)
		if (objects->items[i].stop.verdict == BUILD_KNOWN)
			build_unknown(&objects->items[i].stop, at, why);
}

/* --- names ---------------------------------------------------------------- */

void build_store_id(struct build_state *state, struct built *b)
{
	struct built_id *ids = arena_array(state->arena, b->nids + 1, sizeof(*ids));

	for (size_t i = 0; i < b->nids; i++)
		ids[i] = b->ids[i];
	ids[b->nids] = (struct built_id){ b->object.name, build_namespace(b->object.ns) };
	b->ids = ids;
	b->nids++;
}

const struct yaml_node *build_named_node(const struct build_state *state, const struct object *o)
{
	const struct yaml_node *metadata = o->metadata;

	if (!metadata || metadata->kind != YAML_MAP)
		return o->node;
	if (!slice_eq(yaml_string(yaml_get(metadata, "name")), o->name))
		metadata = value_put(metadata, SLICE("name"),
				     value_text(metadata, o->name, state->arena), state->arena);
	if (o->ns.len && !slice_eq(yaml_string(yaml_get(metadata, "namespace")), o->ns))
		metadata = value_put(metadata, SLICE("namespace"),
				     value_text(metadata, o->ns, state->arena), state->arena);
	return metadata == o->metadata ?
		       o->node :
		       value_put(o->node, SLICE("metadata"), metadata, state->arena);
}

void build_write_names(const struct build_state *state, struct built *b)
{
	const struct yaml_node *node = build_named_node(state, &b->object);

	if (node != b->object.node)
		(void)object_read(node, &b->object);
}

void build_set_node(struct built *b, const struct yaml_node *node)
{
	struct object now;

	if (object_read(node, &now))
		b->object = now;
	else
		build_unknown(&b->stop, node, "the patch makes something else of the object");
}

void build_note_patch(const struct build_state *state, struct built *b,
		      const struct built_patch *patch)
{
	struct built_patch *note = arena_alloc(state->arena, sizeof(*note));

	*note = *patch;
	note->next = b->patches;
	b->patches = note;
	b->as_written = b->as_written && patch->metadata_only;
}

const struct yaml_file *build_find_file(const struct build_layer *layer, struct slice text)
{
	const struct build_inputs *in = layer->state->inputs;
	struct slice path = repository_id_resolve(layer->state->repository, layer->directory, text,
						  layer->state->arena);

	return path.ptr && in->find ? in->find(path, in->ctx) : NULL;
}

void build_note_readers(const struct build_layer *layer, struct build_objects *objects,
			const struct yaml_node *source)
{
	for (size_t i = 0; i < objects->n && source; i++) {
		struct build_stop ignored = { BUILD_KNOWN, NOWHERE, NULL };

		if (build_target_chooses(source, &objects->items[i], &ignored))
			build_note_patch(layer->state, &objects->items[i],
					 &(struct built_patch){ .at = yaml_place(source),
								.path = yaml_name(source->file),
								.metadata_only = true,
								.needs_object = true });
	}
}
