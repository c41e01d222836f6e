#include "flow/message.h"

#include "flow/session_internal.h"
#include "flow/templates.h"
#include "flow/undo_command.h"
#include "template/parse.h"
#include "template/render.h"
#include "template/template.h"

/* A line a file: "change apps/web.yaml". A name may contain line breaks, and bytes that are no
 * text. */
static void describe_changes(const struct changes *changes, struct str *out)
{
	for (size_t i = 0; i < changes->n; i++) {
		if (i)
			str_addc(out, '\n');
		str_adds(out, !changes->items[i].before.ptr ? "add " :
			      changes->items[i].after.ptr   ? "change " :
							      "remove ");
		str_add_visible(out, changes->items[i].path, false);
	}
}

/* Reads the template, unless it was read before. */
static int read_template(struct session *s, struct err *err)
{
	struct template_text text;

	if (s->message)
		return 0;
	if (templates_get(s->options.templates_dir, SLICE("commit-message"), s->arena, &text, err) <
	    0)
		return -1;
	return template_parse(&s->message, text.file_name, text.bytes, err);
}

int message_of_step(struct session *s, const struct step *step, const struct publish_options *o,
		    struct str *out, struct err *err)
{
	AUTO_STR struct str what = STR_INIT, undo = STR_INIT;
	bool entry = step->intent.direction ==
		     GO_DELETE_ENTRY; /* the one commit between two stages of one name */
	char from[8], to[8];

	stage_name(step->from, from);
	stage_name(step->to, to);
	describe_changes(&step->changes, &what);
	undo_command(s, step, o->program, &undo);
	struct pair values[] = {
		{ SLICE("migration"), step->m->name },
		{ SLICE("from_stage"), step->known ? slice_of(from) : SLICE("mixed") },
		{ SLICE("to_stage"), entry ? SLICE("done, ServiceEntry deleted") : slice_of(to) },
		{ SLICE("what"), str_slice(&what) },
		{ SLICE("why"), o->reason },
		{ SLICE("undo"), str_slice(&undo) },
	};
	if (read_template(s, err) < 0)
		return -1;
	return template_render(
		s->message, (struct pairs){ values, sizeof(values) / sizeof(values[0]) }, out, err);
}

void message_of_batch(const struct plan *plan, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += step_has_work(&plan->steps[i]);
	str_addf(out, "change the stages of %zu migrations\n\n", n);
	for (size_t i = 0; i < plan->n; i++) {
		char from[8], to[8];

		stage_name(plan->steps[i].from, from);
		stage_name(plan->steps[i].to, to);
		if (step_has_work(&plan->steps[i]))
			str_addf(out, "%" SLICE_FMT ": %s -> %s\n",
				 SLICE_ARG(plan->steps[i].m->name),
				 plan->steps[i].known ? from : "mixed", to);
	}
	str_addc(out, '\n');
	for (size_t i = 0; i < plan->n; i++) {
		char to[8];

		stage_name(plan->steps[i].to, to);
		if (step_has_work(&plan->steps[i]))
			str_addf(out,
				 "GCPBackend-Migration: %" SLICE_FMT "\nGCPBackend-Stage: %s\n",
				 SLICE_ARG(plan->steps[i].m->name), to);
	}
}
