"""Sends requests and connections in numbers, over a few connections at once, without threads."""
import collections
import socket
import ssl

WIDTH = 8
TIMEOUT = 20


class Http:
    """One connection that stays open."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.method, self.data = None, b""

    def ask(self, method, host, path):
        body = b"body" if method == "POST" else b""
        length = f"content-length: {len(body)}\r\n" if body else ""
        self.method = method
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n{length}\r\n".encode() + body)

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise OSError("the connection was closed")
        self.data += got

    def answer(self):
        """(status, who served, body)."""
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {key.lower(): value.strip() for key, value in (line.split(":", 1) for line in lines)}
        length = 0 if self.method == "HEAD" else int(fields.get("content-length", 0))
        while len(self.data) < length:
            self.more()
        body, self.data = self.data[:length], self.data[length:]
        return int(first.split(" ")[1]), fields.get("x-served-by"), body.decode("latin-1")

    def close(self):
        self.socket.close()


def once(port, host, path="/"):
    """The answer to one GET, or None when there is none."""
    try:
        connection = Http(port)
    except OSError:
        return None
    try:
        connection.ask("GET", host, path)
        return connection.answer()
    except OSError:
        return None
    finally:
        connection.close()


def requests(n, port, host, path, methods=("GET",)):
    """Sends n requests, the methods in turn: a Counter of (status, who served)."""
    results = collections.Counter()
    pool = [Http(port) for _ in range(WIDTH)]
    try:
        for begin in range(0, n, WIDTH):
            used = pool[:n - begin]
            for i, connection in enumerate(used):
                connection.ask(methods[(begin + i) % len(methods)], host, path)
            for connection in used:
                status, server, _ = connection.answer()
                results[status, server] += 1
    finally:
        for connection in pool:
            connection.close()
    return results


def hello(name):
    """The first bytes of a TLS client that asks for the name."""
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(received, sent, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise AssertionError("a handshake with nobody")


def connections(n, port, first):
    """Makes n connections that begin with these bytes: a Counter of who answered (None: nobody)."""
    results = collections.Counter()
    for begin in range(0, n, WIDTH):
        pool = [socket.create_connection(("127.0.0.1", port), TIMEOUT) for _ in range(min(WIDTH, n - begin))]
        for one in pool:
            one.sendall(first)
        for one in pool:
            with one:
                try:
                    results[one.recv(200).decode("latin-1") or None] += 1
                except OSError:
                    results[None] += 1
    return results
