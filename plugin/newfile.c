#include "plugin/newfile.h"

#include "base/file.h"
#include "flow/publish.h"
#include "flow/templates.h"

int newfile_make(struct newfile *out, const struct app *app, const struct session *s,
		 const struct migration *m, struct err *err)
{
	struct newfile f = { m, { NULL, 0 }, STR_INIT };
	struct template_text text;

	f.path = arena_printf(app->arena, "%s/%" SLICE_FMT ".yaml", session_migrations_dir(s),
			      SLICE_ARG(m->name));
	if (templates_get(session_templates_dir(s), SLICE("migration"), app->arena, &text, err) <
		    0 ||
	    migration_write(&m->f, text.bytes, f.path, &f.text, err) < 0) {
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
	const char *workdir = session_workdir(s);

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

int newfile_check(const struct newfile *f, const struct app *app, const struct base_commit *base,
		  bool commit, struct err *err)
{
	const char *file = place_of_file(f, app, base->session);
	bool committed;

	if (base_commit_has_file(base, f->path, &committed, err) < 0)
		return -1;
	if (!committed && (!file || !file_exists(file) || (commit && holds(file, f))))
		return 0;
	(void)err_set(err, &CODE_exists, (struct place){ f->path, 0, 0 },
		      "the migration '%" SLICE_FMT "' is there already", SLICE_ARG(f->m->name));
	return err_remedy(err, "edit the file, or choose another name");
}

int newfile_guard(const struct newfile *f, const struct app *app, const struct evidence *evidence,
		  struct err *err)
{
	struct findings found = { .arena = app->arena };

	environments_check_guards(evidence->environments, f->path, str_slice(&f->text),
				  &CODE_would_apply, &found);
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
static int commit_all(const struct newfile *files, size_t n, struct app *app,
		      const struct base_commit *base, bool yes, struct slice *hex, struct err *err)
{
	struct change *changes = arena_array(app->arena, n, sizeof(*changes));
	struct slice what =
		n == 1 ? files->path : arena_printf(app->arena, "%zu migration files", n);
	struct published_files done;
	struct slice question;

	if (!base->branch.ptr)
		return err_set(err, &CODE_detached, place_of(session_where(base->session)),
			       "HEAD is not on a branch");
	question = arena_printf(app->arena,
				base->remote.name.ptr ? "Commit %s to '%" SLICE_FMT
							"', and push it to %" SLICE_FMT "?" :
							"Commit %s to '%" SLICE_FMT "'?",
				what.ptr, SLICE_ARG(base->branch), SLICE_ARG(base->remote.name));
	for (size_t i = 0; i < n; i++)
		changes[i] = (struct change){
			files[i].path, { NULL, 0 }, str_slice(&files[i].text), 0100644
		};
	if (work_confirm(app, yes, question.ptr, err) < 0 ||
	    publish_files(base, &(struct changes){ changes, n },
			  message_of(files, n, app->arena).ptr, &done, err) < 0)
		return -1;
	work_say_behind(app, base, base->branch, done.behind);
	work_say_hooks(app, base->session);
	*hex = arena_copy(app->arena, slice_of(done.commit));
	return 0;
}

int newfiles_write(const struct newfile *files, size_t n, struct app *app,
		   const struct base_commit *base, bool commit, bool yes, struct slice *hex,
		   struct err *err)
{
	if (commit)
		return commit_all(files, n, app, base, yes, hex, err);
	if (!session_workdir(base->session)) {
		(void)err_set(err, &CODE_usage, NOWHERE,
			      "a bare repository has no working tree to write the file to");
		return err_remedy(err, "say --commit");
	}
	for (size_t i = 0; i < n; i++) {
		const char *file = place_of_file(&files[i], app, base->session);

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
