#include "plugin/newfile.h"

#include "base/file.h"
#include "base/file_below.h"
#include "flow/publish.h"
#include "flow/templates.h"
#include "migration/migration_write.h"
#include "plugin/commit_report.h"
#include "plugin/confirm.h"
#include "plugin/say.h"

#include <unistd.h>

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
static const char *find_place(const struct newfile *f, const struct app *app,
			      const struct session *s)
{
	const char *workdir = session_workdir(s);

	return workdir ? arena_printf(app->arena, "%s%s", workdir, f->path.ptr).ptr : NULL;
}

/* Does the file already contain exactly this text? */
static bool has_same_text(const char *file, const struct newfile *f)
{
	AUTO_STR struct str text = STR_INIT;
	struct err ignored = ERR_INIT;

	return file_read(file, MIGRATION_MAX, &text, &ignored) == 0 &&
	       slice_eq(str_slice(&text), str_slice(&f->text));
}

int newfile_check(const struct newfile *f, const struct app *app, const struct base_commit *base,
		  bool commit, struct err *err)
{
	const char *file = find_place(f, app, base->session);
	bool committed;

	if (base_commit_has_file(base, f->path, &committed, err) < 0)
		return -1;
	if (!committed && (!file || !file_exists(file) || (commit && has_same_text(file, f))))
		return 0;
	(void)err_set(err, &CODE_exists, (struct place){ f->path, 0, 0 },
		      "migration '%" SLICE_FMT "' already exists", SLICE_ARG(f->m->name));
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

/* The message of the commit. */
static struct slice make_message(const struct newfile *files, size_t n, struct arena *arena)
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

/* Asks before the files are committed. */
static int confirm_commit(const struct newfile_writer *w, const struct newfile *files, size_t n,
			  struct err *err)
{
	const struct base_commit *base = w->base;
	struct arena *arena = w->app->arena;
	struct slice what = n == 1 ? files->path : arena_printf(arena, "%zu migration files", n);
	struct slice question = arena_printf(
		arena,
		base->remote.name.ptr ? "Commit %" SLICE_FMT " to '%" SLICE_FMT
					"' and push it to %" SLICE_FMT "?" :
					"Commit %" SLICE_FMT " to '%" SLICE_FMT "'?",
		SLICE_ARG(what), SLICE_ARG(base->branch), SLICE_ARG(base->remote.name));

	return confirm(w->app, w->yes, question, err);
}

/* One commit of all of them. */
static int commit_files(const struct newfile_writer *w, const struct newfile *files, size_t n,
			struct slice *hex, struct err *err)
{
	struct arena *arena = w->app->arena;
	struct change *changes = arena_array(arena, n, sizeof(*changes));
	const struct base_commit *base = w->base;
	struct published_files done;

	if (!base->branch.ptr)
		return err_set(err, &CODE_detached, place_of(session_where(base->session)),
			       "HEAD is not on a branch");
	for (size_t i = 0; i < n; i++)
		changes[i] = (struct change){
			files[i].path, { NULL, 0 }, str_slice(&files[i].text), 0100644
		};
	if (confirm_commit(w, files, n, err) < 0 ||
	    publish_files(base, &(struct changes){ changes, n }, make_message(files, n, arena).ptr,
			  &done, err) < 0)
		return -1;
	commit_report_unpushed(w->app, base, base->branch, done.behind);
	commit_report_hooks(w->app, base->session);
	*hex = arena_copy(arena, slice_of(done.commit));
	return 0;
}

/* Writes them into the working tree, through no symlink. */
static int write_files(const struct newfile_writer *w, const struct newfile *files, size_t n,
		       struct err *err)
{
	int top = directory_open(session_workdir(w->base->session), err), failed = top < 0;

	for (size_t i = 0; i < n && !failed; i++)
		failed = file_below_write(&(struct file_below){ .top = top,
								.path = files[i].path.ptr,
								.bytes = str_slice(&files[i].text),
								.mode = 0666,
								.durable = true },
					  err) < 0;
	if (top >= 0)
		(void)close(top);
	return failed ? -1 : 0;
}

int newfile_write_all(const struct newfile_writer *w, const struct newfile *files, size_t n,
		      struct slice *hex, struct err *err)
{
	if (w->commit)
		return commit_files(w, files, n, hex, err);
	if (session_workdir(w->base->session))
		return write_files(w, files, n, err);
	(void)err_set(err, &CODE_usage, NOWHERE,
		      "a bare repository has no working tree to write the file to");
	return err_remedy(err, "use --commit");
}

void newfile_report(const struct newfile *f, const struct app *app, struct slice hex)
{
	say_out(app, "migration/%" SLICE_FMT " created: %" SLICE_FMT "%s%.8s",
		SLICE_ARG(f->m->name), SLICE_ARG(f->path), hex.ptr ? " in " : "",
		hex.ptr ? hex.ptr : "");
}
