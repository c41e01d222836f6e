#include "yaml/document_range_internal.h"

/*
 * A document that begins with "---" or a directive at the begin of a line is parsed the same
 * whatever precedes it, and it ends the preceding document in any state except inside quotes, a
 * flow collection or a line. Parsing the range alone shows that none of these is open at its end:
 * it is then a whole stream, which ends with a line end. Nothing carries over from one document to
 * the next: directives and anchors apply to one (YAML 1.1, 4.3.1 and 7.1), and this parser does not
 * resolve anchors. So the documents without a splice need not be parsed again.
 */
struct document_range document_range_of(const struct yaml_file *file, const struct splices *s)
{
	struct document_range p = { 0, 0, 0, (uint32_t)file->bytes.len };
	uint32_t last = s->n ? s->items[s->n - 1].end : 0;
	size_t behind = 0;

	for (size_t i = 1; i < file->nroots && s->n; i++)
		if (file->begins[i] != NO_BEGIN && file->begins[i] <= s->items[0].start)
			p.first = i;
	if (p.first)
		p.start = file->begins[p.first];
	for (size_t i = file->nroots; i-- > p.first + 1;)
		if (file->begins[i] != NO_BEGIN && file->begins[i] > last)
			behind = i;
	if (behind)
		p.end = file->begins[behind];
	p.n = (behind ? behind : file->nroots) - p.first;
	return p;
}
