#include "yaml/parse_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/guard_internal.h"
#include "yaml/node_internal.h"
#include "yaml/region_internal.h"
#include "yaml/scan_internal.h"

#include "base/alloc.h"

#include <stdlib.h>

/* Checks that need the whole tree, and the list of comments. */
static int finish_file(struct yaml_file *file, struct err *err)
{
	if (file->templated)
		return err_set(err, &CODE_yaml_template, yaml_place(file->templated),
			       "the file is a template: '{{' outside of quotes");
	for (size_t i = 0; i < file->nroots; i++)
		if (yaml_path(file->roots[i], "sops", "mac", NULL))
			file->sealed = true;
	yaml_comments(file);
	for (size_t i = 0; i < file->ncomments; i++)
		if (yaml_is_ytt(slice_sub(file->bytes, file->comments[i].start,
					  file->comments[i].end - file->comments[i].start)))
			return err_set(err, &CODE_yaml_template,
				       yaml_place_at(file, file->comments[i].start),
				       "the file is a ytt template");
	return yaml_guard_breaks(file, err);
}

/* Parses without the regions of entries. */
static int parse_file(struct yaml_file **out, struct slice name, struct slice bytes, bool loose,
		      struct err *err)
{
	struct yaml_file *file = xzalloc(sizeof(*file));

	file->loose = loose;
	file->name = name;
	file->bytes = bytes.ptr ? bytes : SLICE("");
	file->arena = arena_new();
	if (yaml_guard(file, err) < 0 || yaml_scan(file, err) < 0 || finish_file(file, err) < 0) {
		yaml_file_free(file);
		return -1;
	}
	*out = file;
	return 0;
}

int yaml_parse_bare(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	return parse_file(out, name, bytes, false, err);
}

int yaml_parse_loose(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	return parse_file(out, name, bytes, true, err);
}

int yaml_parse(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	if (yaml_parse_bare(out, name, bytes, err) < 0)
		return -1;
	yaml_regions(*out);
	return 0;
}

void yaml_file_free(struct yaml_file *file)
{
	if (!file)
		return;
	arena_free(file->arena);
	free(file->roots);
	free(file->begins);
	free(file->chunks);
	free(file->properties);
	free(file->comments);
	free(file->own);
	free(file);
}
