#include "inventory/weight_owners.h"

#include "istio/writer.h"

/* Adds findings for Rollouts and Canaries that set the weights. */
static void check_writers(const struct surroundings *s, const struct inventory *inv,
			  const struct object *vs, struct findings *findings)
{
	size_t n;
	const struct object_ref *writers = inventory_writers(inv, &n);

	for (size_t i = 0; i < n; i++)
		if (writer_sets_weights(writers[i].object, vs, s->arena) &&
		    surroundings_have_file(s, writers[i].source->path))
			findings_add(findings, &CODE_live_writer,
				     yaml_place(writers[i].object->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' sets the weights of the VirtualService '%" SLICE_FMT "'",
				     SLICE_ARG(writers[i].object->kind),
				     SLICE_ARG(writers[i].object->name), SLICE_ARG(vs->name));
}

void weight_owners_check(const struct surroundings *s, const struct inventory *inv,
			 const struct object *vs, struct findings *findings)
{
	const struct environment *e = s->environment;
	const struct yaml_node *list = e ? yaml_get(e->spec, "ignoreDifferences") : NULL,
			       *stop = writer_stops_flux(vs);

	check_writers(s, inv, vs, findings);
	for (const struct yaml_node *c = list && e->kind == ENVIRONMENT_ARGOCD ? list->first : NULL;
	     c; c = c->next)
		if (writer_is_ignored(c, vs))
			findings_add(findings, &CODE_live_ignored, yaml_place(c),
				     "ignoreDifferences of the Application '%" SLICE_FMT
				     "' hides spec.http of the VirtualService '%" SLICE_FMT "'",
				     SLICE_ARG(e->name), SLICE_ARG(vs->name));
	if (stop && e && e->kind == ENVIRONMENT_FLUX)
		findings_add(findings, &CODE_not_applied, yaml_place(stop),
			     "the Flux Kustomization '%" SLICE_FMT
			     "' does not apply changes of the VirtualService '%" SLICE_FMT "'",
			     SLICE_ARG(e->name), SLICE_ARG(vs->name));
}

void weight_owners_check_file(const struct inventory *inv, const struct source *file,
			      struct findings *findings)
{
	size_t n;
	const struct object_ref *writers = inventory_writers(inv, &n);
	unsigned marked = writer_marked_line(file->bytes);

	for (size_t i = 0; i < n; i++) {
		const struct object *o = writers[i].object;
		const struct yaml_node *step = writer_edits_file(o, file->path);

		if (step)
			findings_add(findings, &CODE_live_writer, yaml_place(step),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' of Kargo edits the routes in %" SLICE_FMT,
				     SLICE_ARG(o->kind), SLICE_ARG(o->name), SLICE_ARG(file->path));
	}
	if (marked)
		findings_add(findings, &CODE_live_writer, (struct place){ file->path, marked, 1 },
			     "the image automation of Flux rewrites this line");
}
