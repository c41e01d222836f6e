#include "template/builtin.h"
#include "template/embedded.h"

#include "base/arena.h"

/* The name of an embedded file without its extension. */
static struct slice stem_of(const struct embedded *file)
{
	struct slice name = slice_of(file->name);

	return slice_sub(name, 0, slice_find_byte(name, '.'));
}

/* The error of a name that no embedded file has, with the nearest that one has. */
static int refuse_unknown(struct slice name, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice *names = arena_array(arena, nembedded_templates + 1, sizeof(*names)), near;

	for (size_t i = 0; i < nembedded_templates; i++)
		names[i] = stem_of(&embedded_templates[i]);
	near = slice_nearest(name, names, nembedded_templates);
	(void)err_set(err, &CODE_template, NOWHERE, "no template '%" SLICE_FMT "'",
		      SLICE_ARG(name));
	if (near.len)
		return err_did_you_mean(err, near);
	return err_remedy(err, "list them with render --list-templates");
}

int template_builtin(struct slice name, struct slice *file_name, struct slice *bytes,
		     struct err *err)
{
	for (size_t i = 0; i < nembedded_templates; i++) {
		const struct embedded *e = &embedded_templates[i];

		if (!slice_eq(stem_of(e), name))
			continue;
		*file_name = slice_of(e->name);
		*bytes = (struct slice){ (const char *)e->bytes, e->size };
		return 0;
	}
	return refuse_unknown(name, err);
}
