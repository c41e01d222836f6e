#include "git/sign_internal.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/process.h"
#include "git/config_internal.h"
#include "git/identity_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Signatures are made by the user's programs, as git does it (git-config(1): commit.gpgSign, gpg.*,
 * user.signingKey; git's gpg-interface.c): the program gets the commit's bytes and returns the
 * signature, which becomes the header "gpgsig" of the commit.
 *
 * `git commit-tree -S` would do the same, but needs the tree in the repository and writes a loose
 * object: the objects of each commit would have to be written before the next one, instead of all
 * as one pack at the end, and i18n.commitEncoding would add a header to signed commits only.
 */

/*
 * A format: its name in gpg.format, the key of its program, an older key, and the default program.
 */
struct signature_format {
	const char *name, *key, *old_key, *program;
	bool ssh;
};

static const struct signature_format formats[] = {
	{ "openpgp", "gpg.openpgp.program", "gpg.program", "gpg", false },
	{ "x509", "gpg.x509.program", NULL, "gpgsm", false },
	{ "ssh", "gpg.ssh.program", NULL, "ssh-keygen", true },
};

/* 1 if commits are to be signed, 0 if not, -1 if the value is not a boolean. */
static int read_wanted(git_config *config, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;
	int wanted = 0;

	if (config_text(config, "commit.gpgsign", &text) &&
	    git_config_parse_bool(&wanted, text.ptr) < 0)
		return err_set(err, &CODE_signing, NOWHERE, "commit.gpgSign is not a boolean: '%s'",
			       text.ptr);
	return wanted;
}

/* The format that gpg.format specifies. */
static const struct signature_format *find_format(git_config *config, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (!config_text(config, "gpg.format", &text))
		return &formats[0];
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (slice_is(str_slice(&text), formats[i].name))
			return &formats[i];
	(void)err_set(err, &CODE_signing, NOWHERE, "gpg.format is not supported: '%s'", text.ptr);
	(void)err_remedy(err, "set it to openpgp, x509 or ssh: git config gpg.format FORMAT");
	return NULL;
}

/* Appends the program of the format. */
static void find_program(git_config *config, const struct signature_format *f, struct str *out)
{
	if (!config_text(config, f->key, out) &&
	    !(f->old_key && config_text(config, f->old_key, out)))
		str_adds(out, f->program);
}

/* Runs a program; its standard input is `text`. */
static int run_program(const char *const *argv, struct slice text, struct process_result *r,
		       struct err *err)
{
	const struct process p = { .argv = argv,
				   .input = text,
				   .interactive = isatty(STDIN_FILENO) };
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice message;

	if (process_run(&p, r, err) < 0)
		return err_wrap(err, "cannot sign the commit");
	if (r->exit_code == 0)
		return 0;
	message = process_last_line(r, arena);
	return err_set(err, &CODE_signing, NOWHERE, "cannot sign the commit: %s: %" SLICE_FMT,
		       argv[0], SLICE_ARG(message));
}

/* A signature to be made. */
struct signing {
	struct repo *repo;
	git_config *config;
	const struct signature_format *format;
	const char *program;
	struct slice text; /* the commit's bytes */
};

/* Appends the key of gpg: user.signingKey, else "NAME <EMAIL>" of the committer. */
static int find_gpg_key(const struct signing *s, struct str *key, struct err *err)
{
	struct slice who;
	size_t end;

	if (config_text(s->config, "user.signingkey", key))
		return 0;
	if (identity_line(s->repo, ROLE_COMMITTER, &who, err) < 0)
		return -1;
	end = slice_find_byte(who, '>');
	str_add(key, slice_sub(who, 0, end == SIZE_MAX ? who.len : end + 1));
	return 0;
}

/* Signs with gpg or gpgsm. */
static int sign_gpg(const struct signing *s, struct process_result *r, struct err *err)
{
	AUTO_STR struct str key = STR_INIT;
	const char *argv[] = { s->program, "--status-fd=2", "-bsau", NULL, NULL };

	if (find_gpg_key(s, &key, err) < 0)
		return -1;
	argv[3] = key.ptr;
	if (run_program(argv, s->text, r, err) < 0)
		return -1;
	if (slice_find(str_slice(&r->err), SLICE("[GNUPG:] SIG_CREATED ")) == SIZE_MAX)
		return err_set(err, &CODE_signing, NOWHERE,
			       "cannot sign the commit: %s did not report a signature", s->program);
	return 0;
}

