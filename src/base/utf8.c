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
