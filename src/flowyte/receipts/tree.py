"""The Merkle tree of RFC 9162 without its nodes: which stretches a proof needs, and their hashes from what is stored.

Stored are the leaves and, level by level, the roots of complete subtrees of 256: a tile is 256 neighbours of one level.
A proof in a tree of a million leaves reads three to six tiles. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flowyte.receipts.verify_receipt import node_hash

TILE = 256
BITS = 8  # a tile is this many levels of the tree

Stretch = tuple[int, int]  # leaves from, up to; its begin is a multiple of the power of two that covers it
Place = tuple[int, int]  # level (0 has the leaves) and number of a tile
Tiles = Mapping[Place, Sequence[bytes]]


def inclusion(index: int, size: int) -> list[Stretch]:
    """The stretches whose hashes are the path of leaf `index`, from the leaf upwards."""
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + half(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return path[::-1]


def consistency(old: int, size: int) -> list[Stretch]:
    """The stretches whose hashes prove that the tree of `size` begins with that of `old`; 0 < old <= size."""
    begin, end, whole, path = 0, size, True, []
    while end != old:
        middle = begin + half(end - begin)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin, whole = middle, False
    return ([] if whole else [(begin, end)]) + path[::-1]


def half(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def complete(stretch: Stretch) -> Iterator[Stretch]:
    """The complete subtrees that a stretch is made of, from left to right."""
    begin, end = stretch
    while begin < end:
        size = 1 << (end - begin).bit_length() - 1
        yield begin, begin + size
        begin += size


def needed(stretches: Iterable[Stretch]) -> set[Place]:
    """The tiles that `hash_of` will look into."""
    return {place_of(subtree) for stretch in stretches for subtree in complete(stretch)}


def place_of(subtree: Stretch) -> Place:
    begin, end = subtree
    level = ((end - begin).bit_length() - 1) // BITS
    return level, begin >> BITS * (level + 1)


def hash_of(stretch: Stretch, tiles: Tiles) -> bytes:
    """KeyError when a tile is not at hand, ValueError when one is too short: the store has lost something."""
    hashes = [_subtree(subtree, tiles) for subtree in complete(stretch)]
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """Of one hash or more that are at hand."""
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def _subtree(subtree: Stretch, tiles: Tiles) -> bytes:
    begin, end = subtree
    level, number = place_of(subtree)
    first = (begin >> BITS * level) - number * TILE
    count = (end - begin) >> BITS * level
    hashes = tiles[level, number][first : first + count]
    if len(hashes) != count:
        raise ValueError(f"tile {number} of level {level} has {len(tiles[level, number])} hashes")
    return merkle_root(hashes)
