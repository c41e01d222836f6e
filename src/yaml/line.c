#include "yaml/line_internal.h"

#include "base/ascii.h"

uint32_t yaml_line_start(const struct yaml_file *file, uint32_t at)
{
	const char *p = file->bytes.ptr;

	while (at > file->body && p[at - 1] != '\n')
		at--;
	return at;
}

uint32_t yaml_line_end(const struct yaml_file *file, uint32_t at)
{
	size_t eol = slice_find_byte(slice_sub(file->bytes, at, file->bytes.len), '\n');

	return eol == SIZE_MAX ? (uint32_t)file->bytes.len : at + (uint32_t)eol;
}

uint32_t yaml_next_line(const struct yaml_file *file, uint32_t at)
{
	uint32_t end = yaml_line_end(file, at);

	return end < file->bytes.len ? end + 1 : end;
}

uint32_t yaml_column(const struct yaml_file *file, uint32_t at)
{
	return at - yaml_line_start(file, at);
}

struct slice yaml_eol(const struct yaml_file *file, uint32_t at)
{
	const char *p = file->bytes.ptr;
	uint32_t end = yaml_line_end(file, at);

	if (end == file->bytes.len) /* the last line: as the one before */
		end = yaml_line_start(file, at) > file->body ? yaml_line_start(file, at) - 1 : end;
	return end < file->bytes.len && end > 0 && p[end - 1] == '\r' ? SLICE("\r\n") : SLICE("\n");
}

bool yaml_at_bare_end(const struct yaml_file *file, uint32_t at)
{
	return at == file->bytes.len && at > file->body && file->bytes.ptr[at - 1] != '\n';
}

uint32_t yaml_before_break(const struct yaml_file *file, uint32_t line)
{
	const char *p = file->bytes.ptr;

	if (yaml_at_bare_end(file, line))
		return line;
	if (line > file->body && p[line - 1] == '\n')
		line--;
	if (line > file->body && p[line - 1] == '\r')
		line--;
	return line;
}

uint32_t yaml_blanks_before(const struct yaml_file *file, uint32_t at)
{
	while (at > file->body && ascii_is_blank(file->bytes.ptr[at - 1]))
		at--;
	return at;
}

bool yaml_on_own_line(const struct yaml_file *file, uint32_t at)
{
	at = yaml_blanks_before(file, at);
	return at == file->body || file->bytes.ptr[at - 1] == '\n';
}

uint32_t yaml_skip_blanks(const struct yaml_file *file, uint32_t at)
{
	while (at < file->bytes.len && ascii_is_blank(file->bytes.ptr[at]))
		at++;
	return at;
}

bool yaml_line_rest_blank(const struct yaml_file *file, uint32_t at)
{
	at = yaml_skip_blanks(file, at);
	return at >= file->bytes.len || file->bytes.ptr[at] == '\n' || file->bytes.ptr[at] == '\r';
}

uint32_t yaml_skip_trivia(const struct yaml_file *file, uint32_t at, uint32_t limit)
{
	const char *p = file->bytes.ptr;

	while (at < limit) {
		if (p[at] == '#')
			at = yaml_line_end(file, at);
		else if (ascii_is_space(p[at]))
			at++;
		else
			break;
	}
	return at < limit ? at : limit;
}
