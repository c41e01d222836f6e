"""Servers and addresses that are hostile, broken or slow."""
import http.server
import os
import pathlib
import signal
import socket
import sys
import threading
import time

from scene import PROMOTE, SECRET, attack

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e/gitops"))
import githttp  # noqa: E402


def serve(answer):
    """A server in threads of this process; `answer` gets each request's handler. Returns its port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            try:
                answer(self)
            except OSError:
                pass
            self.close_connection = True
        do_POST = do_GET

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def at(s, port, path="shop.git"):
    """The scene with a remote at this port whose address has a secret."""
    s.ready().remote(f"http://robot:{SECRET}@127.0.0.1:{port}/{path}")
    s.armed()
    return s


def send(handler, status, body=b"", **headers):
    handler.send_response(status)
    for key, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(key.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def answers(name, doc, wants, answer):
    @attack(wants)
    def inner(s):
        return at(s, serve(answer)).run()
    inner.__name__, inner.__doc__ = name, doc


ADVERTISED = "application/x-git-upload-pack-advertisement"


def lines(*texts):
    return b"".join(b"%04x%s" % (len(t) + 4, t) if t else b"0000" for t in texts)


HEAD = b"001e# service=git-upload-pack\n0000"
answers("garbage", "The server answers with a page.", (1, "GCB3004"), lambda h: send(h, 200, b"<html>hello</html>" * 100, Content_Type="text/html"))
answers("garbage_binary", "The server answers with random bytes under Git's media type.", (1, "GCB3024"),
        lambda h: send(h, 200, os.urandom(100000), Content_Type=ADVERTISED))
answers("empty", "The server answers with nothing.", (1, "GCB3022"), lambda h: send(h, 200, Content_Type=ADVERTISED))
answers("hangs_up", "The server closes the connection at once.", (1, "GCB3022"), lambda h: h.connection.shutdown(socket.SHUT_RDWR))
answers("cut_off", "The answer ends in the middle of a line.", (1, "GCB3022"),
        lambda h: send(h, 200, HEAD + b"00ff1234", Content_Type=ADVERTISED))
answers("many_refs", "The server tells of a hundred thousand refs, none of them ours.", (1, "GCB3004"),
        lambda h: send(h, 200, HEAD + lines(b"1" * 40 + b" refs/heads/x0\0 agent=git/9\n",
                                            *[b"1" * 40 + b" refs/heads/x%d\n" % i for i in range(1, 100000)], b""), Content_Type=ADVERTISED))
answers("hostile_refs", "The refs that the server tells of are options, climb, and steer the terminal.", (1, "GCB3022"),
        lambda h: send(h, 200, HEAD + lines(b"1" * 40 + b" refs/heads/--upload-pack=touch pwned\0 agent=x\n", b"1" * 40 + b" refs/heads/../../hooks/x\n",
                                            b"1" * 40 + b" refs/heads/\x1b[2J\n", b"1" * 40 + b" refs/heads/main\n", b""), Content_Type=ADVERTISED))
answers("not_allowed", "The server wants somebody else (401).", (1, "GCB3023"), lambda h: send(h, 401, WWW_Authenticate='Basic realm="\x1b[2J"'))
answers("forbidden", "The server does not want us (403).", (1, "GCB3023"), lambda h: send(h, 403))
answers("not_found", "The server knows no such repository (404).", (1, "GCB3024"), lambda h: send(h, 404))
answers("broken", "The server is broken (500).", (1, "GCB3022"), lambda h: send(h, 500, b"\x1b[2J" * 10))
answers("round", "The server leads in a circle.", (1, "GCB3022"), lambda h: send(h, 302, Location=h.path))
answers("to_a_file", "The server leads to a file of this machine.", (1, "GCB3022"), lambda h: send(h, 302, Location="file:///etc/passwd"))


@attack((1, "GCB3024"))
def to_another(s):
    """The server leads to another one, which must not get the password of the first."""
    got = []

    def other(handler):
        got.append(str(handler.headers))
        send(handler, 404)
    port = serve(other)
    run = at(s, serve(lambda h: send(h, 302, Location=f"http://localhost:{port}{h.path}"))).run()
    import base64
    return run.must(got, "nobody was led there").must(not any(base64.b64encode(f"robot:{SECRET}".encode()).decode() in g for g in got),
                                                     "the password was sent to the other server")


@attack((1, "GCB3022"))
def nobody(s):
    """Nobody listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return at(s, port).run()


@attack((1, "GCB3022"))
def no_such_host(s):
    """The name of the server is none."""
    s.ready().remote(f"http://robot:{SECRET}@gcpbackend.invalid/shop.git")
    s.armed()
    return s.run()


