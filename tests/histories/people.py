"""What people do meanwhile: edits, moves, and everything that Git lets them do."""
import manifests
import merge
import model as rules
from manifests import Text

NEW_HOSTS = ["canary.example.com", "lab.example.com"]


def targets(scene, files):
    """(path, name of the VirtualService) of all there are."""
    found = []
    for service in rules.istio.services(scene.repo, files):
        found.append((service.path, service.name[1]))
    return found


def change(scene, files, path, text):
    files[path] = scene.repo.blob(text.encode())


def edit(scene, rng, message, function, tree=None):
    """Calls function(text, name of the VirtualService, its routes, rng) on one of them."""
    files = dict(tree if tree is not None else scene.files())
    places = targets(scene, files)
    if not places:
        return None
    path, name = rng.choice(places)
    text = Text(scene.repo.data(files[path]).decode())
    service = next(s for s in rules.istio.services(scene.repo, files)
                   if (s.path, s.name[1]) == (path, name))
    if not service.routes or function(text, name, service.routes, rng) is False:
        return None
    change(scene, files, path, text.text())
    return files, f"{message} of {name}"


def pick(routes, rng, test):
    found = [r.index for r in routes if test(r)]
    return rng.choice(found) if found else None


def add_route(text, name, routes, rng):
    http = text.service(name)
    pad = " " * (http.value[0].start_mark.column - 2)
    style = manifests.Base(rng)
    hosts = [d[0] for r in routes for d in r.dests]
    old = next((h for h in hosts if "vm" in h), manifests.OLD)
    dests = rng.choice([[(old, None)], [(old, None)], [(old, 90), (NEW_HOSTS[0], 10)],
                        [(NEW_HOSTS[1], None)]])
    number = rng.randrange(1000)
    route = {"match": f"/x{number}", "dests": dests, "name": rng.choice([None, f"x{number}"])}
    style.indent = ""
    lines = manifests.route_text(style, route, pad)
    if rng.random() < .5:
        at = manifests.last(http.value[-1]) + 1
    else:
        at = http.value[0].start_mark.line
    text.insert(at, lines)


def remove_route(text, name, routes, rng):
    if len(routes) < 2:
        return False
    text.drop(text.service(name).value[rng.randrange(len(routes))])
    return True


def swap_routes(text, name, routes, rng):
    if len(routes) < 2:
        return False
    one = rng.randrange(len(routes) - 1)
    items = text.service(name).value
    text.swap(items[one], items[one + 1])
    return True


def rename_route(text, name, routes, rng):
    index = rng.randrange(len(routes))
    node = text.route(name, index)
    label = manifests.get(node, "name")
    if label is None:
        text.first_key(node, f"name: p{rng.randrange(1000)}")
        return True
    line = label.start_mark.line
    if text.lines[line].lstrip().startswith("- "):
        return False
    del text.lines[line]
    return True


def set_timeout(text, name, routes, rng):
    node = text.route(name, rng.randrange(len(routes)))
    if manifests.get(node, "timeout") is not None:
        return False
    text.first_key(node, f"timeout: {rng.randint(1, 9)}s")
    return True


def third(text, name, routes, rng):
    """A destination beside those that are there: with a weight, with 0, or without one."""
    index = pick(routes, rng, lambda r: r.dests)
    if index is None:
        return False
    route = routes[index]
    host = rng.choice([h for h in NEW_HOSTS if not route.has(h)] or [None])
    if not host:
        return False
    weight = rng.choice([0, 5, 10, 20, 20, None])
    dests = text.dests(name, index)
    if len(route.dests) == 1 and route.weights[0] is None and rng.random() < .5:
        text.set_weight(dests[0], 100 - (weight or 0))
        dests = text.dests(name, index)
    elif len(route.dests) > 1 and weight and rng.random() < .5:
        big = max(range(len(dests)), key=lambda i: route.weights[i] or 0)
        if (route.weights[big] or 0) > weight:
            text.set_weight(dests[big], route.weights[big] - weight)
            dests = text.dests(name, index)
    text.add_dest(dests, host, weight, rng.randrange(2))
    return True


