/*
 * What the kustomizations below a directory build, for comparison with kustomize itself:
 *
 *	build-driver DIRECTORY
 *
 * For each kustomization that is no Component: "=== PATH VERDICT REASON", for each Application and
 * Flux Kustomization "=== NAME VERDICT REASON", and for each object of a kind of Istio or GKE: "---
 *VERDICT REASON", and the object as YAML. VERDICT: known, fails, unknown; REASON: "FILE:LINE: WHY",
 *or nothing.
 */
#include "base/file.h"
#include "base/map.h"
#include "gitops/build.h"
#include "gitops/environment_use.h"
#include "gitops/kustomization.h"
#include "inventory/environments.h"
#include "inventory/inventory.h"
#include "yaml/value.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct inventory *inventory;
static const char *top;

/* Adds one file of the tree to the inventory. */
static int take_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	AUTO_STR struct str bytes = STR_INIT;
	struct err err = ERR_INIT;
	struct slice name = slice_of(path + strlen(top) + (path[strlen(top)] == '/'));

	(void)at;
	if (type == FTW_F && inventory_wants_path(inventory, name) &&
	    st->st_size <= (off_t)MANIFEST_MAX && file_read(path, MANIFEST_MAX, &bytes, &err) == 0)
		(void)inventory_add(inventory, name, str_slice(&bytes), 0100644);
	return 0;
}

static const struct yaml_file *find_file(struct slice path, void *ctx)
{
	const struct source *s = inventory_find(inventory, path);

	(void)ctx;
	return s ? s->file : NULL;
}

static void print_stop(const char *mark, struct slice name, const struct build_stop *stop)
{
	static const char *const words[] = { "known", "fails", "unknown" };

	printf("%s%.*s %s", mark, SLICE_ARG(name), words[stop->verdict]);
	if (stop->verdict != BUILD_KNOWN)
		printf(" %.*s:%u: %s", SLICE_ARG(stop->at.path), stop->at.line, stop->why);
	printf("\n");
}

static void print_set(struct slice path, const struct built_set *set)
{
	print_stop("=== ", path, &set->stop);
	for (size_t i = 0; i < set->n; i++) {
		AUTO_STR struct str text = STR_INIT;
		const struct object *o = &set->items[i].object;

		if (object_is(o, "", "Service"))
			continue;
		print_stop("---", SLICE(""), &set->items[i].stop);
		printf("# %.*s %.*s\n", SLICE_ARG(o->ns), SLICE_ARG(o->name));
		value_write(&text, o->node);
		fwrite(text.ptr, 1, text.len, stdout);
	}
}

/* Prints the kustomizations that are no Components. */
static void print_kustomizations(struct builder *b)
{
	size_t n;
	struct source *const *kustomizations = inventory_kustomizations(inventory, &n);

	for (size_t i = 0; i < n; i++) {
		struct built_set set;

		if (kustomization_is_component(yaml_root(kustomizations[i]->file, 0)))
			continue;
		set = build_kustomization(b, kustomizations[i]->path);
		print_set(kustomizations[i]->path, &set);
	}
}

/* Prints the environments that objects declare, and that apply a file of the inputs. */
static void print_environments(struct builder *b, const struct environment_index *index,
			       const struct build_inputs *in)
{
	struct map printed = MAP_INIT;
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < in->n; i++) {
		struct environment_uses uses = environment_uses_of(index, in->files[i].path, arena);

		for (size_t j = 0; j < uses.n; j++) {
			const struct environment *e = uses.items[j].environment;
			struct built_set set;

			if (e->kind == ENVIRONMENT_OVERLAY || !map_add(&printed, e->name))
				continue;
			set = build_environment(b, e);
			print_set(e->name, &set);
		}
	}
	map_release(&printed);
}

/* The objects of all files that are no kustomizations. */
static struct build_inputs list_inputs(void)
{
	size_t n;
	struct source *const *sources = inventory_sources(inventory, &n);
	struct build_file *files = calloc(n + 1, sizeof(*files));
	struct build_inputs in = { .files = files, .find = find_file };

	for (size_t i = 0; i < n; i++)
		if (sources[i]->file && !kustomization_is(sources[i]->path))
			files[in.n++] =
				(struct build_file){ sources[i]->path, &sources[i]->objects };
	return in;
}

int main(int argc, char **argv)
{
	const struct repository_id id = { .urls = { NULL, 0 } };
	struct environment_index *index;
	struct build_inputs in;
	struct builder *b;

	if (argc != 2) {
		fprintf(stderr, "usage: build-driver DIRECTORY\n");
		return 2;
	}
	top = argv[1];
	inventory = inventory_new();
	inventory_want_environments(inventory);
	if (nftw(top, take_file, 16, FTW_PHYS) < 0) {
		perror(top);
		return 1;
	}
	inventory_parse(inventory, each_in_turn);
	index = environments_read(inventory, &id, SLICE_NONE);
	in = list_inputs();
	b = builder_new(index, &in);
	print_kustomizations(b);
	print_environments(b, index, &in);
	builder_free(b);
	environment_index_free(index);
	inventory_free(inventory);
	free((void *)(uintptr_t)in.files);
	return 0;
}
