/*
 * Which documents are objects, and what is known of them.
 */
#include "kube/object.h"

#include <criterion/criterion.h>

static const struct {
	const char *name, *text, *objects; /* "group/version kind ns name|" */
} rows[] = {
	{ "one", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n",
	  "apps/v1 Deployment b a|" },
	{ "of the core group", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
	  "/v1 Service - a|" },
	{ "several, and some that are none",
	  "apiVersion: v1\nkind: A\n---\n---\ntext\n---\n[1]\n---\nkind: B\n---\napiVersion: "
	  "v1\nkind: C\n",
	  "/v1 A - |/v1 C - |" },
	{ "a list",
	  "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A}\n- text\n- {apiVersion: "
	  "x/v2, kind: B, metadata: {name: nn}}\n",
	  "/v1 A - |x/v2 B - nn|" },
	{ "a list of one kind",
	  "apiVersion: v1\nkind: ServiceList\nitems: [{apiVersion: v1, kind: Service}]\n",
	  "/v1 Service - |" },
	{ "an empty list", "apiVersion: v1\nkind: List\nitems: []\n", "" },
	{ "kinds that are no strings",
	  "apiVersion: 1\nkind: A\n---\napiVersion: v1\nkind: [A]\n---\napiVersion: v1\nkind: on\n",
	  "" },
	{ "names that are no strings",
	  "apiVersion: v1\nkind: A\nmetadata: {name: 5, namespace: on}\n", "/v1 A - |" },
	{ "metadata that is a list", "apiVersion: v1\nkind: A\nmetadata: [name]\nspec: text\n",
	  "/v1 A - |" },
};

Test(object, table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		AUTO_STR struct str got = STR_INIT;
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		struct objects list;

		cr_assert_eq(yaml_parse(&file, SLICE("f"), slice_of(rows[i].text), &err), 0,
			     "%s: %s", rows[i].name, err.reason);
		list = objects_of(file, arena);
		for (size_t j = 0; j < list.n; j++) {
			const struct object *o = &list.items[j];

			str_addf(&got,
				 "%" SLICE_FMT "/%" SLICE_FMT " %" SLICE_FMT " %" SLICE_FMT
				 " %" SLICE_FMT "|",
				 SLICE_ARG(o->group), SLICE_ARG(o->version), SLICE_ARG(o->kind),
				 SLICE_ARG(o->ns.ptr ? o->ns : SLICE("-")), SLICE_ARG(o->name));
		}
		cr_expect_str_eq(got.ptr, rows[i].objects, "%s: %s", rows[i].name, got.ptr);
		yaml_file_free(file);
	}
}

Test(object, is)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	struct objects list;

	cr_assert_eq(
		yaml_parse(&file, SLICE("f"), SLICE("apiVersion: a.b/v1beta1\nkind: K\n"), &err),
		0);
	list = objects_of(file, arena);
	cr_expect(object_is(&list.items[0], "a.b", "K") && !object_is(&list.items[0], "a", "K") &&
		  !object_is(&list.items[0], "a.b", "k"));
	yaml_file_free(file);
}
