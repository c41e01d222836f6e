"""Manifests as people write them, and the edits that people make: on text, found by PyYAML's marks."""
import re

import yaml

LOADER = getattr(yaml, "CLoader", yaml.Loader)
OLD, NEW = "web-vm.example.com", "web.gcp.example.com"
OTHERS = ["dr.example.com", "canary.example.com", "legacy.example.com"]


class Base:
    """What a scene begins with. Every choice is an attribute, so that a scene can be simplified."""

    def __init__(self, rng):
        self.kind = rng.choices(["bare", "tree", "remote"], [70, 15, 15])[0]
        self.flow = rng.random() < .6
        self.indent = rng.choice(["", "  "])
        self.comments = rng.random() < .5
        self.crlf = rng.random() < .05
        self.one_file = rng.random() < .3
        self.second = rng.choices([None, "other host", "same host", "same file", "same route"],
                                  [60, 10, 10, 10, 10])[0]
        self.mode = "pull-request" if rng.random() < .12 else None
        self.stages = rng.choices([None, [10, 50, 100], ["mirror", 5, 100], [25, 50, 75, 100]],
                                  [70, 10, 10, 10])[0]
        self.routes = [self.draw(rng, i) for i in range(rng.choices([1, 2, 3, 4],
                                                                    [45, 30, 15, 10])[0])]
        self.routes[-1]["match"] = None if rng.random() < .8 else self.routes[-1]["match"]

    @staticmethod
    def draw(rng, index):
        shapes = {
            "plain": [(OLD, None)], "hundred": [(OLD, 100)], "zero": [(OLD, 0)],
            "odd": [(OLD, 37)],
            "dr": [(OLD, 80), (OTHERS[0], 20)], "canary 0": [(OLD, 100), (OTHERS[1], 0)],
            "two others": [(OLD, 70), (OTHERS[0], 20), (OTHERS[2], 10)],
            "subsets": [(OLD + "#v1", 60), (OLD + "#v2", 40)],
            "subsets and dr": [(OLD + "#v1", 50), (OLD + "#v2", 30), (OTHERS[0], 20)],
            "double": [(OLD, 150), (OTHERS[0], 50)], "standby": [(OLD, 0), (OTHERS[0], 100)],
            "others": [(OTHERS[2], None)], "small": [(OLD, 3), (OTHERS[0], 1)]}
        shape = rng.choices(list(shapes), [30, 8, 3, 3, 14, 5, 6, 8, 6, 4, 3, 5, 2])[0]
        if index == 0 and shape in ("others", "standby"):
            shape = "plain"
        return {"match": f"/r{index}", "name": f"n{index}" if rng.random() < .5 else None,
                "timeout": rng.random() < .2, "dests": shapes[shape]}


def destination(base, host, weight, pad):
    """The lines of one destination."""
    host, _, subset = host.partition("#")
    if base.flow:
        inner = f"host: {host}" + (f", subset: {subset}" if subset else "")
        lines = [f"{pad}- destination: {{{inner}}}"]
    else:
        lines = [f"{pad}- destination:", f"{pad}    host: {host}"]
        lines += [f"{pad}    subset: {subset}"] if subset else []
    return lines + ([f"{pad}  weight: {weight}"] if weight is not None else [])


def route_text(base, route, pad, tag=None):
    lines = []
    if route.get("name"):
        lines.append(f"name: {route['name']}")
    if route.get("match"):
        lines.append(f"match: [{{uri: {{prefix: {route['match']}}}}}]")
    if route.get("timeout"):
        lines.append("timeout: 5s")
    lines.append("route:")
    text = [pad + ("- " if i == 0 else "  ") + line for i, line in enumerate(lines)]
    for n, (host, weight) in enumerate(route["dests"]):
        if tag and n == 0:
            text.append(f"{pad}  {base.indent}# {tag}: keep")
        text += destination(base, host, weight, pad + "  " + base.indent)
    return text


def virtual_service(base, name, host, routes):
    text = ["apiVersion: networking.istio.io/v1", "kind: VirtualService",
            f"metadata: {{name: {name}, namespace: shop}}", "spec:", f"  hosts: [{host}]", "  http:"]
    for i, route in enumerate(routes):
        if base.comments:
            text.append(f"  # kept {name} {i}")
        text += route_text(base, route, "  " + base.indent,
                           f"kept {name} in {i}" if base.comments else None)
    return "\n".join(text) + "\n"


def entry(name, host):
    return (f"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: {name}-vm, "
            f"namespace: shop}}\nspec:\n  hosts: [{host}]\n  location: MESH_EXTERNAL\n"
            "  resolution: STATIC\n  ports: [{number: 80, name: http, protocol: HTTP}]\n"
            "  endpoints: [{address: 10.0.0.1}]\n")


def backend(name):
    return ("apiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: "
            f"{{name: {name}, namespace: shop}}\nspec: {{hostname: {name}.gcp.example.com, "
            "type: BackendService}\n")


def migration(base, name, old, where):
    text = ("apiVersion: gcpbackend/v1alpha1\nkind: Migration\n"
            f"metadata: {{name: {name}, labels: {{wave: one}}, annotations: "
            "{config.kubernetes.io/local-config: \"true\"}}\nspec:\n"
            f"  from: {{host: {old}, namespace: shop}}\n  to: {{host: {name}.gcp.example.com}}\n"
            f"  manifests: {{{where}}}\n")
    if base.stages:
        text += f"  stages: [{', '.join(map(str, base.stages))}]\n"
    if base.mode:
        text += f"  git: {{mode: {base.mode}}}\n"
    return text


