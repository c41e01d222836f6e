"""What kustomizations cost: the rows "builds" of tests/bench/run."""
import shutil
import statistics

PATCH = """\
- target: {{kind: VirtualService{name}}}
  patch: |-
    - op: add
      path: /spec/http/{index}/timeout
      value: {seconds}s
"""


def patches(entries):
    """The field of a kustomization: entries are (name or None, index of the route, seconds)."""
    return "patches:\n" + "".join(PATCH.format(name=f", name: {name}" if name else "", index=index, seconds=seconds) for name, index, seconds in entries)


def resources(names):
    return "resources:\n" + "".join(f"- {name}.yaml\n- {name}-backend.yaml\n" for name in names)


class Builds:
    """The repositories; `run` is the module of tests/bench/run."""

    def __init__(self, bench, run):
        self.bench, self.run = bench, run

    def name(self, number):
        return self.run.fields(number)["name"]

    def make(self, name, write):
        """A bare repository, packed as in a clone, with the files that `write` adds to a stream."""
        repo = self.bench.work / name
        self.bench.git(self.bench.work, "init", "-q", "-b", "main", "--bare", "--template=", str(repo))
        stream = self.run.Import(repo, self.bench.env)
        stream.commit("services")
        write(stream)
        stream.end()
        self.bench.git(repo, "repack", "-adfq")
        return repo

    def service(self, stream, number, folder, environments=(), migration=True):
        """The files of a service."""
        values = self.run.fields(number)
        manifests = f"path: {folder}" + (f", environments: [{', '.join(environments)}]" if environments else "")
        stream.file(f"{folder}/{values['name']}.yaml", self.run.VIRTUAL_SERVICE.format(timeout=10, **values))
        stream.file(f"{folder}/{values['name']}-backend.yaml", self.run.GCP_BACKEND.format(**values))
        if migration:
            stream.file(f".gcpbackend/{values['name']}.yaml",
                        self.run.MIGRATION.format(**values).replace(f"path: apps/{values['name']}", manifests))

    # --- repositories ---------------------------------------------------------------------------------------------------------------

    def groups(self, services, built):
        """Services in groups of ten, with or without kustomizations and overlays."""
        groups = max(services // 10, 1)

        def write(stream):
            for number in range(services):
                self.service(stream, number, f"apps/group-{number % groups:04}")
            for group in range(groups if built else 0):
                stream.file(f"apps/group-{group:04}/kustomization.yaml", resources(self.name(n) for n in range(group, services, groups)))
                stream.file(f"overlays/group-{group:04}/kustomization.yaml",
                            f"resources: [../../apps/group-{group:04}]\n" + (patches([(None, 0, 7)]) if group % 2 else ""))
        return write

    def others(self, kustomizations):
        """Ten services, and kustomizations with overlays that have nothing to do with them."""
        def write(stream):
            self.groups(10, True)(stream)
            for number in range(kustomizations // 2):
                stream.file(f"other/{number:05}/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n")
                stream.file(f"other/{number:05}/kustomization.yaml", "resources: [config.yaml]\n")
                stream.file(f"prod/{number:05}/kustomization.yaml", f"resources: [../../other/{number:05}]\nnamePrefix: prod-\n")
        return write

    def base(self, services, overlays, patched, migrations=None):
        """One base of all services, and overlays, with a patch for each service or none."""
        environments = [f"overlays/{number:04}" for number in range(overlays)]

        def write(stream):
            for number in range(services):
                self.service(stream, number, "base", environments, migrations is None or number < migrations)
            stream.file("base/kustomization.yaml", resources(self.name(n) for n in range(services)))
            for folder in environments:
                stream.file(f"{folder}/kustomization.yaml",
                            "resources: [../../base]\n" + (patches((self.name(n), 0, 7) for n in range(services)) if patched else ""))
        return write

    def patched(self, number):
        """One service with so many patches, each of the same route."""
        def write(stream):
            self.service(stream, 0, "base")
            stream.file("base/kustomization.yaml", resources([self.name(0)]))
            stream.file("overlays/prod/kustomization.yaml",
                        "resources: [../../base]\n" + patches((self.name(0), 0, i + 1) for i in range(number)))
        return write

    def one_host(self, number):
        """So many VirtualServices that route to one host, and an overlay that patches them."""
        values = self.run.fields(0)
        text = self.run.VIRTUAL_SERVICE.format(timeout=10, **values)

        def write(stream):
            self.service(stream, 0, "base")
            for i in range(1, number):
                other = text.replace("  name: svc-0000\n", f"  name: other-{i}\n").replace("- svc-0000-vm", f"- other-{i}", 1)
                stream.file(f"base/other-{i}.yaml", other)
            stream.file("base/kustomization.yaml", resources([self.name(0)]) + "".join(f"- other-{i}.yaml\n" for i in range(1, number)))
            stream.file("overlays/prod/kustomization.yaml", "resources: [../../base]\n" + patches([(None, 0, 7)]))
        return write

    # --- figures --------------------------------------------------------------------------------------------------------------------

    def seconds(self, repo, *what):
        """Seconds of the processors; a stage is made in a copy."""
        target = self.bench.copy(repo) if what[0] == "promote" else repo
        seconds = self.bench.processor(self.run.BINARY, "migrate", *what, cwd=target)
        if target is not repo:
            if not self.bench.git(target, "diff", "--name-only", "main~", "main"):
                raise self.run.Wrong("builds: the stage changes nothing")
            shutil.rmtree(target)
        return seconds

    def compare(self, services):
        """Kustomizations and overlays, against none."""
        repos = self.make("builds", self.groups(services, True)), self.make("no-builds", self.groups(services, False))
        names, row = [self.name(n) for n in range(min(10, services))], self.bench.row
        ten = {"status of ten services": ("status", *names),
               "a stage of ten services": ("promote", *names, "--to", "10", "--batch", "--yes")}
        for title, what in ten.items():
            times = [[], []]
            for _ in range(2 * self.bench.rounds + 1):
                for mine, repo in zip(times, repos):
                    mine.append(self.seconds(repo, *what))
            ours, theirs = (statistics.median(t) for t in times)
            row(f"{title}, {services // 5} kustomizations : none", f"{ours:.3f} s", f"{theirs:.3f} s", f"{ours / theirs:.2f}", "<= 1.4",
                ours / theirs <= 1.4)
            if what[0] == "status":
                row("    the graph of environments", f"{ours - theirs:.3f} s", "-", "-", "<= 0.3 s", ours - theirs <= 0.3)
        ours, theirs = (self.seconds(repo, "status", "--all") for repo in repos)
        row("status --all, half of the routes patched : no kustomizations", f"{ours:.3f} s", f"{theirs:.3f} s", f"{ours / theirs:.2f}",
            "<= 2", ours / theirs <= 2)

    def curve(self, title, sizes, make, *what):
        """Seconds of the processors at n, 2n and 4n; the last one against four times the first one."""
        repos = [self.make(f"curve-{title.replace(' ', '-')}-{n}", make(n)) for n in sizes]
        times = [[] for _ in sizes]
        for _ in range(self.bench.rounds):
            for mine, repo in zip(times, repos):
                mine.append(self.seconds(repo, *what))
        best = [min(t) for t in times]
        growth = best[-1] / best[0] / (sizes[-1] / sizes[0])
        self.bench.row(f"    {' '.join(what[:2])}, ms at {', '.join(map(str, sizes))} {title}",
                       " ".join(f"{x * 1000:.0f}" for x in best), "-", f"{growth:.2f}", "<= 1.5", growth <= 1.5)

    def curves(self):
        one, all_of_them = self.name(0), ("promote", "--all", "--to", "10", "--batch", "--yes")
        self.curve("kustomizations", (1000, 2000, 4000), self.others, "status", one)
        self.curve("resources of a base", (1000, 2000, 4000), lambda n: self.base(n, 1, False, 1), "status", one)
        self.curve("overlays of a base", (100, 200, 400), lambda n: self.base(5, n, True), "status", one)
        self.curve("patched migrations", (100, 200, 400), lambda n: self.base(n, 2, True), "status", "--all")
        self.curve("migrations of a base", (100, 200, 400), lambda n: self.base(n, 2, True), *all_of_them)
        self.curve("patches of an overlay", (200, 400, 800), self.patched, "status", one)
        self.curve("VirtualServices of a host", (25, 50, 100), self.one_host, "status", one)


def measure(bench, services, run):
    builds = Builds(bench, run)
    builds.compare(services)
    builds.curves()
