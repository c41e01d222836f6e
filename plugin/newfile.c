#include "plugin/newfile.h"

#include "base/file.h"
#include "flow/templates.h"
#include "migration/migration_write.h"

int newfile_make(struct newfile *out, const struct app *app, const struct session *s,
		 const struct migration *m, struct err *err)
{
	struct newfile f = { m, { NULL, 0 }, STR_INIT };
	struct slice name, bytes;

	f.path = arena_printf(app->arena, "%s/%" SLICE_FMT ".yaml", s->migrations_dir,
			      SLICE_ARG(m->name));
	if (templates_get(s->templates_dir, SLICE("migration"), app->arena, &name, &bytes, err) <
		    0 ||
	    migration_write(&m->f, bytes, f.path, &f.text, err) < 0) {
		str_release(&f.text);
		return -1;
	}
	*out = f;
	return 0;
}

void newfile_release(struct newfile *f)
{
	str_release(&f->text);
}

/* The file in the working tree; NULL: there is none. */
static const char *place_of_file(const struct newfile *f, const struct app *app,
				 const struct session *s)
{
	const char *workdir = repo_workdir(s->repo);

	return workdir ? arena_printf(app->arena, "%s%s", workdir, f->path.ptr).ptr : NULL;
}

/* Does the file hold just what it will be given? */
static bool holds(const char *file, const struct newfile *f)
{
	AUTO_STR struct str text = STR_INIT;
	struct err ignored = ERR_INIT;

	return file_read(file, MIGRATION_MAX, &text, &ignored) == 0 &&
	       slice_eq(str_slice(&text), str_slice(&f->text));
}

int newfile_check(const struct newfile *f, const struct app *app, const struct session *s,
		  bool commit, struct err *err)
{
	AUTO_STR struct str ignored = STR_INIT;
	const char *file = place_of_file(f, app, s);
	int missing =
		tree_read(s->repo, &(struct commit_path){ &s->base, f->path.ptr, MIGRATION_MAX },
			  &ignored, NULL, err);

	if (missing < 0)
		return -1;
	if (missing && (!file || !file_exists(file) || (commit && holds(file, f))))
		return 0;
	(void)err_set(err, &CODE_exists, (struct place){ f->path, 0, 0 },
		      "the migration '%" SLICE_FMT "' is there already", SLICE_ARG(f->m->name));
	return err_remedy(err, "edit the file, or choose another name");
}

int newfile_guard(const struct newfile *f, const struct app *app, const struct session *s,
		  struct err *err)
{
	struct findings found = { .arena = app->arena };

	environments_check_guards(s->environments, f->path, str_slice(&f->text), &CODE_would_apply,
				  &found);
	return found.n ? err_from_finding(err, &found.items[0]) : 0;
}

/* The commit's message. */
static struct slice message_of(const struct newfile *files, size_t n, struct arena *arena)
{
	AUTO_STR struct str text = STR_INIT;

	if (n == 1)
		return arena_printf(arena,
				    "%" SLICE_FMT ": add the migration\n\nFrom %" SLICE_FMT
				    " to %" SLICE_FMT ".\n",
				    SLICE_ARG(files->m->name), SLICE_ARG(files->m->move.from),
				    SLICE_ARG(files->m->move.to));
	str_addf(&text, "add %zu migrations\n\n", n);
	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%" SLICE_FMT ": from %" SLICE_FMT " to %" SLICE_FMT "\n",
			 SLICE_ARG(files[i].m->name), SLICE_ARG(files[i].m->move.from),
			 SLICE_ARG(files[i].m->move.to));
	return arena_copy(arena, str_slice(&text));
}

/* One commit of all of them. */
static int commit_all(const struct newfile *files, size_t n, struct app *app, struct session *s,
		      bool yes, struct slice *hex, struct err *err)
{
	struct change *changes = arena_array(app->arena, n, sizeof(*changes));
	struct slice what =
		n == 1 ? files->path : arena_printf(app->arena, "%zu migration files", n);
	struct slice question, behind = SLICE_NONE;
	struct oid commit;
	char text[41];

	if (!s->branch.ptr)
		return err_set(err, &CODE_detached, place_of(repo_where(s->repo)),
			       "HEAD is not on a branch");
	question = arena_printf(app->arena,
				s->remote.name.ptr ? "Commit %s to '%" SLICE_FMT
						     "', and push it to %" SLICE_FMT "?" :
						     "Commit %s to '%" SLICE_FMT "'?",
				what.ptr, SLICE_ARG(s->branch), SLICE_ARG(s->remote.name));
	for (size_t i = 0; i < n; i++)
		changes[i] = (struct change){
			files[i].path, { NULL, 0 }, str_slice(&files[i].text), 0100644
		};
	if (work_confirm(app, yes, question.ptr, err) < 0 ||
	    session_commit_files(s, &(struct changes){ changes, n },
				 message_of(files, n, app->arena).ptr, &commit, &behind, err) < 0)
		return -1;
	work_say_behind(app, s, s->branch, behind);
	work_say_hooks(app, s);
	oid_text(&commit, text);
	*hex = arena_copy(app->arena, slice_of(text));
	return 0;
}

int newfiles_write(const struct newfile *files, size_t n, struct app *app, struct session *s,
		   bool commit, bool yes, struct slice *hex, struct err *err)
{
	if (commit)
		return commit_all(files, n, app, s, yes, hex, err);
	if (!repo_workdir(s->repo)) {
		(void)err_set(err, &CODE_usage, NOWHERE,
			      "a bare repository has no working tree to write the file to");
		return err_remedy(err, "say --commit");
	}
	for (size_t i = 0; i < n; i++) {
		const char *file = place_of_file(&files[i], app, s);

		if (file_make_parents(file, err) < 0 ||
		    file_replace(file, str_slice(&files[i].text), 0666, err) < 0)
			return -1;
	}
	return 0;
}

void newfile_say(const struct newfile *f, const struct app *app, struct slice hex)
{
	(void)fprintf(app->out, "migration/%.*s created: %s%s%.8s\n", SLICE_ARG(f->m->name),
		      f->path.ptr, hex.ptr ? " in " : "", hex.ptr ? hex.ptr : "");
}
