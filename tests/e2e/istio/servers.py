"""Servers that count what reaches them, in one process: servers.py NAME=http|tcp ...

The first line on stdout is {"NAME": port}. Then each line on stdin is answered by one on stdout: "counts" by
{"NAME": {"METHOD HOST": n}} (of a tcp server: {"connection": n}), "reset" by {} with all counts at zero. It ends with its stdin. Requests
and answers are small and written in one piece: a body behind its header would wait for a delayed acknowledgement.
"""
import collections
import json
import socket
import sys
import threading

LOCK = threading.Lock()
COUNTS = {}
LIMIT = 1 << 20


def count(name, what):
    with LOCK:
        COUNTS[name][what] += 1


def http(name, connection):
    """Answers requests until the other side closes."""
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more or len(data) > LIMIT:
                return
            data += more
        head, data = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {key.lower(): value.strip() for key, value in (line.split(":", 1) for line in lines)}
        length = int(fields.get("content-length", 0))
        while len(data) < length:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        data = data[length:]
        method = first.split(" ")[0]
        count(name, f"{method} {fields.get('host', '')}")
        body = b"" if method == "HEAD" else name.encode()
        connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {len(name)}\r\nx-served-by: {name}\r\n\r\n".encode() + body)


def tcp(name, connection):
    """Reads what comes first, answers with the name, and closes."""
    if connection.recv(65536):
        count(name, "connection")
        connection.sendall(name.encode())


def serve(talk, name, listener):
    def one(connection):
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                talk(name, connection)
            except OSError:
                pass

    while True:
        threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()


def main(arguments):
    ports = {}
    for name, kind in (a.split("=") for a in arguments):
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        ports[name], COUNTS[name] = listener.getsockname()[1], collections.Counter()
        threading.Thread(target=serve, args=({"http": http, "tcp": tcp}[kind], name, listener), daemon=True).start()
    print(json.dumps(ports), flush=True)
    for line in sys.stdin:
        with LOCK:
            if line == "reset\n":
                for counter in COUNTS.values():
                    counter.clear()
            print(json.dumps(COUNTS if line == "counts\n" else {}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
