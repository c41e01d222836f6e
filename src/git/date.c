#include "git/internal.h"

#include <time.h>

/* Reads "+0130", "+01:30", "+01", "Z", "UTC" or "GMT" as minutes. */
static bool parse_zone(struct slice s, int *minutes)
{
	long value[4] = { 0 };
	size_t n = 0;

	*minutes = 0;
	if (slice_is(s, "Z") || slice_is(s, "UTC") || slice_is(s, "GMT"))
		return true;
	if (s.len < 3 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == ':' && i == 3)
			continue;
		if (n == 4 || !parse_int(slice_sub(s, i, 1), 0, 9, &value[n++]))
			return false;
	}
	*minutes = (int)((value[0] * 10 + value[1]) * 60 + value[2] * 10 + value[3]) *
		   (s.ptr[0] == '-' ? -1 : 1);
	return (n == 2 || n == 4) && value[0] * 10 + value[1] < 24 && value[2] < 6;
}

/* The offset that this computer's time zone has at an instant. */
static int local_zone(time_t when)
{
	struct tm tm;

	return localtime_r(&when, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

/* Git's own form: "@SECONDS ZONE" or "SECONDS ZONE". */
static bool parse_raw(struct slice s, git_time_t *when, int *zone)
{
	bool marked = slice_starts(s, SLICE("@"));
	struct slice seconds;
	long value;

	s = slice_sub(s, marked, s.len);
	if (!slice_next(&s, ' ', &seconds) || !parse_int(seconds, 0, 99999999999999, &value) ||
	    (!marked && value < 100000000))
		return false;
	*when = value;
	*zone = local_zone((time_t)value);
	return !s.ptr || parse_zone(slice_trim(s), zone);
}

/*
 * What stands behind the time: a fraction of a second, which git ignores, and the zone; without one
 * the time is local.
 */
static bool finish(struct tm *tm, const char *rest, git_time_t *when, int *zone)
{
	struct slice zone_text;

	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++)
			continue;
	zone_text = slice_trim(slice_of(rest));
	if (!zone_text.len) {
		tm->tm_isdst = -1;
		*when = mktime(tm);
		*zone = local_zone((time_t)*when);
		return *when >= 0;
	}
	if (!parse_zone(zone_text, zone))
		return false;
	*when = timegm(tm) - *zone * 60;
	return *when >= 0;
}

bool date_parse(const char *text, git_time_t *when, int *zone)
{
	/*
	 * RFC 2822 and ISO 8601, what git log prints, and the other ones that git-commit(1) names.
	 */
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S",
					     "%a %b %d %H:%M:%S %Y",  "%Y-%m-%dT%H:%M:%S",
					     "%Y-%m-%d %H:%M:%S",     "%Y-%m-%dT%H:%M",
					     "%Y-%m-%d %H:%M",        "%Y.%m.%d %H:%M:%S",
					     "%Y.%m.%dT%H:%M:%S",     "%m/%d/%Y %H:%M:%S",
					     "%d.%m.%Y %H:%M:%S" };

	if (parse_raw(slice_trim(slice_of(text)), when, zone))
		return true;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { 0 };
		const char *rest = strptime(text, forms[i], &tm);

		if (rest && finish(&tm, rest, when, zone))
			return true;
	}
	return false;
}
