#include "istio/host.h"

#include "base/ascii.h"

#include <string.h>

struct slice host_resolve(struct slice host, struct slice ns, struct arena *arena)
{
	if (!ns.len || !host.len || slice_is(host, "*") || slice_find_byte(host, '.') != SIZE_MAX ||
	    slice_find_byte(host, ':') != SIZE_MAX)
		return host;
	return arena_join(arena,
			  (struct slice[]){ host, SLICE("."), ns, SLICE(".svc.cluster.local") }, 4);
}

bool host_same(struct slice a, struct slice b)
{
	return slice_eq(a, b);
}

/* The host without the end of a cluster service's name: "NAME.NAMESPACE". */
static struct slice without_cluster(struct slice host)
{
	static const char *const ends[] = { ".", ".cluster.local", ".svc" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_ends(host, slice_of(ends[i])))
			host = slice_sub(host, 0, host.len - slice_of(ends[i]).len);
	return host;
}

bool host_near(struct slice a, struct slice b)
{
	return !slice_eq(a, b) && slice_eq_case(without_cluster(a), without_cluster(b));
}

bool host_covered(struct slice pattern, struct slice host)
{
	struct slice suffix = slice_sub(pattern, 1, pattern.len);

	if (!slice_starts(pattern, SLICE("*")))
		return false;
	return host.len > suffix.len &&
	       slice_eq_case(slice_sub(host, host.len - suffix.len, suffix.len), suffix);
}

/* One label: letters, digits, dashes inside, at most 63. */
static bool label_ok(struct slice label)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (!ascii_is_alnum(c) && !(c == '-' && i && i + 1 < label.len))
			return false;
	}
	return label.len && label.len <= 63;
}

int host_check(struct slice host, const char *what, struct err *err)
{
	struct slice rest = slice_ends(host, SLICE(".")) ? slice_sub(host, 0, host.len - 1) : host,
		     label;

	if (!host.len)
		return err_set(err, &CODE_host_bad, NOWHERE, "%s is empty", what);
	if (host.len > 255)
		return err_set(err, &CODE_host_bad, NOWHERE, "%s is longer than 255 characters",
			       what);
	if (slice_starts(host, SLICE("*")))
		return err_set(err, &CODE_host_bad, NOWHERE,
			       "%s '%" SLICE_FMT "' is a wildcard; a migration moves one host",
			       what, SLICE_ARG(host));
	while (slice_next(&rest, '.', &label))
		if (!label_ok(label))
			return err_set(err, &CODE_host_bad, NOWHERE,
				       "%s '%" SLICE_FMT
				       "' is not a host name: the label '%" SLICE_FMT
				       "' is invalid",
				       what, SLICE_ARG(host), SLICE_ARG(label));
	if (label.len && strspn(label.ptr, "0123456789") >= label.len &&
	    slice_find_byte(host, '.') != SIZE_MAX)
		return err_set(err, &CODE_host_bad, NOWHERE,
			       "%s '%" SLICE_FMT "' is not a host name: its last label is a number",
			       what, SLICE_ARG(host));
	return 0;
}

struct slice host_first_label(struct slice host)
{
	size_t dot = slice_find_byte(host, '.');

	return dot == SIZE_MAX ? host : slice_sub(host, 0, dot);
}
