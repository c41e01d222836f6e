/*
 * Text without secrets.
 */
#include "base/redact.h"

#include <criterion/criterion.h>

static const struct {
	const char *in, *out;
} rows[] = {
	{ "", "" },
	{ "nothing to hide", "nothing to hide" },
	{ "https://user:tok@host/a.git", "https://host/a.git" },
	{ "https://tok@host", "https://host" },
	{ "https://host/a?private_token=x#y", "https://host/a" },
	{ "https://host?x=1", "https://host" },
	{ "https://us@er:p@ss@host/a", "https://host/a" },
	{ "https://u:p@ss/w@rd@host/a", "https://host/a" },
	{ "'https://u:a/b?c#d@host/a' x", "'https://host/a' x" },
	{ "https://u:a b's<\">@host/a x", "https://host/a x" },
	{ "https://u:pass/word x\nme@host", "https://*** x\nme@host" },
	{ "https://host:8080/a@b", "https://host:8080/a@b" },
	{ "http://[::1]:8080/a: no; http://h:1: no", "http://[::1]:8080/a: no; http://h:1: no" },
	{ "fatal: unable to access 'https://u:p@host/a/': no",
	  "fatal: unable to access 'https://host/a/': no" },
	{ "https://u:p@one/a and ssh://git:pw@two:22/b?c", "https://one/a and ssh://two:22/b" },
	{ "git@host:team/shop.git", "git@host:team/shop.git" },
	{ "://", "://" },
	{ "x://u:p@", "x://" },
	{ "https://u:p@host\n", "https://host\n" },
	{ "kubectl get vs --token=abc.def -A", "kubectl get vs --token=*** -A" },
	{ "GIT_PASSWORD='x y' z", "GIT_PASSWORD=*** z" },
	{ "client_secret=abc\nnext", "client_secret=***\nnext" },
	{ "a --token= b", "a --token= b" },
	{ "> authorization: Bearer abc\n> accept: */*", "> authorization: ***\n> accept: */*" },
	{ "Authorization:", "Authorization:" },
	{ "-c http.extraHeader=Authorization: Basic x", "-c http.extraHeader=***" },
	{ "key ghp_0123456789abcdef, done", "key ***, done" },
	{ "(glpat-abc-def_1)", "(***)" },
	{ "ship_ghp_x", "ship_ghp_x" },
};

Test(redact, takes_secrets_out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str out = STR_INIT;

		redact(&out, slice_of(rows[i].in));
		cr_expect(slice_is(str_slice(&out), rows[i].out), "'%s' gives '%s'", rows[i].in,
			  out.ptr);
	}
}

Test(redact, takes_secrets_out_of_an_address)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "https://host/a.git", "https://host/a.git" },
		{ "https://u:a/b?c#d e'f\"<>@host/a.git?x#y", "https://host/a.git" },
		{ "https://to/ken@host/a", "https://host/a" },
		{ "ssh://git@host:22/a", "ssh://host:22/a" },
		{ "git@host:team/shop.git", "git@host:team/shop.git" },
		{ "u:p/w@host:team/shop.git", "host:team/shop.git" },
		{ "../a:b@c", "../a:b@c" },
		{ "/srv/a@b:c", "/srv/a@b:c" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_STR struct str out = STR_INIT;

		redact_address(&out, slice_of(cases[i].in));
		cr_expect(slice_is(str_slice(&out), cases[i].out), "'%s' gives '%s'", cases[i].in,
			  out.ptr);
	}
}