def other_weight(text, name, routes, rng):
    """20 -> 30 of a destination that is neither old nor new."""
    def others(r):
        return [i for i, d in enumerate(r.dests) if "vm" not in d[0] and "gcp" not in d[0]
                and len(r.dests) > 1]
    index = pick(routes, rng, others)
    if index is None:
        return False
    at = rng.choice(others(routes[index]))
    now = routes[index].weights[at] or 0
    text.set_weight(text.dests(name, index)[at], rng.choice([now + 10, now * 2, max(now - 10, 1)]))
    return True


def scale(text, name, routes, rng):
    """All weights of a route times 2 or 10: the same shares."""
    index = pick(routes, rng, lambda r: len(r.dests) > 1)
    if index is None:
        return False
    factor = rng.choice([2, 10])
    for at, weight in enumerate(routes[index].weights):
        text.set_weight(text.dests(name, index)[at], (weight or 0) * factor)
    return True


def moved(route):
    """Indexes of new and old destinations of one migration of the route."""
    names = [d[0].split(".")[0].removesuffix("-vm") for d in route.dests]
    news = [i for i, d in enumerate(route.dests) if "gcp" in d[0]]
    olds = [i for i, d in enumerate(route.dests) if "-vm" in d[0]]
    if news:
        olds = [i for i in olds if names[i] == names[news[0]]] or olds
        news = [i for i in news if names[i] == names[news[0]]]
    return news, olds


def lower(text, name, routes, rng):
    """Traffic back to the old host by hand, in one route or in all."""
    return shift(text, name, routes, rng, lambda weight: rng.choice([0, weight // 2,
                                                                     max(weight - 5, 0)]))


def higher(text, name, routes, rng):
    return shift(text, name, routes, rng, lambda weight: weight + 5)


def shift(text, name, routes, rng, function):
    every, done = rng.random() < .5, False
    for route in routes:
        news, olds = moved(route)
        if not news or not olds or (done and not every):
            continue
        weight = route.weights[news[0]] or 0
        now = function(weight)
        old = (route.weights[olds[0]] or 0) + weight - now
        if now == weight or old < 0:
            continue
        dests = text.dests(name, route.index)
        text.set_weight(dests[news[0]], now)
        text.set_weight(text.dests(name, route.index)[olds[0]], old)
        done = True
    return done


def without_new(text, name, routes, rng):
    """The new host taken out by hand, its weight to the old one."""
    done = False
    for route in routes:
        news, olds = moved(route)
        if not news or not olds or len(news) + len(olds) > 2:
            continue
        total = (route.weights[news[0]] or 0) + (route.weights[olds[0]] or 0)
        dests = text.dests(name, route.index)
        alone = len(dests) == 2
        text.set_weight(dests[olds[0]], total)
        text.drop(text.dests(name, route.index)[news[0]])
        if alone:
            text.drop_weight(text.dests(name, route.index)[0])
        done = True
    return done


def drill(text, name, routes, rng):
    """A failover drill: nearly everything to another destination, the new host at 0 or gone."""
    done = False
    for route in routes:
        news, olds = moved(route)
        others = [i for i in range(len(route.dests)) if i not in news + olds]
        if not olds or not others or done:
            continue
        total = max(route.total(), 2)
        text.set_weight(text.dests(name, route.index)[others[0]], total - 1)
        text.set_weight(text.dests(name, route.index)[olds[0]], 1)
        for at in olds[1:] + others[1:]:
            text.set_weight(text.dests(name, route.index)[at], 0)
        for at in reversed(news):
            if rng.random() < .6:
                text.drop(text.dests(name, route.index)[at])
            else:
                text.set_weight(text.dests(name, route.index)[at], 0)
        done = True
    return done


def split_of_old(text, name, routes, rng):
    """Other proportions of the subsets, with the same sum."""
    index = pick(routes, rng, lambda r: len(moved(r)[1]) > 1)
    if index is None:
        return False
    one, two = moved(routes[index])[1][:2]
    both = (routes[index].weights[one] or 0) + (routes[index].weights[two] or 0)
    if both < 2:
        return False
    part = rng.randint(1, both - 1)
    text.set_weight(text.dests(name, index)[one], part)
    text.set_weight(text.dests(name, index)[two], both - part)
    return True


