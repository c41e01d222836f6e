#include "live/kubectl.h"

#include "base/alloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A flag that takes a text, one that takes none, and one that may be repeated. */
#define TEXT(field, name, what, about)                                                             \
	{                                                                                          \
		.kind = VALUE_STRING, .offset = offsetof(struct kubectl_flags, field),             \
		.flag = name, .arg = what, .help = about                                           \
	}
#define FLAG(field, name, about)                                                                   \
	{                                                                                          \
		.kind = VALUE_BOOL, .offset = offsetof(struct kubectl_flags, field), .flag = name, \
		.help = about                                                                      \
	}
#define LIST(field, name, what, about)                                                             \
	{                                                                                          \
		.kind = VALUE_LIST, .offset = offsetof(struct kubectl_flags, field), .flag = name, \
		.arg = what, .help = about                                                         \
	}

const struct record kubectl_options = {
	.fields =
		(const struct field[]){
			TEXT(kubeconfig, "kubeconfig", "FILE", "Path to the kubeconfig file"),
			TEXT(context, "context", "NAME",
			     "The kubeconfig context to use; default: the current context"),
			TEXT(cluster, "cluster", "NAME", "The kubeconfig cluster to use"),
			TEXT(user, "user", "NAME", "The kubeconfig user to use"),
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct kubectl_flags, server),
			  .flag = "server",
			  .letter = 's',
			  .arg = "URL",
			  .help = "The address and port of the Kubernetes API server" },
			TEXT(token, "token", "TOKEN",
			     "Bearer token for the API server; visible to other users of the "
			     "machine"),
			TEXT(as, "as", "USER", "User to impersonate"),
			TEXT(as_uid, "as-uid", "UID", "UID to impersonate"),
			LIST(as_groups, "as-group", "GROUP",
			     "Group to impersonate; may be repeated"),
			LIST(as_user_extra, "as-user-extra", "KEY=VALUE",
			     "User extra to impersonate; may be repeated"),
			TEXT(client_certificate, "client-certificate", "FILE",
			     "Path to a client certificate for TLS"),
			TEXT(client_key, "client-key", "FILE", "Path to a client key for TLS"),
			TEXT(certificate_authority, "certificate-authority", "FILE",
			     "Path to a certificate of the certificate authority"),
			TEXT(tls_server_name, "tls-server-name", "NAME",
			     "Server name to verify the server's certificate against"),
			FLAG(insecure_skip_tls_verify, "insecure-skip-tls-verify",
			     "Do not verify the server's certificate"),
			TEXT(request_timeout, "request-timeout", "TIME",
			     "The length of time to wait before giving up on a single server "
			     "request, e.g. 30s"),
			TEXT(cache_dir, "cache-dir", "DIR", "kubectl's cache directory"),
			FLAG(disable_compression, "disable-compression",
			     "Do not request compressed responses from the server"),
			{ .name = NULL },
		},
};

/* An argument vector that grows; its own texts are in an arena. */
struct argument_list {
	const char **items;
	size_t n, cap;
	struct arena *arena;
};

static void push_text(struct argument_list *v, const char *text)
{
	ROOM(v->items, v->n, v->cap);
	v->items[v->n++] = text;
}

/* "--flag=value". */
static void push_flag(struct argument_list *v, const struct field *f, struct slice value)
{
	push_text(v, arena_printf(v->arena, "--%s=%" SLICE_FMT, f->flag, SLICE_ARG(value)).ptr);
}

/* Adds the user's connection flags. */
static void push_flags(struct argument_list *v, const struct kubectl_flags *flags)
{
	for (const struct field *f = kubectl_options.fields; flags && !field_ends(f); f++) {
		const struct slices *list = FIELD_AT(const struct slices, flags, f);

		if (!field_is_set(f, flags))
			continue;
		if (f->kind == VALUE_BOOL)
			push_flag(v, f, SLICE("true"));
		if (f->kind == VALUE_STRING)
			push_flag(v, f, *FIELD_AT(const struct slice, flags, f));
		for (size_t i = 0; f->kind == VALUE_LIST && i < list->n; i++)
			push_flag(v, f, list->items[i]);
	}
}

/* Overwrites every copy of the secret. */
static void overwrite_secret(struct str *text, struct slice secret)
{
	size_t at = 0, found;

	while (secret.len && (found = slice_find(slice_sub(str_slice(text), at, text->len),
						 secret)) != SIZE_MAX) {
		memset(text->ptr + at + found, '*', secret.len);
		at += found + secret.len;
	}
}

int kubectl_run(const struct kubectl *k, const struct kubectl_call *call, struct process_result *r,
		struct err *err)
{
	static const char *const env[] = { "LC_ALL=C", NULL };
	AUTO_ARENA struct arena *arena = arena_new();
	struct argument_list v = { .arena = arena };
	const char *path = getenv("KUBECTL_PATH");
	struct process p = { .env = env, .take = call->take, .ctx = call->ctx };
	int result;

	push_text(&v, path && path[0] ? path : "kubectl");
	for (const char *const *a = call->arguments; *a; a++)
		push_text(&v, *a);
	push_flags(&v, k->flags);
	push_text(&v, NULL);
	p.argv = v.items;
	p.timeout_ms = k->timeout_ms ? k->timeout_ms : KUBECTL_TIMEOUT_MS;
	result = process_run(&p, r, err);
	if (k->flags)
		overwrite_secret(&r->err, k->flags->token);
	free(v.items);
	return result;
}

int kubectl_context(const struct kubectl *k, struct arena *arena, struct slice *out,
		    struct err *err)
{
	static const char *const arguments[] = { "config", "current-context", NULL };
	const struct kubectl_call call = { .arguments = arguments };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_STR struct str text = STR_INIT;

	if (k->flags && k->flags->context.len) {
		*out = k->flags->context;
		return 0;
	}
	if (kubectl_run(k, &call, &r, err) < 0)
		return -1;
	if (!r.exit_code)
		str_add_visible(&text, slice_trim(str_slice(&r.out)), false);
	*out = arena_copy(arena, str_slice(&text));
	return 0;
}
