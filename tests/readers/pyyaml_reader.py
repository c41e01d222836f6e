"""The trees that PyYAML composes, by its own parser and not libyaml; requests and answers are those of go/main.go."""
import json
import sys

import yaml

TYPES = {"str": "string", "int": "int", "float": "float", "bool": "bool", "null": "null"}
PREFIX = "tag:yaml.org,2002:"


class Loader(yaml.SafeLoader):
    """Composes aliases as scalars of the type "alias", not as the node that they name."""

    def compose_node(self, parent, index):
        if not self.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        name = self.peek_event().anchor
        super().compose_node(parent, index)
        return yaml.ScalarNode("alias", name)


def convert(node):
    if isinstance(node, yaml.MappingNode):
        return ["m", [[convert(key), convert(value)] for key, value in node.value]]
    if isinstance(node, yaml.SequenceNode):
        return ["l", [convert(item) for item in node.value]]
    if node.tag == "alias":
        return ["a", node.value]
    name = node.tag.removeprefix(PREFIX)
    return ["s", TYPES.get(name, name), node.value]


def answer(data):
    try:
        return {"documents": [convert(root) for root in yaml.compose_all(data, Loader)]}
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        return {"error": " ".join(str(problem).split()) or type(problem).__name__}


def main():
    sys.setrecursionlimit(20000)
    while line := sys.stdin.buffer.readline():
        print(json.dumps(answer(sys.stdin.buffer.read(int(line)))), flush=True)


if __name__ == "__main__":
    main()
