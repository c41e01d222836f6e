#include "base/utf8.h"

size_t utf8_decode(struct slice s, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = s.len ? (unsigned char)s.ptr[0] : 0;
	size_t n = first < 0x80                  ? 1 :
		   first >= 0xc2 && first < 0xe0 ? 2 :
		   (first & 0xf0) == 0xe0        ? 3 :
		   (first & 0xf8) == 0xf0        ? 4 :
						   0;
	uint32_t c;

	if (!s.len || !n || s.len < n)
		return 0;
	c = n == 1 ? first : first & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s.ptr[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

size_t utf8_count(struct slice s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; count++) {
		uint32_t c;
		size_t n = utf8_decode(slice_sub(s, i, 4), &c);

		i += n ? n : 1;
	}
	return count;
}

bool utf8_is_visible(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },
		{ 0x0600, 0x0605 },   { 0x061c, 0x061c },   { 0x06dd, 0x06dd },
		{ 0x070f, 0x070f },   { 0x0890, 0x0891 },   { 0x08e2, 0x08e2 },
		{ 0x180e, 0x180e },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
		{ 0x2060, 0x2064 },   { 0x2066, 0x206f },   { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },   { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
		{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]) && c >= hidden[i].first; i++)
		if (c <= hidden[i].last)
			return false;
	return true;
}
