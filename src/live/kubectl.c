#include "live/kubectl.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static const struct field flag_fields[] = {
	OPT_STRING(struct kubectl_flags, kubeconfig, 0, "kubeconfig", "FILE",
		   "Path to the kubeconfig file"),
	OPT_STRING(struct kubectl_flags, context, 0, "context", "NAME",
		   "The kubeconfig context to use. Defaults to the current context"),
	OPT_STRING(struct kubectl_flags, cluster, 0, "cluster", "NAME",
		   "The kubeconfig cluster to use"),
	OPT_STRING(struct kubectl_flags, user, 0, "user", "NAME", "The kubeconfig user to use"),
	OPT_STRING(struct kubectl_flags, server, 's', "server", "URL",
		   "The address and port of the Kubernetes API server"),
	OPT_STRING(struct kubectl_flags, token, 0, "token", "TOKEN",
		   "Bearer token for the API server; visible to other users of the machine"),
	OPT_STRING(struct kubectl_flags, as, 0, "as", "USER", "User to impersonate"),
	OPT_STRING(struct kubectl_flags, as_uid, 0, "as-uid", "UID", "UID to impersonate"),
	OPT_LIST(struct kubectl_flags, as_groups, 0, "as-group", "GROUP", "Group to impersonate"),
	OPT_LIST(struct kubectl_flags, as_user_extra, 0, "as-user-extra", "KEY=VALUE",
		 "User extra to impersonate"),
	OPT_STRING(struct kubectl_flags, client_certificate, 0, "client-certificate", "FILE",
		   "Path to a client certificate for TLS"),
	OPT_STRING(struct kubectl_flags, client_key, 0, "client-key", "FILE",
		   "Path to a client key for TLS"),
	OPT_STRING(struct kubectl_flags, certificate_authority, 0, "certificate-authority", "FILE",
		   "Path to a certificate of the certificate authority"),
	OPT_STRING(struct kubectl_flags, tls_server_name, 0, "tls-server-name", "NAME",
		   "Server name to verify the server's certificate against"),
	OPT_BOOL(struct kubectl_flags, insecure_skip_tls_verify, 0, "insecure-skip-tls-verify",
		 "Do not verify the server's certificate"),
	OPT_STRING(struct kubectl_flags, request_timeout, 0, "request-timeout", "TIME",
		   "The length of time to wait before giving up on a single server request, e.g. "
		   "30s"),
	OPT_STRING(struct kubectl_flags, cache_dir, 0, "cache-dir", "DIR",
		   "kubectl's cache directory"),
	OPT_BOOL(struct kubectl_flags, disable_compression, 0, "disable-compression",
		 "Do not request compressed responses from the server"),
	FIELDS_END,
};

const struct record kubectl_options = { .fields = flag_fields };

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

	if (k->flags && k->flags->context.len) {
		*out = k->flags->context;
		return 0;
	}
	if (kubectl_run(k, &call, &r, err) < 0)
		return -1;
	*out = r.exit_code ? SLICE("") : arena_copy(arena, slice_trim(str_slice(&r.out)));
	return 0;
}
