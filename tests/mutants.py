"""Puts faults into the YAML editor, one at a time, and sees that some test finds each: tests/mutants.py [NAME...]

The tree is copied to a temporary folder; there the unit tests of base and yaml are built anew for each fault, and run. A fault that no
test finds, or whose place in the source is gone, is a failure. The last line is "N passed, N failed, N skipped".
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ["Makefile", "scripts", "src", "templates", "tests", "tools", "plugin"]

# name, file of src/yaml, what stands there, the fault
FAULTS = [
    ("the last line is cut at the end of the file", "line.c", "return end < file->bytes.len ? end + 1 : end;", "return end < file->bytes.len ? end + 1 : end - 1;"),
    ("characters are taken for bytes", "scan.c", "if (!s->file->wide)\n\t\treturn;", "if (s)\n\t\treturn;"),
    ("a byte order mark is not counted", "scan.c", "return s->file->body + (uint32_t)mark->index;", "return (uint32_t)mark->index;"),
    ("a comma is left behind", "splice_flow.c", "splice_add(out, prev->end, last->end,", "splice_add(out, prev->end + 1, last->end,"),
    ("no comma comes with a new entry", "splice_flow.c", "\t\tstr_add(&all, yaml_flow_separator(near));\n\t}\n\tstr_add(&all, text);", "\t\tstr_addc(&all, ' ');\n\t}\n\tstr_add(&all, text);"),
    ("CRLF is lost", "line.c", "p[end - 1] == '\\r' ? SLICE(\"\\r\\n\") : SLICE(\"\\n\");", "p[end - 1] == '\\r' ? SLICE(\"\\n\") : SLICE(\"\\n\");"),
    ("a deeper comment below does not belong to the entry", "region.c", "if (file->bytes.ptr[first] != '#' || first - at <= column)\n\t\t\tbreak;", "break;"),
    ("a comment of the next entry belongs to this one", "region.c", "first - at <= column)", "first - at < column)"),
    ("head comments in another column are taken", "region.c", "!line_is_comment(file, above, &col) || col != column)", "!line_is_comment(file, above, &col))"),
    ("a copy takes the comments along", "splice_copy.c", "\tdrop_comments(item, inner);\n", ""),
    ("the comment of a copy is not counted", "splice_copy.c", "all.items[all.n++] = arena_printf(arena, \"# %\" SLICE_FMT, SLICE_ARG(edit->text));", ";"),
    ("a string that looks like a number is written plain", "types.c", "plain_type(s) != YAML_STRING || is_like_number(s))", "false)"),
    ("quotes are dropped", "types.c", "if (scalar->style == YAML_SINGLE && !needs_escape(text))\n\t\twrite_single(out, text);", "if (scalar->style == YAML_SINGLE && !needs_escape(text))\n\t\tstr_add(out, text);"),
    ("a single quote is not doubled", "types.c", "if (s.ptr[i] == '\\'')\n\t\t\tstr_addc(out, '\\'');", ""),
    ("keys that are there twice pass", "duplicate_keys.c", "map->flags |= YAML_HAS_DUP;", ";"),
    ("merge keys pass", "duplicate_keys.c", "map->flags |= YAML_HAS_MERGE;", ";"),
    ("aliases pass", "node.c", "if (n->kind == YAML_ALIAS)\n\t\t\treturn err_set(err, &CODE_yaml_alias", "if (!n)\n\t\t\treturn err_set(err, &CODE_yaml_alias"),
    ("lone carriage returns pass", "guard.c", "if (p[i] == '\\r' && (i + 1 == len || p[i + 1] != '\\n'))", "if (p[i] == '\\r' && i + 1 == len)"),
    ("the check does not look at the tree", "check.c", "\tif (!same)\n\t\treturn err_set", "\tif (!same && !e)\n\t\treturn err_set"),
    ("the check does not look at comments", "check.c", "if (!same_comments(old, result))", "if (!old)"),
    ("the check does not look at the other bytes", "check.c", "if (!same_rest(old, result->splices, result->text))", "if (!old)"),
    ("two changes of one place pass", "splice.c", "if (last && (now->start < last->end ||", "if (last && !now && (now->start < last->end ||"),
    ("the items of a list stand in the column of their key", "literal.c", "l.list = nearest_indent(near, YAML_SEQ, 2);", "l.list = 0;"),
    ("the gap behind the dash is always one", "literal.c", "return gap.ptr ? gap : SLICE(\" \");", "return SLICE(\" \");"),
    ("the value that goes leaves its lines", "splice_value.c", "yaml_before_break(f, n->stop);", "yaml_before_break(f, n->first ? yaml_next_line(f, n->first->end) : n->stop);"),
    ("only the first changed document is read again", "document_range.c", "uint32_t last = s->n ? s->items[s->n - 1].end : 0;", "uint32_t last = s->n ? s->items[0].end : 0;"),
]


def build_and_test(work):
    """Does a test fail? A fault that does not even compile is none."""
    build = subprocess.run(["make", "-j2", "ROWS=base yaml", "unit-tests"], cwd=work, capture_output=True, text=True)
    if build.returncode:
        return "does not build: " + build.stderr.strip()[-300:]
    try:
        done = subprocess.run([str(work / "build/base-yaml/unit-tests"), "--quiet", "--filter", "yaml*/*"], cwd=work, capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        return "found"
    return "found" if done.returncode else "not found"


def main():
    wanted = sys.argv[1:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "tree"
        work.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, work / part)
        if (outcome := build_and_test(work)) != "not found":
            sys.exit(f"mutants: without a fault the tests fail, or {outcome}")
        for name, file, old, new in FAULTS:
            if wanted and not any(w in name for w in wanted):
                continue
            path = work / "src/yaml" / file
            text = path.read_text()
            outcome = "is not in the source any more"
            if text.count(old) == 1:
                path.write_text(text.replace(old, new))
                outcome = build_and_test(work)
                path.write_text(text)
                os.utime(path)
            passed += outcome == "found"
            failed += outcome != "found"
            print(f"{file:10} {name}: {outcome}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