def edit_copy(text, name, routes, rng):
    """A timeout in a generated copy, or in the route behind it."""
    index = pick(routes, rng, lambda r: r.mirror)
    if index is None:
        return False
    index = min(index + rng.randrange(2), len(routes) - 1)
    node = text.route(name, index)
    if manifests.get(node, "timeout") is not None:
        return False
    text.first_key(node, "timeout: 7s")
    return True


EDITS = {
    "add a route": (8, add_route), "remove a route": (3, remove_route),
    "swap routes": (3, swap_routes), "name a route": (3, rename_route),
    "set a timeout": (4, set_timeout), "add a destination": (8, third),
    "change another's weight": (6, other_weight), "scale weights": (2, scale),
    "lower by hand": (6, lower), "raise by hand": (3, higher),
    "take the new host out": (4, without_new), "failover drill": (5, drill),
    "change subsets": (2, split_of_old), "edit a copy": (2, edit_copy)}


def add_comment(scene, rng, tree):
    """A comment of its own line in front of a route."""
    token = f"kept line {rng.randrange(100000)}"

    def function(text, name, routes, rng):
        plain = [r for r in routes if not r.mirror]
        if not plain:
            return False
        node = text.route(name, rng.choice(plain).index)
        column = node.start_mark.column - 2
        text.insert(node.start_mark.line, [" " * column + f"# {token}"])
        scene.tokens.add(token)
        return True
    return edit(scene, rng, "comment", function, tree)


def random_edit(scene, rng, tree=None):
    name = rng.choices(list(EDITS), [w for w, _ in EDITS.values()])[0]
    return edit(scene, rng, name, EDITS[name][1], tree)


# Files

def rename_file(scene, rng, tree):
    files = dict(tree)
    path = rng.choice([p for p in sorted(files) if p.startswith("apps/")])
    directory = path.rsplit("/", 1)[0]
    new = f"{directory}/f{rng.randrange(1000)}.yaml"
    files[new] = files.pop(path)
    return files, f"git mv {path} {new}"


def rename_directory(scene, rng, tree):
    """A directory below the path of the migrations, so that it stays covered."""
    inner = sorted({p.rsplit("/", 1)[0] for p in tree if p.startswith("apps/") and
                    p.count("/") > 1})
    if scene.base.second == "same host" or not inner:
        return None
    old, new = rng.choice(inner), f"apps/d{rng.randrange(1000)}"
    return {p.replace(old + "/", new + "/", 1) if p.startswith(old + "/") else p: b
            for p, b in tree.items()}, f"git mv {old} {new}"


def move_path(scene, rng, tree):
    """The whole directory, and spec.manifests.path in the same commit."""
    if scene.base.second == "same host" or not any(p.startswith("apps/") for p in tree):
        return None
    migs = [p for p in tree if p.startswith(".gcpbackend/")]
    if any(b'"apps"' not in scene.repo.data(tree[p]) for p in migs):
        return None
    new = f"apps/v{rng.randrange(1000)}"
    files = {p.replace("apps/", new + "/", 1) if p.startswith("apps/") else p: b
             for p, b in tree.items()}
    for path in migs:
        text = scene.repo.data(files[path]).decode().replace('"apps"', f'"{new}"')
        change(scene, files, path, text)
    return files, f"git mv apps {new}"


def split_file(scene, rng, tree):
    """One document of a file into a file of its own."""
    found = [p for p in sorted(tree) if p.startswith("apps/")
             and len(manifests.split_documents(scene.repo.data(tree[p]).decode())[0]) > 1]
    if not found:
        return None
    path, files = rng.choice(found), dict(tree)
    parts, end = manifests.split_documents(scene.repo.data(tree[path]).decode())
    at = rng.randrange(len(parts))
    new = f"{path.rsplit('/', 1)[0]}/s{rng.randrange(1000)}.yaml"
    change(scene, files, new, manifests.join_documents([parts.pop(at)], end))
    change(scene, files, path, manifests.join_documents(parts, end))
    return files, f"document {at + 1} of {path} to {new}"


