/*
 * Signed commits: made by the programs that git would run, and judged by git.
 */
#include "git/commit.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(sign, .init = scratch_enter, .fini = scratch_leave);

/* Runs a command of the system; its exit code. */
static int shell(const char *command)
{
	return system(command); /* NOLINT: a test's own words */
}

/* A repository that wants signed commits. */
static void signing_repo(void)
{
	new_repo();
	put("a.yaml", "a: 1\n");
	commit_all("first");
	git("config", "commit.gpgSign", "true", NULL);
}

/* Writes a commit on HEAD as the branch "result". */
static int commit_one(struct err *err)
{
	const struct change changes[] = { { SLICE("a.yaml"), SLICE("a: 1\n"), SLICE("a: 2\n"),
					    0100644 } };
	AUTO_REPO struct repo *r = open_here();
	struct oid head = oid_at("HEAD"), out;
	char hex[41];

	if (commit_write(r,
			 &(struct commit_draft){ &head, CHANGES(changes, 1), "signed\n\nbody\n" },
			 &out, err) < 0)
		return -1;
	oid_text(&out, hex);
	git("update-ref", "refs/heads/result", hex, NULL);
	return 0;
}

/* A program of this text that stands for one that signs. */
static void fake(const char *text)
{
	put("signer", text);
	cr_assert_eq(chmod("signer", 0755), 0);
}

/* An ssh key, and the list of those that git trusts. */
static void ssh_key(void)
{
	cr_assert_eq(shell("ssh-keygen -q -t ed25519 -N '' -f key && echo \"author@example.com "
			   "$(cat key.pub)\" >allowed"),
		     0);
	git("config", "gpg.format", "ssh", NULL);
	git("config", "gpg.ssh.allowedSignersFile", "allowed", NULL);
}

Test(sign, nothing_when_none_is_wanted)
{
	struct err err = ERR_INIT;

	signing_repo();
	git("config", "commit.gpgSign", "false", NULL);
	git("config", "gpg.program", "false", NULL);
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	cr_expect_neq(git_code("verify-commit", "result", NULL), 0);
}

Test(sign, ssh)
{
	struct err err = ERR_INIT;

	if (shell("command -v ssh-keygen >/dev/null"))
		cr_skip("ssh-keygen is not installed");
	signing_repo();
	ssh_key();
	git("config", "user.signingKey", "~/key", NULL);
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	cr_expect_eq(git_code("verify-commit", "result", NULL), 0);
	expect_git("G author@example.com", "log", "-1", "--format=%G? %GS", "result");
	expect_git("signed\n\nbody", "log", "-1", "--format=%B", "result");
	expect_sound();
}

Test(sign, ssh_key_in_the_configuration)
{
	struct err err = ERR_INIT;

	signing_repo();
	git("config", "gpg.format", "ssh", NULL);
	git("config", "gpg.ssh.program", "./signer", NULL);
	git("config", "user.signingKey", "key::ssh-ed25519 AAAA me", NULL);
	fake("#!/bin/sh\ncat >got\necho \"$@\" >args\ncat \"$6\" >key-seen\nstat -c %a \"$6\" "
	     ">>key-seen\necho SIGNATURE\n");
	cr_assert_eq(setenv("TMPDIR", scratch_directory(), 1), 0);
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	expect_file("key-seen", "ssh-ed25519 AAAA me\n600\n");
	cr_expect_eq(shell("grep -q '^-Y sign -n git -f .* -U$' args"), 0);
	cr_expect_eq(shell("test -z \"$(ls -A | grep signing_key)\""), 0, "the key's file stayed");
	expect_sound();
}

Test(sign, ssh_key_of_a_command)
{
	struct err err = ERR_INIT;

	signing_repo();
	git("config", "gpg.format", "ssh", NULL);
	git("config", "gpg.ssh.program", "./signer", NULL);
	git("config", "gpg.ssh.defaultKeyCommand", "cat 'the keys'", NULL);
	fake("#!/bin/sh\ncat >got\ncat \"$6\" >key-seen\necho SIGNATURE\n");
	put("the keys", "key::ssh-ed25519 AAAA me\nssh-rsa BBBB other\n");
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	expect_file("key-seen", "ssh-ed25519 AAAA me\n");
	put("the keys", "no key\nssh-rsa BBBB other\n");
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, signing, "did not print a public key");
	git("config", "gpg.ssh.defaultKeyCommand", "echo broken >&2; exit 3", NULL);
	err = (struct err)ERR_INIT;
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, signing, "gpg.ssh.defaultKeyCommand");
}

Test(sign, openpgp)
{
	struct err err = ERR_INIT;

	if (shell("command -v gpg >/dev/null"))
		cr_skip("gpg is not installed");
	signing_repo();
	cr_assert_eq(shell("mkdir -m 700 g && GNUPGHOME=$PWD/g gpg --batch --quiet --pinentry-mode "
			   "loopback --passphrase '' "
			   "--quick-gen-key 'A U Thor <author@example.com>' ed25519 sign never "
			   "2>/dev/null"),
		     0);
	cr_assert_eq(setenv("GNUPGHOME", "g", 1), 0);
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	cr_expect_eq(git_code("verify-commit", "result", NULL), 0);
	expect_git("A U Thor <author@example.com>", "log", "-1", "--format=%GS", "result");
	(void)shell("gpgconf --kill all");
}

Test(sign, asks_the_program_as_git_does)
{
	struct err err = ERR_INIT;

	signing_repo();
	git("config", "gpg.x509.program", "./signer", NULL);
	git("config", "gpg.format", "x509", NULL);
	fake("#!/bin/sh\ncat >got\nprintf '%s\\n' \"$@\" >args\necho '[GNUPG:] SIG_CREATED ' "
	     ">&2\nprintf 'one\\r\\ntwo\\n'\n");
	cr_assert_eq(commit_one(&err), 0, "%s", err.reason);
	expect_file("args", "--status-fd=2\n-bsau\nA U Thor <author@example.com>\n");
	cr_expect_eq(
		shell("git cat-file commit result | grep -A1 '^gpgsig one$' | grep -q '^ two$'"),
		0);
	cr_expect_eq(shell("git cat-file commit result | sed -e '/^gpgsig/d' -e '/^ two$/d' | cmp "
			   "- got"),
		     0, "it signs what git checks");
	expect_sound();
}

Test(sign, refusals)
{
	static const struct {
		const char *program, *part;
	} rows[] = {
		{ "#!/bin/sh\necho 'gpg: no secret key' >&2\nexit 2\n", "no secret key" },
		{ "#!/bin/sh\ncat >/dev/null\necho SIGNATURE\n", "did not report a signature" },
		{ "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n",
		  "printed no signature" },
	};

	signing_repo();
	git("config", "gpg.program", "./signer", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		fake(rows[i].program);
		cr_expect_eq(commit_one(&err), -1);
		expect_err(err, signing, rows[i].part);
	}
}

Test(sign, bad_configuration)
{
	struct err err = ERR_INIT;

	signing_repo();
	git("config", "gpg.program", "./no-such-program", NULL);
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, program_missing, "no-such-program");
	err = (struct err)ERR_INIT;
	git("config", "gpg.format", "rot13", NULL);
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, signing, "rot13");
	err = (struct err)ERR_INIT;
	git("config", "gpg.format", "ssh", NULL);
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, signing, "no key is configured");
	err = (struct err)ERR_INIT;
	git("config", "commit.gpgSign", "perhaps", NULL);
	cr_expect_eq(commit_one(&err), -1);
	expect_err(err, signing, "perhaps");
}