def silent():
    """A server that takes connections and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    return listener, listener.getsockname()[1]


def drip(handler):
    """A byte every tenth of a second."""
    handler.send_response(200)
    handler.send_header("Content-Type", ADVERTISED)
    handler.end_headers()
    for byte in HEAD * 1000:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def interrupted(name, doc, signo, wants, port_of, more=None):
    @attack(wants)
    def inner(s):
        kept, port = port_of()
        process = at(s, port).start(*PROMOTE, more=more)
        time.sleep(1.0)
        asked = time.monotonic()
        process.send_signal(signo)
        run = s.end(process, 20)
        del kept
        return run.must(time.monotonic() - asked < 6, "it took more than six seconds to end")
    inner.__name__, inner.__doc__ = name, doc


interrupted("silent_interrupt", "The server never answers; Ctrl-C.", signal.SIGINT, (130, ""), silent)
interrupted("silent_terminate", "The server never answers; the job is cancelled (SIGTERM).", signal.SIGTERM, (143, ""), silent)
interrupted("slow_interrupt", "The server answers a byte at a time; Ctrl-C.", signal.SIGINT, (130, ""), lambda: (None, serve(drip)))


@attack((130, ""))
def deaf_child(s):
    """ssh does not end when it is asked to; Ctrl-C, and again."""
    program = s.tmp / "bin/deaf"
    program.write_text("#!/bin/sh\ntrap '' INT TERM HUP\nsleep 30 &\nwait\nsleep 30\n")
    program.chmod(0o755)
    s.ready().remote("ssh://git@127.0.0.1/shop.git")
    s.armed()
    process = s.start(*PROMOTE, more={"GIT_SSH_COMMAND": str(program)})
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    return s.end(process, 20)


def with_hook(s, text):
    s.ready().remote()
    hook = s.tmp / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n" + text)
    hook.chmod(0o755)
    s.armed()
    return s


@attack((6, "GCB3031"))
def hook_with_escapes(s):
    """The server's hook refuses, and would steer the terminal."""
    return with_hook(s, "printf '\\033[2J\\033]0;mine\\007no\\n' >&2\nexit 1\n").run()


@attack((6, "GCB3031"))
def hook_with_a_flood(s):
    """The server's hook refuses with fifty megabytes of words."""
    run = with_hook(s, "head -c 50000000 /dev/zero | tr '\\0' x >&2\nexit 1\n").run()
    return run.must(len(run.err) < 100000, f"{len(run.err)} bytes of it are shown")


@attack((0, "promoted"))
def hook_that_talks(s):
    """The server's hook says what looks like git's own answer: an ok for another branch, an error for ours. What counts is what git says."""
    return with_hook(s, "printf '!\\trefs/heads/main:refs/heads/main\\t[rejected] (stale info)\\n' >&2\nexit 0\n").run()


@attack((1, "GCB3024"))
def upload_pack_option(s):
    """The address of the remote is an option."""
    s.ready().remote()
    s.git("config", "remote.origin.url", "--upload-pack=touch pwned")
    s.armed()
    return s.run()


@attack((1, "GCB3024"))
def ssh_option(s):
    """The host in the address of the remote is an option of ssh."""
    s.ready().remote("ssh://-oProxyCommand=touch%20pwned/shop.git")
    s.armed()
    return s.run()


@attack((1, "GCB3024"))
def ext_address(s):
    """The address of the remote runs a program: git's own rules (protocol.ext.allow) hold."""
    s.env.pop("GIT_ALLOW_PROTOCOL")
    s.ready().remote("ext::sh -c touch% pwned")
    s.armed()
    return s.run()


@attack((1, "GCB3022"))
def secrets_everywhere(s):
    """A secret in the address, its query, a header of the configuration, and -v 9."""
    port = serve(lambda h: send(h, 500, b"no " + SECRET.encode()))
    s.ready().remote(f"http://robot:{SECRET}@127.0.0.1:{port}/shop.git?private_token={SECRET}#{SECRET}")
    s.git("config", "http.extraHeader", f"Authorization: Basic {SECRET}")
    s.armed()
    return s.run(*PROMOTE, "-v", "9")


@attack((130, ""))
def process_list(s):
    """While git waits for a server, neither our argument vector nor that of git holds the secret of the address."""
    listener, port = silent()
    process = at(s, port).start(*PROMOTE, "-v", "9")
    seen, end = "", time.monotonic() + 1.5
    while time.monotonic() < end:
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                if folder.name == str(process.pid) or parent == str(process.pid):
                    seen += (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") + "\n"
            except OSError:
                continue
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    run = s.end(process, 20)
    listener.close()
    return run.must("ls-remote" in seen, "git was not seen").must(SECRET not in seen, "the secret is in the process list")


@attack((0, "promoted"))
def good_server(s):
    """A server that is as it should be, with a password: that the others fail is not this suite's doing."""
    s.ready()
    s.git("clone", "-q", "--bare", ".", "../origin.git")
    s.git("config", "http.receivepack", "true", where=s.tmp / "origin.git")
    port = githttp.serve(s.tmp).server_port
    s.git("remote", "add", "origin", f"http://robot:{SECRET}@127.0.0.1:{port}/origin.git")
    s.git("fetch", "-q", "origin")
    s.git("branch", "-q", "-u", "origin/main")
    s.armed()
    run = s.run(*PROMOTE, "-v", "9")
    return run.must(s.git("rev-parse", "main", where=s.tmp / "origin.git") == s.git("rev-parse", "HEAD"), "the remote has something else")
