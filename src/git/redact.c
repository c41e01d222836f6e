#include "git/remote.h"

#include <string.h>

/* Where an address that begins at `at` ends: at a blank, a quote, or the end. */
static size_t address_end(struct slice text, size_t at)
{
	while (at < text.len && !strchr(" \t\r\n'\"<>", text.ptr[at]))
		at++;
	return at;
}

/* Appends an address behind its "://" without its user, query and fragment. */
static void add_address(struct str *out, struct slice address)
{
	size_t host = 0, end = 0;

	while (end < address.len && !strchr("/?#", address.ptr[end]))
		end++;
	for (size_t i = 0; i < end; i++)
		if (address.ptr[i] == '@')
			host = i + 1;
	while (end < address.len && !strchr("?#", address.ptr[end]))
		end++;
	str_add(out, slice_sub(address, host, end - host));
}

void remote_redact(struct str *out, struct slice text)
{
	for (;;) {
		size_t at = slice_find(text, SLICE("://")), end;

		if (at == SIZE_MAX)
			break;
		end = address_end(text, at + 3);
		str_add(out, slice_sub(text, 0, at + 3));
		add_address(out, slice_sub(text, at + 3, end - at - 3));
		text = slice_sub(text, end, text.len - end);
	}
	str_add(out, text);
}