def join_files(scene, rng, tree):
    found = [p for p in sorted(tree) if p.startswith("apps/")]
    if scene.base.second == "same host" or len(found) < 2:
        return None
    one, two = rng.sample(found, 2)
    files = dict(tree)
    parts, end = manifests.split_documents(scene.repo.data(tree[one]).decode())
    more, _ = manifests.split_documents(scene.repo.data(tree[two]).decode())
    change(scene, files, one, manifests.join_documents(parts + more, end))
    del files[two]
    return files, f"{two} into {one}"


FILES = {"rename file": (3, rename_file), "rename directory": (2, rename_directory),
         "move path": (1, move_path), "split file": (3, split_file), "join files": (2, join_files)}


def random_files(scene, rng, tree=None):
    tree = tree if tree is not None else scene.files()
    name = rng.choices(list(FILES), [w for w, _ in FILES.values()])[0]
    return FILES[name][1](scene, rng, tree)


def push(scene, found):
    """Commits what an edit made on main."""
    if found is None:
        return False
    oid = scene.commit(found[0], found[1])
    if oid is None:
        return False
    scene.set_main(oid)
    return True


def act_edit(scene, rng):
    return push(scene, random_edit(scene, rng))


def act_files(scene, rng):
    return push(scene, random_files(scene, rng))


def act_both(scene, rng):
    """Two changes in one commit: a lowering together with a split, and so on."""
    one = (random_edit if rng.random() < .7 else random_files)(scene, rng, scene.files())
    if one is None:
        return False
    two = (random_edit if rng.random() < .5 else random_files)(scene, rng, one[0])
    return push(scene, two and (two[0], f"{one[1]}, and {two[1]}"))


def act_restore(scene, rng):
    """Manifests of an older commit brought back, alone or with another change (git checkout C --)."""
    history = [c for c in scene.repo.ancestors(scene.main())
               if targets(scene, scene.repo.files(c))]
    old = scene.repo.files(rng.choice(history))
    tree = {p: b for p, b in scene.files().items() if not p.startswith("apps/")}
    tree |= {p: b for p, b in old.items() if p.startswith("apps/")}
    migs = {p for p in tree if p.startswith(".gcpbackend/")}
    if any(scene.repo.data(tree[p]).count(b'"apps') and not any(
            q.startswith("apps/") for q in tree) for p in migs):
        return False
    found = tree, "git checkout OLD -- apps"
    if rng.random() < .4:
        more = (random_edit if rng.random() < .5 else random_files)(scene, rng, tree)
        found = more and (more[0], f"{found[1]}, and {more[1]}")
    return push(scene, found)


def act_comment(scene, rng):
    return push(scene, add_comment(scene, rng, scene.files()))


def act_remove(scene, rng):
    """A manifest is deleted, and made again in the next commit: as it was, or as it was earlier."""
    places = targets(scene, scene.files())
    if not places:
        return False
    path = rng.choice(places)[0]
    tree = scene.files()
    blob = tree.pop(path)
    if not push(scene, (tree, f"git rm {path}")):
        return False
    scene.check_status()
    if rng.random() < .03:
        return True
    history = scene.repo.ancestors(scene.main())
    if rng.random() < .6:
        blobs = [scene.repo.files(c)[path] for c in history if path in scene.repo.files(c)]
        blob = rng.choice(blobs)
    tree = scene.files()
    tree[path] = blob
    return push(scene, (tree, f"git checkout OLD -- {path}"))


def act_remove_migration(scene, rng):
    tree = scene.files()
    paths = [p for p in sorted(tree) if p.startswith(".gcpbackend/")]
    if not paths:
        return False
    path = rng.choice(paths)
    blob = tree.pop(path)
    if not push(scene, (tree, f"git rm {path}")):
        return False
    tree = scene.files()
    text = scene.repo.data(blob).decode()
    lines = [ln for ln in text.split("\n") if not ln.startswith("  hold:") or rng.random() < .5]
    change(scene, tree, path, "\n".join(lines))
    return push(scene, (tree, f"{path} made again"))