def swap_host(routes, host):
    return [dict(r, dests=[(h.replace(OLD, host), w) for h, w in r["dests"]]) for r in routes]


def files_of(base):
    """path -> text of the first commit, and the names of the migrations."""
    files, names = {}, ["web"]
    routes = [dict(r) for r in base.routes]
    other = "pay-vm.example.com"
    if base.second == "same route":
        routes[0] = dict(routes[0], dests=[(OLD, 60), (other, 40)])
    web = virtual_service(base, "web", OLD, routes)
    gb, se = backend("web"), entry("web", OLD)
    where = 'path: "apps"'
    if base.second:
        names.append("pay")
        gb += "---\n" + backend("pay")
        host = OLD if base.second == "same host" else other
        if base.second != "same host":
            se += "---\n" + entry("pay", other)
        pay = virtual_service(base, "pay", "pay.example.com", swap_host(base.routes[:2], host))
        if base.second == "same file":
            web += "---\n" + pay
        elif base.second == "same host":
            where = 'path: "apps/web"'
            files["apps/pay/pay.yaml"] = pay
        elif base.second == "other host":
            files["apps/pay.yaml"] = pay
        there = 'path: "apps/pay"' if base.second == "same host" else 'path: "apps"'
        files[".gcpbackend/pay.yaml"] = migration(base, "pay", host, there)
    files[".gcpbackend/web.yaml"] = migration(base, "web", OLD, where)
    if base.one_file:
        files["apps/web/web.yaml"] = se + "---\n" + web + "---\n" + gb
    else:
        files |= {"apps/web/web.yaml": web, "apps/gb.yaml": gb, "apps/se.yaml": se}
    files["README.md"] = "# shop\n"
    if base.crlf:
        files = {p: t.replace("\n", "\r\n") if p.startswith("apps/") else t
                 for p, t in files.items()}
    return files, names


# Edits of text

class Text:
    """A manifest's text with the places of what can be edited in it."""

    def __init__(self, text):
        self.end = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.replace("\r\n", "\n").split("\n")

    def text(self):
        return self.end.join(self.lines)

    def nodes(self):
        return list(yaml.compose_all("\n".join(self.lines), LOADER))

    def service(self, name):
        """The node of spec.http of the VirtualService, or None."""
        for node in self.nodes():
            kind, meta = get(node, "kind"), get(node, "metadata")
            if kind is None or kind.value != "VirtualService" or meta is None:
                continue
            if get(meta, "name") is not None and get(meta, "name").value == name:
                spec = get(node, "spec")
                return get(spec, "http") if spec is not None else None
        return None

    def route(self, name, index):
        http = self.service(name)
        return http.value[index] if http is not None and index < len(http.value) else None

    def dests(self, name, index):
        route = self.route(name, index)
        found = get(route, "route") if route is not None else None
        return found.value if found is not None else []

    def block(self, node):
        """First and last line (exclusive) of an item of a list, with its '- '."""
        return node.start_mark.line, last(node) + 1

    def insert(self, at, lines):
        self.lines[at:at] = lines

    def first_key(self, node, text):
        """Puts a key in front of the first one of an item of a list."""
        line, column = node.start_mark.line, node.start_mark.column
        old = self.lines[line]
        self.lines[line] = old[:column] + text
        self.insert(line + 1, [" " * column + old[column:]])

    def set_weight(self, dest, weight):
        node = get(dest, "weight")
        if node is not None:
            mark = node.start_mark
            line = self.lines[mark.line]
            self.lines[mark.line] = (line[:mark.column] + str(weight)
                                     + line[node.end_mark.column:])
        else:
            at = last(get(dest, "destination")) + 1
            self.insert(at, [" " * dest.start_mark.column + f"weight: {weight}"])

    def drop_weight(self, dest):
        node = get(dest, "weight")
        if node is not None and node.start_mark.line != dest.start_mark.line:
            del self.lines[node.start_mark.line]

    def add_dest(self, dests, host, weight, where):
        pad = " " * (dests[0].start_mark.column - 2)
        lines = [f"{pad}- destination: {{host: {host}}}"]
        lines += [f"{pad}  weight: {weight}"] if weight is not None else []
        at = dests[0].start_mark.line if where == 0 else last(dests[-1]) + 1
        self.insert(at, lines)

    def drop(self, node):
        first, end = self.block(node)
        del self.lines[first:end]

    def swap(self, one, two):
        """Two items of a list, the first one in front."""
        a, b = self.block(one), self.block(two)
        self.lines[a[0]:b[1]] = (self.lines[b[0]:b[1]] + self.lines[a[1]:b[0]]
                                 + self.lines[a[0]:a[1]])


def get(node, key):
    if node is None or not isinstance(node, yaml.MappingNode):
        return None
    return next((v for k, v in node.value if k.value == key), None)


def last(node):
    """The last line of a node that has something of it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return node.end_mark.line
    if not node.value:
        return node.start_mark.line
    item = node.value[-1]
    return last(item[1] if isinstance(item, tuple) else item)


def split_documents(text):
    end = "\r\n" if "\r\n" in text else "\n"
    parts = re.split(r"^---\n", text.replace("\r\n", "\n"), flags=re.M)
    return [p for p in parts if p.strip()], end


def join_documents(parts, end="\n"):
    parts = [p if p.endswith("\n") else p + "\n" for p in parts]
    return "---\n".join(parts).replace("\n", end)
