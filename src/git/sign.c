#include "git/internal.h"

#include "base/file.h"
#include "base/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Signatures are made by the user's own programs, as git does it (git-config(1): commit.gpgSign,
 * gpg.*, user.signingKey; gpg-interface.c): the program gets the commit's bytes and gives the
 * signature, which stands in the commit's header "gpgsig".
 */

/*
 * A format: its name in gpg.format, the key of its program, an older one, and the program without
 * any.
 */
struct format {
	const char *name, *key, *old_key, *program;
	bool ssh;
};

static const struct format formats[] = {
	{ "openpgp", "gpg.openpgp.program", "gpg.program", "gpg", false },
	{ "x509", "gpg.x509.program", NULL, "gpgsm", false },
	{ "ssh", "gpg.ssh.program", NULL, "ssh-keygen", true },
};

/* Shall commits be signed? -1: the value is no truth value. */
static int is_wanted(git_config *config, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	int wanted = 0;

	if (config_text(config, "commit.gpgsign", &text) &&
	    git_config_parse_bool(&wanted, text.ptr) < 0)
		return err_set(err, &CODE_signing, NOWHERE,
			       "commit.gpgSign is neither true nor false: '%s'", text.ptr);
	return wanted;
}

/* The format that gpg.format names. */
static const struct format *find_format(git_config *config, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (!config_text(config, "gpg.format", &text))
		return &formats[0];
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (slice_is(str_slice(&text), formats[i].name))
			return &formats[i];
	(void)err_set(err, &CODE_signing, NOWHERE, "gpg.format is '%s'", text.ptr);
	(void)err_remedy(err, "git config gpg.format openpgp, x509 or ssh");
	return NULL;
}

/* Appends the program of the format. */
static void find_program(git_config *config, const struct format *f, struct str *out)
{
	if (!config_text(config, f->key, out) &&
	    !(f->old_key && config_text(config, f->old_key, out)))
		str_adds(out, f->program);
}

/* Runs the program on the commit's bytes. */
static int run(const char *const *argv, struct slice text, struct process_result *r,
	       struct err *err)
{
	const struct process p = { .argv = argv,
				   .input = text,
				   .interactive = isatty(STDIN_FILENO) };
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice words;

	if (process_run(&p, r, err) < 0)
		return err_wrap(err, "the commit cannot be signed");
	if (r->exit_code == 0)
		return 0;
	words = process_last_line(r, arena);
	return err_set(err, &CODE_signing, NOWHERE, "%s does not sign the commit: %" SLICE_FMT,
		       argv[0], SLICE_ARG(words));
}

/* gpg and gpgsm. The key is user.signingKey, else who commits. */
static int sign_gpg(git_config *config, const char *program, const git_signature *who,
		    struct slice text, struct process_result *r, struct err *err)
{
	AUTO_STR struct str key = STR_INIT;
	const char *argv[] = { program, "--status-fd=2", "-bsau", NULL, NULL };

	if (!config_text(config, "user.signingkey", &key))
		str_addf(&key, "%s <%s>", who->name, who->email);
	argv[3] = key.ptr;
	if (run(argv, text, r, err) < 0)
		return -1;
	if (slice_find(str_slice(&r->err), SLICE("[GNUPG:] SIG_CREATED ")) == SIZE_MAX)
		return err_set(err, &CODE_signing, NOWHERE,
			       "%s did not say that it signed the commit", program);
	return 0;
}

/*
 * A key that stands in the configuration itself, into a file that only we can read. Appends its
 * path.
 */
static int keep_key(struct slice key, struct str *path, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	int fd;
	bool wrote;

	str_addf(path, "%s/.git_signing_key_XXXXXX", folder && *folder ? folder : "/tmp");
	fd = mkstemp(path->ptr);
	if (fd < 0)
		return err_os(err, &CODE_io, place_of(path->ptr), "cannot be made");
	wrote = write(fd, key.ptr, key.len) == (ssize_t)key.len && write(fd, "\n", 1) == 1;
	if (close(fd) == 0 && wrote)
		return 0;
	(void)err_os(err, &CODE_io, place_of(path->ptr), "cannot be written");
	(void)unlink(path->ptr);
	return -1;
}

/*
 * ssh-keygen. The key is a file, or stands there itself: "key::ssh-ed25519 AAAA...", whose private
 * half an agent has.
 */
static int sign_ssh(git_config *config, const char *program, struct slice text,
		    struct process_result *r, struct err *err)
{
	AUTO_STR struct str key = STR_INIT, path = STR_INIT;
	const char *argv[] = { program, "-Y", "sign", "-n", "git", "-f", NULL, NULL, NULL };
	struct slice said;
	bool literal;
	int failed;

	if (!config_text(config, "user.signingkey", &key)) {
		(void)err_set(err, &CODE_signing, NOWHERE,
			      "gpg.format is ssh, and no key is named");
		return err_remedy(err, "git config user.signingKey FILE");
	}
	said = str_slice(&key);
	literal = slice_starts(said, SLICE("key::")) || slice_starts(said, SLICE("ssh-"));
	if (!literal)
		config_add_path(said, &path);
	else if (keep_key(slice_starts(said, SLICE("key::")) ? slice_sub(said, 5, said.len) : said,
			  &path, err) < 0)
		return -1;
	argv[6] = path.ptr;
	argv[7] = literal ? "-U" : NULL;
	failed = run(argv, text, r, err);
	if (literal)
		(void)unlink(path.ptr);
	return failed;
}

/* Appends the signature as a header: every line but the first begins with a blank. */
static void add_header(struct str *out, struct slice signature)
{
	str_adds(out, "gpgsig ");
	while (slice_ends(signature, SLICE("\n")))
		signature.len--;
	for (size_t i = 0; i < signature.len; i++) {
		if (signature.ptr[i] == '\r')
			continue;
		str_addc(out, signature.ptr[i]);
		if (signature.ptr[i] == '\n')
			str_addc(out, ' ');
	}
	str_addc(out, '\n');
}

int commit_sign(struct repo *r, const git_signature *who, struct slice text, struct str *out,
		struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str program = STR_INIT;
	const struct format *format;
	int wanted, failed;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	wanted = is_wanted(config, err);
	if (wanted <= 0)
		return wanted;
	format = find_format(config, err);
	if (!format)
		return -1;
	find_program(config, format, &program);
	failed = format->ssh ? sign_ssh(config, program.ptr, text, &result, err) :
			       sign_gpg(config, program.ptr, who, text, &result, err);
	if (failed)
		return -1;
	if (!result.out.len)
		return err_set(err, &CODE_signing, NOWHERE, "%s gave no signature", program.ptr);
	add_header(out, str_slice(&result.out));
	return 0;
}
