#include "kube/object.h"

/* How many objects a node stands for: its items when it is a list, else itself. */
static const struct yaml_node *list_items(const struct yaml_node *node)
{
	struct slice kind = yaml_string(yaml_get(node, "kind"));
	const struct yaml_node *items = yaml_get(node, "items");

	return slice_ends(kind, SLICE("List")) && items && items->kind == YAML_SEQ ? items : NULL;
}

bool object_read(const struct yaml_node *node, struct object *out)
{
	struct slice api = yaml_string(yaml_get(node, "apiVersion")),
		     kind = yaml_string(yaml_get(node, "kind"));
	size_t slash = slice_find_byte(api, '/');

	if (!api.len || !kind.len)
		return false;
	*out = (struct object){ .node = node, .kind = kind };
	out->group = slash == SIZE_MAX ? SLICE("") : slice_sub(api, 0, slash);
	out->version = slash == SIZE_MAX ? api : slice_sub(api, slash + 1, api.len);
	out->metadata = yaml_get(node, "metadata");
	out->spec = yaml_get(node, "spec");
	out->name = yaml_string(yaml_get(out->metadata, "name"));
	out->ns = yaml_string(yaml_get(out->metadata, "namespace"));
	return true;
}

struct objects objects_of(const struct yaml_file *file, struct arena *arena)
{
	struct objects all = { NULL, 0 };
	size_t room = 0;

	for (size_t i = 0; i < yaml_documents(file); i++) {
		const struct yaml_node *items = list_items(yaml_root(file, i));

		room += items ? items->nchildren : 1;
	}
	all.items = arena_array(arena, room, sizeof(*all.items));
	for (size_t i = 0; i < yaml_documents(file); i++) {
		const struct yaml_node *root = yaml_root(file, i), *items = list_items(root);

		if (!items && object_read(root, &all.items[all.n]))
			all.n++;
		for (const struct yaml_node *c = items ? items->first : NULL; c; c = c->next)
			if (object_read(c, &all.items[all.n]))
				all.n++;
	}
	return all;
}

bool object_is(const struct object *o, const char *group, const char *kind)
{
	return slice_is(o->kind, kind) && slice_is(o->group, group);
}
