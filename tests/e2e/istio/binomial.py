"""Which counts a share gives, computed exactly."""
from math import comb


def interval(n, percent, outside=1000):
    """(least, most): of n draws that hit with this percentage (an integer), how many may; each side beyond has less than half of
    1/outside of the probability, so that all between has 99.9 % for 1000."""
    if percent in (0, 100):
        return n * percent // 100, n * percent // 100
    least, most, total = 0, n, 100 ** n
    below = above = 0
    while (below := below + weight(n, percent, least)) * 2 * outside < total:
        least += 1
    while (above := above + weight(n, percent, most)) * 2 * outside < total:
        most -= 1
    return least, most


def weight(n, percent, hits):
    """The probability of so many hits, times 100 ** n."""
    return comb(n, hits) * percent ** hits * (100 - percent) ** (n - hits)
