"""What strace tells: the system calls that can change something, one by one, and what is durable when."""
import collections
import os
import re

# All that can change a file or a folder. `open` and its kin count when they make or write; mmap when it is shared and written.
CHANGING = ("open openat openat2 creat write writev pwrite64 pwritev copy_file_range sendfile mmap msync ftruncate truncate fallocate "
            "fsync fdatasync syncfs sync sync_file_range close rename renameat renameat2 link linkat unlink unlinkat rmdir mkdir mkdirat "
            "symlink symlinkat chmod fchmod fchmodat chown fchown fchownat utimensat utime utimes futimesat").split()
# Those that want space on the disk.
SPACE = {"write", "writev", "pwrite64", "pwritev", "copy_file_range", "sendfile", "ftruncate", "fallocate", "mkdir", "mkdirat", "link",
         "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2"}
SYNC = {"fsync", "fdatasync"}
# A question mark: not every machine has each call.
WATCHED = ",".join("?" + name for name in CHANGING)

LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (.*)$")
# A call during which strace saw one of another process is written in two parts.
BEGUN = re.compile(r"^(\d+) +(\w+\(.*?),? *<unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
PATH = re.compile(r'"((?:[^"\\]|\\.)*)"(?!\.\.\.)|(?<!<)<(/[^>]*)>')
BELOW = re.compile(r'\d+<(/[^>]*)>, "((?!/)(?:[^"\\]|\\.)*)"')  # a directory's descriptor, and a path from there
RANDOM = [(re.compile(r"tmp_object_git2_\w+"), "tmp_object"), (re.compile(r"tmp_(pack|idx)_\w{6}"), r"tmp_\1"), (re.compile(r"\.gcb\w{6}"), ".gcb"),
          (re.compile(r"_git2_\w{6,}"), "_git2"), (re.compile(r"\[\{tv_sec.*?\}.*?\]"), "[]"), (re.compile(r" \(deleted\)"), ""),
          (re.compile(r"pipe:\[\d+\]"), "pipe")]

# One call: its name, the how manyeth of that name it is, its arguments, its result, the paths in it, what of it stays the same in every run.
Call = collections.namedtuple("Call", "name nth args result paths text")


def joined(lines):
    """The lines, with both parts of a call in one, where it ended."""
    begun = {}
    for line in lines:
        if match := BEGUN.match(line):
            begun[match[1]] = match[0].removesuffix(" <unfinished ...>")
        elif (match := RESUMED.match(line)) and match[1] in begun:
            yield begun.pop(match[1]) + match[2]
        else:
            yield line


def calls(lines, root):
    """
    The calls of a trace in their order; paths below `root` only, relative to it. Only those of the first process, which is the program: strace
    counts for each process anew, so that a program that it starts is disturbed at its own call of the same number.
    """
    seen, result, program = collections.Counter(), [], None
    for line in joined(lines):
        match = LINE.match(line)
        if not match:
            continue
        process, name, args, outcome = match.groups()
        program = program or process
        if process != program:
            continue
        seen[name] += 1
        if name.endswith(("at", "at2")):
            args = BELOW.sub(r'"\1/\2"', args)
        paths = []
        for quoted, plain in PATH.findall(args.replace("AT_FDCWD<", "<<") + (" " + outcome if name in ("openat", "open", "creat") else "")):
            path = re.sub(r" \(deleted\)$", "", os.path.normpath(quoted or plain)) if quoted or plain else ""
            if path.startswith(root + "/"):
                paths.append(path[len(root) + 1:])
        text = f"{name}({args})".replace(root, "")
        for pattern, instead in RANDOM:
            text = pattern.sub(instead, text)
        result.append(Call(name, seen[name], args, outcome, paths, re.sub(r"0x[0-9a-f]+", "P", text)))
    return result


def opens(call):
    return call.name in ("open", "openat", "openat2", "creat")


def writes(call):
    """Is it an open for writing?"""
    return call.name == "creat" or bool(re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", call.args))


def changing(all_calls):
    """The calls that can change something below the root, and those that announce it (writes to stdout)."""
    written, chosen = set(), []
    for call in all_calls:
        number = re.match(r"\d+", call.args)
        fd = number.group() if number else None
        if call.name == "close":
            if fd in written:
                written.discard(fd)
                chosen.append(call)
            continue
        if opens(call):
            fd = re.match(r"\d+", call.result)
            if fd and call.paths:
                (written.add if writes(call) else written.discard)(fd.group())
            if not call.paths or not writes(call):
                continue
        if call.name == "mmap" and not ("MAP_SHARED" in call.args and "PROT_WRITE" in call.args):
            continue
        if call.paths or announces(call):
            chosen.append(call)
    return chosen


def announces(call):
    return call.name == "write" and re.match(r"1[<,]", call.args) is not None


class Durable:
    """Follows which files and folders have changes that the disk may not have yet."""

    def __init__(self):
        self.files, self.folders, self.mapped = {}, {}, set()

    def follow(self, call):
        ok = not call.result.startswith("-1") and not call.result.startswith("?")
        if not ok or not call.paths:
            return
        first, last = call.paths[0], call.paths[-1]
        if call.name == "syncfs":
            self.files.clear()
            self.folders.clear()
        elif call.name in SYNC:
            self.files.pop(first, None)
            self.folders.pop(first, None)
        elif opens(call):
            if "O_CREAT" in call.args and writes(call):
                self.files.setdefault(first, call.text)
        elif call.name in ("write", "writev", "pwrite64", "pwritev", "ftruncate", "mmap"):
            if call.name != "mmap" or ("MAP_SHARED" in call.args and "PROT_WRITE" in call.args):
                self.files[first] = call.text
        elif call.name.startswith(("rename", "link")):
            if first in self.files:
                self.files[last] = self.files[first]
            else:
                self.files.pop(last, None)
            if call.name.startswith("rename"):
                self.files.pop(first, None)
            self.folders[os.path.dirname(last)] = call.text
        elif call.name.startswith("mkdir"):
            self.folders[os.path.dirname(last)] = call.text
        elif call.name.startswith(("unlink", "rmdir")):
            self.files.pop(last, None)
            self.folders.pop(last, None)

    def missing(self, wanted):
        """What of the wanted paths is not durable: files, and folders that got a new name."""
        return sorted({f"file {p}" for p in self.files if wanted(p)} | {f"folder {p or '.'}" for p in self.folders if wanted(p + "/")})