def act_second(scene, rng):
    """A second migration of the same old host, and its new host beside the first one by hand."""
    tree = scene.files()
    first = tree.get(".gcpbackend/web.yaml")
    if "pay" in scene.names or first is None:
        return False

    def function(text, name, routes, rng):
        route = next((r for r in routes if r.has(manifests.OLD) and not r.mirror), None)
        old = route and [i for i, d in enumerate(route.dests) if d[0] == manifests.OLD][0]
        weight = route and (route.weights[old] or (100 if len(route.dests) == 1 else 0))
        if not weight or weight < 20:
            return False
        text.set_weight(text.dests(name, route.index)[old], weight - 10)
        text.add_dest(text.dests(name, route.index), "pay.gcp.example.com", 10, rng.randrange(2))
        return True
    found = edit(scene, rng, "a second migration", function, tree)
    if not found:
        return False
    text = scene.repo.data(first).decode().replace("web.gcp", "pay.gcp").replace(
        "name: web,", "name: pay,")
    change(scene, found[0], ".gcpbackend/pay.yaml", text)
    change(scene, found[0], "apps/gb2.yaml", manifests.backend("pay"))
    scene.names.append("pay")
    return push(scene, found)


def act_hold(scene, rng):
    """A person adds a hold, or changes the reason of one."""
    tree = scene.files()
    paths = [p for p in sorted(tree) if p.startswith(".gcpbackend/")]
    if not paths:
        return False
    path = rng.choice(paths)
    lines = [ln for ln in scene.repo.data(tree[path]).decode().split("\n")
             if not ln.startswith("  hold:")]
    lines[-1:] = [f'  hold: "ticket {rng.randrange(1000)}"', ""]
    change(scene, tree, path, "\n".join(lines))
    return push(scene, (tree, f"a hold in {path}"))


def race_edit(scene, rng, name):
    """What another person pushes while the program works: (tree, what)."""
    tree, path = scene.files(), f".gcpbackend/{name}.yaml"
    kind = rng.choice(["hold", "hold", "host", "readme", "edit", "stages"])
    text = scene.repo.data(tree[path]).decode()
    if kind == "edit":
        return random_edit(scene, rng, tree)
    if kind == "readme":
        tree["README.md"] = scene.repo.blob(f"# shop {rng.randrange(9999)}\n".encode())
        return tree, "README.md"
    if kind == "hold":
        lines = [ln for ln in text.split("\n") if not ln.startswith("  hold:")]
        text = "\n".join([*lines[:-1], f'  hold: "incident {rng.randrange(1000)}"', ""])
    elif kind == "host":
        for other in tree:
            if other.startswith("apps/"):
                there = scene.repo.data(tree[other]).decode()
                change(scene, tree, other, there.replace(f"{name}.gcp.example.com",
                                                         f"{name}.gcp.example.org"))
        text = text.replace(f"{name}.gcp.example.com", f"{name}.gcp.example.org")
    elif "  stages:" not in text:
        text = text.replace("  manifests:", "  stages: [10, 50, 75, 100]\n  manifests:")
    change(scene, tree, path, text)
    return tree, kind


# Git

def act_revert(scene, rng):
    """git revert of one of the last commits, the newest one mostly."""
    history = [c for c in scene.repo.ancestors(scene.main()) if len(scene.repo.parents(c)) == 1]
    if not history:
        return False
    victim = history[0] if rng.random() < .6 else rng.choice(history[:6])
    parent = scene.repo.parents(victim)[0]
    try:
        tree = merge.three_way(scene.repo, scene.repo.files(victim), scene.files(),
                               scene.repo.files(parent))
    except merge.Conflict:
        return False
    return push(scene, (tree, f"git revert {victim[:8]}"))


def branch_point(scene, rng):
    history = scene.repo.ancestors(scene.main())
    return rng.choice(history[:8])