/* Writes a public key into a file that only we can read. Appends its path. */
static int write_key(struct slice key, struct str *path, struct err *err)
{
	const char *directory = getenv("TMPDIR");
	int fd;
	bool wrote;

	str_addf(path, "%s/.git_signing_key_XXXXXX", directory && *directory ? directory : "/tmp");
	fd = mkstemp(path->ptr);
	if (fd < 0)
		return err_os(err, &CODE_io, place_of(path->ptr), "cannot create the file");
	wrote = write(fd, key.ptr, key.len) == (ssize_t)key.len && write(fd, "\n", 1) == 1;
	if (close(fd) == 0 && wrote)
		return 0;
	(void)err_os(err, &CODE_io, place_of(path->ptr), "cannot write the file");
	(void)unlink(path->ptr);
	return -1;
}

/* True if it is a public key, "key::ssh-ed25519 AAAA...", and not the name of a file. */
static bool is_literal_key(struct slice key)
{
	return slice_starts(key, SLICE("key::")) || slice_starts(key, SLICE("ssh-"));
}

/* Appends the key that gpg.ssh.defaultKeyCommand prints as its first line. */
static int run_key_command(const char *command, struct str *key, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct slice rest, line = SLICE_NONE;

	if (run_program(argv, SLICE_NONE, &result, err) < 0)
		return err_wrap(err, "gpg.ssh.defaultKeyCommand");
	rest = str_slice(&result.out);
	if (!slice_next(&rest, '\n', &line) || !is_literal_key(line))
		return err_set(err, &CODE_signing, NOWHERE,
			       "gpg.ssh.defaultKeyCommand did not print a public key");
	str_add(key, slice_trim(line));
	return 0;
}

/* Appends the key of ssh-keygen: user.signingKey, else that of gpg.ssh.defaultKeyCommand. */
static int find_ssh_key(const struct signing *s, struct str *key, struct err *err)
{
	AUTO_STR struct str command = STR_INIT;

	if (config_text(s->config, "user.signingkey", key))
		return 0;
	if (config_text(s->config, "gpg.ssh.defaultkeycommand", &command))
		return run_key_command(command.ptr, key, err);
	(void)err_set(err, &CODE_signing, NOWHERE, "gpg.format is ssh, but no key is configured");
	return err_remedy(err, "configure a key: git config user.signingKey FILE");
}

/* Signs with ssh-keygen. An agent has the private half of a key that is not a file. */
static int sign_ssh(const struct signing *s, struct process_result *r, struct err *err)
{
	AUTO_STR struct str text = STR_INIT, path = STR_INIT;
	const char *argv[] = { s->program, "-Y", "sign", "-n", "git", "-f", NULL, NULL, NULL };
	struct slice key;
	bool literal;
	int failed;

	if (find_ssh_key(s, &text, err) < 0)
		return -1;
	key = str_slice(&text);
	literal = is_literal_key(key);
	if (!literal)
		config_add_path(key, &path);
	else if (write_key(slice_starts(key, SLICE("key::")) ? slice_sub(key, 5, key.len) : key,
			   &path, err) < 0)
		return -1;
	argv[6] = path.ptr;
	argv[7] = literal ? "-U" : NULL;
	failed = run_program(argv, s->text, r, err);
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

int commit_sign(struct repo *r, struct slice text, struct str *out, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str program = STR_INIT;
	struct signing s = { .repo = r, .text = text };
	int wanted;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	wanted = read_wanted(config, err);
	if (wanted <= 0)
		return wanted;
	s.config = config;
	s.format = find_format(config, err);
	if (!s.format)
		return -1;
	find_program(config, s.format, &program);
	s.program = program.ptr;
	if ((s.format->ssh ? sign_ssh(&s, &result, err) : sign_gpg(&s, &result, err)) < 0)
		return -1;
	if (!result.out.len)
		return err_set(err, &CODE_signing, NOWHERE,
			       "cannot sign the commit: %s printed no signature", program.ptr);
	add_header(out, str_slice(&result.out));
	return 0;
}
