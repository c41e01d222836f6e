#include "flow/session_internal.h"

#include "base/alloc.h"
#include "git/promisor.h"
#include "gitops/path.h"
#include "migration/migration.h"
#include "template/template.h"

#include <stdlib.h>

int session_open(struct session **out, const struct session_options *options, struct err *err)
{
	struct session *s = xzalloc(sizeof(*s));

	s->options = *options;
	s->arena = s->blobs.arena = arena_new();
	s->migrations_dir = options->migrations_dir ? options->migrations_dir : MIGRATION_DIR;
	s->remote = (struct remote_options){ .interactive = options->interactive,
					     .on_line = options->on_remote_line,
					     .ctx = options->ctx };
	s->hooks = (struct hooks_options){ .interactive = options->interactive,
					   .on_line = options->on_hook_line,
					   .ctx = options->ctx };
	if (path_check(slice_of(s->migrations_dir), NOWHERE, "--migrations", err) < 0 ||
	    repo_open(&s->repo, options->repo, err) < 0 ||
	    (options->base != BASE_LOCAL && promisor_enable(s->repo, &s->remote, err) < 0)) {
		session_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	template_free(s->message);
	blobs_release(&s->blobs);
	repo_close(s->repo);
	arena_free(s->arena);
	free(s);
}

void session_auto_(struct session **s)
{
	session_close(*s);
}

const char *session_workdir(const struct session *s)
{
	return repo_workdir(s->repo);
}

const char *session_where(const struct session *s)
{
	return repo_where(s->repo);
}

const char *session_migrations_dir(const struct session *s)
{
	return s->migrations_dir;
}

const char *session_templates_dir(const struct session *s)
{
	return s->options.templates_dir;
}

const struct progress *session_progress(const struct session *s)
{
	return &s->options.progress;
}
