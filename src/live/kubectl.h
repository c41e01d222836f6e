/*
 * kubectl.h - runs the user's kubectl as a child process: it has their kubeconfig, credential
 * plugins, proxies and certificates.
 *
 * KUBECTL_PATH names it (kubectl 1.37 and later sets that for its plugins), else PATH. The user's
 * connection flags are passed on unchanged. Tokens never appear in messages.
 */
#ifndef GCB_LIVE_KUBECTL_H
#define GCB_LIVE_KUBECTL_H

#include "base/arena.h"
#include "base/process.h"
#include "base/record.h"

/* kubectl's own connection flags, by their names. */
struct kubectl_flags {
	struct slice kubeconfig, context, cluster, user, server, token, as, as_uid;
	struct slices as_groups, as_user_extra;
	struct slice client_certificate, client_key, certificate_authority, tls_server_name;
	bool insecure_skip_tls_verify;
	struct slice request_timeout, cache_dir;
	bool disable_compression;
};

/* The flags as options; offsets count from a struct kubectl_flags. */
extern const struct record kubectl_options;

struct kubectl {
	const struct kubectl_flags *flags; /* borrowed */
	int64_t timeout_ms;                /* of one call; 0: KUBECTL_TIMEOUT_MS */
};

#define KUBECTL_TIMEOUT_MS 120000

/* One call of kubectl. */
struct kubectl_call {
	const char *const *arguments; /* without the connection flags; ends with NULL */
	int (*take)(void *ctx, struct slice bytes, struct err *err); /* gets standard output; NULL:
									it goes to the result */
	void *ctx;
};

/*
 * Runs `kubectl ARGUMENTS... FLAGS...` to its end. Its exit code and standard error are in `r`, the
 * token overwritten. Errors: those of process_run.
 */
int kubectl_run(const struct kubectl *k, const struct kubectl_call *call, struct process_result *r,
		struct err *err);

/*
 * The context that calls use: the flag's, else kubectl's current one, in `arena`; "" when there is
 * none (in a pod). Errors: as above.
 */
int kubectl_context(const struct kubectl *k, struct arena *arena, struct slice *out,
		    struct err *err);

#endif
