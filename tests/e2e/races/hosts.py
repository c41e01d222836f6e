"""Remotes on loopback: git-http-backend in threads of this process, and a real sshd as a plain process with keys of its own."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gitops"))
import githttp  # noqa: E402


class Missing(Exception):
    """Something that is not to be had here, and why."""


class Http:
    name = "http"

    def __init__(self, root):
        self.server = githttp.serve(root)
        self.environment = {}

    def url(self, repository):
        return f"http://127.0.0.1:{self.server.server_port}/{repository}"

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def sshd():
    """The path of sshd, which is installed where that is possible."""
    found = shutil.which("sshd") or (os.access("/usr/sbin/sshd", os.X_OK) and "/usr/sbin/sshd")
    if found:
        return found
    if os.geteuid() or not shutil.which("apt-get"):
        raise Missing("sshd is not installed")
    print("installing openssh-server", flush=True)
    # A policy that says no keeps the package from starting the system's own sshd.
    policy = pathlib.Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        done = subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "openssh-server"], capture_output=True, text=True,
                              env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    finally:
        if ours:
            policy.unlink()
    if done.returncode or not os.access("/usr/sbin/sshd", os.X_OK):
        raise Missing("openssh-server cannot be installed")
    return "/usr/sbin/sshd"


class Ssh:
    name = "ssh"

    def __init__(self, root):
        program, self.folder, self.root = sshd(), root.parent / "ssh", root
        self.folder.mkdir(mode=0o700)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / key)], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        (self.folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/authorized\n"
            f"PidFile {self.folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nMaxStartups 200\nPermitRootLogin yes\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where it looks for its empty folder
        self.log = open(self.folder / "log", "w")
        self.child = subprocess.Popen([program, "-D", "-e", "-f", str(self.folder / "config")], stderr=self.log)
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            time.sleep(0.05)
        else:
            self.end()
            raise Missing("sshd does not listen")
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {(self.folder / 'host.pub').read_text()}")
        self.environment = {"GIT_SSH_COMMAND": f"ssh -F /dev/null -i {self.folder}/user -o IdentitiesOnly=yes -o UserKnownHostsFile="
                                               f"{self.folder}/known -o BatchMode=yes"}

    def url(self, repository):
        return f"ssh://127.0.0.1:{self.port}{self.root}/{repository}"

    def end(self):
        self.child.terminate()
        self.child.wait()
        self.log.close()
