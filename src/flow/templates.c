#include "flow/templates.h"

#include "base/ascii.h"
#include "base/file.h"
#include "template/builtin.h"
#include "template/embedded.h"
#include "template/parse.h"
#include "template/render.h"

#include <string.h>

/* A template name is a plain word: it becomes a part of a path. */
static bool name_ok(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is_lower(name.ptr[i]) && !ascii_is_digit(name.ptr[i]) &&
		    name.ptr[i] != '-')
			return false;
	return name.len > 0 && name.len < 64;
}

/* The user's file for a template, if there is one: 1; else 0, or -1. */
static int from_folder(const char *dir, struct slice name, const char *extension,
		       struct arena *arena, struct slice *file_name, struct slice *bytes,
		       struct err *err)
{
	struct slice path =
		arena_printf(arena, "%s/%" SLICE_FMT "%s", dir, SLICE_ARG(name), extension);
	AUTO_STR struct str text = STR_INIT;

	if (!file_exists(path.ptr))
		return 0;
	if (file_read(path.ptr, TEMPLATE_MAX_BYTES, &text, err) < 0)
		return -1;
	*file_name = path;
	*bytes = arena_copy(arena, str_slice(&text));
	return 1;
}

int templates_get(const char *dir, struct slice name, struct arena *arena, struct slice *file_name,
		  struct slice *bytes, struct err *err)
{
	int found = 0;

	if (!name_ok(name))
		return err_set(err, &CODE_template, NOWHERE,
			       "'%" SLICE_FMT "' is not the name of a template", SLICE_ARG(name));
	if (dir)
		found = from_folder(dir, name, ".yaml", arena, file_name, bytes, err);
	if (dir && !found)
		found = from_folder(dir, name, ".txt", arena, file_name, bytes, err);
	if (found)
		return found < 0 ? -1 : 0;
	return template_builtin(name, file_name, bytes, err);
}

int templates_render(const char *dir, struct slice name, struct pairs values, struct str *out,
		     struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_TEMPLATE struct template *t = NULL;
	struct slice file_name, bytes;

	if (templates_get(dir, name, arena, &file_name, &bytes, err) < 0 ||
	    template_parse(&t, file_name, bytes, err) < 0)
		return -1;
	return template_render(t, values, out, err);
}

/* One parameter in words. */
static struct slice describe(const struct template_param *p, struct arena *arena)
{
	if (p->preset.ptr)
		return arena_printf(arena, "%" SLICE_FMT "=%" SLICE_FMT, SLICE_ARG(p->name),
				    SLICE_ARG(p->preset));
	return arena_printf(arena, p->optional ? "[%" SLICE_FMT "]" : "%" SLICE_FMT,
			    SLICE_ARG(p->name));
}

int templates_list(struct arena *arena, struct template_row **rows, size_t *n, struct err *err)
{
	*rows = arena_array(arena, nembedded_templates, sizeof(**rows));
	*n = 0;
	for (size_t i = 0; i < nembedded_templates; i++) {
		const struct embedded *e = &embedded_templates[i];
		struct template_row *row = &(*rows)[*n];
		AUTO_TEMPLATE struct template *t = NULL;

		if (template_parse(&t, slice_of(e->name),
				   (struct slice){ (const char *)e->bytes, e->size }, err) < 0)
			return -1;
		row->name =
			slice_sub(slice_of(e->name), 0, slice_find_byte(slice_of(e->name), '.'));
		row->summary = arena_copy(arena, t->summary);
		row->parameters.items = arena_array(arena, t->nparams, sizeof(struct slice));
		for (size_t p = 0; p < t->nparams; p++)
			row->parameters.items[row->parameters.n++] = describe(&t->params[p], arena);
		++*n;
	}
	return 0;
}
