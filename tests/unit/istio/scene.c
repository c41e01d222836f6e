#include "tests/unit/istio/scene.h"

#include <criterion/criterion.h>

static const struct slice safe[] = { SLICE_INIT("GET"), SLICE_INIT("HEAD") };

struct move scene_move(void)
{
	return (struct move){ .from = SLICE("old.example.com"),
			      .to = SLICE("new.example.com"),
			      .mirror_percent = 10,
			      .methods = { (struct slice *)(uintptr_t)safe, 2 } };
}

void file_open(struct file *f, const char *text)
{
	*f = (struct file){ .arena = arena_new() };
	f->findings.arena = f->arena;
	cr_assert_eq(yaml_parse(&f->yaml, SLICE("vs.yaml"), slice_of(text), &f->err), 0, "%s\n%s",
		     f->err.reason, text);
	f->objects = objects_of(f->yaml, f->arena);
}

void file_close(struct file *f)
{
	yaml_file_free(f->yaml);
	arena_free(f->arena);
}

int file_read_vs(struct file *f, const char *text)
{
	struct move *move;

	file_open(f, text);
	cr_assert(f->objects.n > 0 && vs_is(&f->objects.items[0]), "%s", text);
	move = arena_alloc(f->arena, sizeof(*move));
	*move = scene_move();
	return vs_read(&f->vs, &f->objects.items[0],
		       &(struct move_context){ move, f->arena, &f->findings }, &f->err);
}

const char *file_codes(struct file *f)
{
	AUTO_STR struct str out = STR_INIT;

	for (size_t i = 0; i < f->findings.n; i++)
		str_addf(&out, "%s%s@%u", i ? " " : "", f->findings.items[i].code->id,
			 f->findings.items[i].at.line);
	return arena_copy(f->arena, out.len ? str_slice(&out) : SLICE("")).ptr;
}
