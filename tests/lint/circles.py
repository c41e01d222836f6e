"""Circles in a graph of files, and the calls that close each of them."""


class Graph:
    """edges[a][b]: what a calls of b, function to line."""

    def __init__(self):
        self.edges = {}

    def add(self, a, b, function, line):
        if a != b:
            self.edges.setdefault(a, {}).setdefault(b, {}).setdefault(function, line)

    def below(self, start):
        """All files that can be reached from one; itself only in a circle."""
        found, todo = set(), [start]
        while todo:
            for b in self.edges.get(todo.pop(), ()):
                if b not in found:
                    found.add(b)
                    todo.append(b)
        return found

    def circles(self):
        """The strongly connected components of more than one file, each ordered by ladder()."""
        below = {a: self.below(a) for a in self.edges}
        parts = {tuple(sorted(b for b in below[a] if a in below.get(b, ())))
                 for a in below if a in below[a]}
        return [self.ladder(part) for part in sorted(parts)]

    def weight(self, a, b):
        return len(self.edges.get(a, {}).get(b, ()))

    def ladder(self, part):
        """
        Callers first, with few calls upwards: begins with the file that calls most and is called
        least, and moves single files as long as that leaves fewer.
        """
        def called(a):
            return sum(self.weight(b, a) - self.weight(a, b) for b in part)

        order = sorted(part, key=called)
        best = self.upward_weight(order)
        better = True
        while better:
            better = False
            for a in part:
                rest = [b for b in order if b != a]
                tries = [rest[:i] + [a] + rest[i:] for i in range(len(order))]
                first = min(tries, key=self.upward_weight)
                if self.upward_weight(first) < best:
                    order, best, better = first, self.upward_weight(first), True
        return order

    def upward_weight(self, order):
        return sum(len(functions) for _, _, functions in self.upwards(order))

    def upwards(self, order):
        """(caller, callee, functions) of the calls from a file to one above it."""
        return [(a, b, self.edges[a][b]) for i, a in enumerate(order) for b in order[:i]
                if b in self.edges.get(a, ())]