def make_branch(scene, rng, base=None):
    """Commits of a person on top of an older state: (tip, commits)."""
    tip = base or branch_point(scene, rng)
    commits = []
    for _ in range(rng.choice([1, 1, 2])):
        tree = dict(scene.repo.files(tip))
        if rng.random() < .5:
            tree["README.md"] = scene.repo.blob(f"# shop {rng.randrange(9999)}\n".encode())
            found = tree, "README.md"
        elif rng.random() < .7:
            found = random_edit(scene, rng, tree)
        else:
            found = random_files(scene, rng, tree)
        oid = found and scene.commit(found[0], f"on a branch: {found[1]}", [tip])
        if oid:
            tip = oid
            commits.append(oid)
    return (tip, commits) if commits else None


def merged(scene, rng, ours, theirs):
    base = scene.repo.merge_base(ours, theirs)
    prefer = rng.choice([None, "ours", "theirs"])
    try:
        return merge.three_way(scene.repo, scene.repo.files(base), scene.repo.files(ours),
                               scene.repo.files(theirs), prefer)
    except merge.Conflict:
        return None


def merge_in(scene, rng, tip, kind):
    """Merges a branch into main in one of the ways there are."""
    main = scene.main()
    if tip in scene.repo.ancestors(main):
        return False
    if kind == "ours":
        first, second = (main, tip) if rng.random() < .5 else (tip, main)
        oid = scene.commit(dict(scene.repo.files(first)), "git merge -s ours", [first, second])
    else:
        tree = merged(scene, rng, main, tip)
        if tree is None:
            return False
        parents = {"squash": [main], "pull": [tip, main]}.get(kind, [main, tip])
        oid = scene.commit(tree, f"git merge ({kind})", parents)
    if oid is None:
        return False
    scene.set_main(oid)
    return True


def act_merge(scene, rng):
    """A branch of a person is made and merged: ordinary, as by git pull, -s ours, squashed."""
    branch = make_branch(scene, rng)
    kind = rng.choices(["ordinary", "pull", "squash", "ours"], [35, 40, 15, 10])[0]
    return bool(branch) and merge_in(scene, rng, branch[0], kind)


def act_octopus(scene, rng):
    main = scene.main()
    tips, tree = [], None
    for _ in range(2):
        branch = make_branch(scene, rng)
        if not branch or branch[0] in tips:
            return False
        ours = tree if tree is not None else scene.files()
        base = scene.repo.merge_base(main, branch[0])
        try:
            tree = merge.three_way(scene.repo, scene.repo.files(base), ours,
                                   scene.repo.files(branch[0]))
        except merge.Conflict:
            return False
        tips.append(branch[0])
    oid = scene.commit(tree, "git merge (octopus)", [main, *tips])
    scene.set_main(oid)
    return True


def act_cherry_pick(scene, rng):
    """Commits of a branch, one by one, on top of main: cherry-pick and rebase."""
    branch = make_branch(scene, rng)
    if not branch:
        return False
    done = False
    for commit in branch[1]:
        parent = scene.repo.parents(commit)[0]
        try:
            tree = merge.three_way(scene.repo, scene.repo.files(parent), scene.files(),
                                   scene.repo.files(commit))
        except merge.Conflict:
            return done
        done = push(scene, (tree, f"git rebase ({commit[:8]})")) or done
    return done


def act_late(scene, rng):
    """A stage branch that was pushed for review is merged, whatever happened meanwhile."""
    heads = scene.repo.heads()
    found = [n for n in scene.pending if n in heads]
    if not found:
        return False
    return merge_in(scene, rng, heads[rng.choice(found)],
                    rng.choice(["ordinary", "squash", "pull"]))


ACTIONS = {"edit": (30, act_edit), "files": (8, act_files), "both": (6, act_both),
           "restore": (5, act_restore), "comment": (3, act_comment), "remove": (3, act_remove),
           "remove migration": (2, act_remove_migration), "hold": (2, act_hold), "second": (2, act_second),
           "revert": (9, act_revert), "merge": (12, act_merge), "octopus": (2, act_octopus),
           "cherry-pick": (4, act_cherry_pick), "late": (4, act_late)}
