"""The tree against the words of RFC 9162: every size to 300, the tiles' borders, and published vectors."""

import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.receipts import reference

from flowyte.receipts.tree import TILE, Place, complete, consistency, hash_of, inclusion, merkle_root, needed
from flowyte.receipts.verify_receipt import is_continued, leaf_hash, root_from_inclusion

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
# Tree heads of the first 1 to 8 of INPUTS: the vectors of Certificate Transparency's own code (merkle_tree_test.cc).
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tiles_of(leaves: list[bytes]) -> dict[Place, list[bytes]]:
    """As the store has them: all leaves, and the roots of complete subtrees."""
    tiles, level, hashes = {}, 0, leaves
    while hashes:
        for at in range(0, len(hashes), TILE):
            tiles[level, at // TILE] = hashes[at : at + TILE]
        whole = len(hashes) // TILE
        hashes = [merkle_root(hashes[n * TILE : (n + 1) * TILE]) for n in range(whole)]
        level += 1
    return tiles


def hashed(inputs: list[bytes]) -> list[bytes]:
    return [leaf_hash(one) for one in inputs]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_vectors(size: int) -> None:
    """The root of each, by tiles and at once."""
    leaves = hashed([bytes.fromhex(text) for text in INPUTS[:size]])
    assert merkle_root(leaves).hex() == ROOTS[size - 1]
    assert hash_of((0, size), tiles_of(leaves)).hex() == ROOTS[size - 1]


INPUTS_MANY = [sha256(str(n).encode()).digest() for n in range(TILE * TILE + 700)]
LEAVES = hashed(INPUTS_MANY)


@pytest.mark.parametrize("size", [*range(1, 40), 255, 256, 257, 511, 512, 513, 700, 1025])
def test_paths_are_those_of_the_rfc(size: int) -> None:
    """Root, every tenth inclusion path and consistency proof; each is taken by the verifier, and by no other place."""
    tiles = tiles_of(LEAVES[:size])
    root = reference.head(INPUTS_MANY[:size])
    assert hash_of((0, size), tiles) == root
    for index in {*range(0, size, max(1, size // 10)), size - 1}:
        path = [hash_of(stretch, tiles) for stretch in inclusion(index, size)]
        assert path == reference.path(index, INPUTS_MANY[:size])
        assert root_from_inclusion(LEAVES[index], index, size, path) == root
        assert root_from_inclusion(LEAVES[index], index + 1, size, path) != root
        assert root_from_inclusion(LEAVES[index], index, size, [*path, root]) is None
    for old in {*range(1, size + 1, max(1, size // 10)), size}:
        path = [hash_of(stretch, tiles) for stretch in consistency(old, size)]
        assert path == reference.proof(old, INPUTS_MANY[:size])
        before = reference.head(INPUTS_MANY[:old])
        assert is_continued(old, before, size, root, path)
        assert old == size or not is_continued(old, before, size, root, path[1:])


@settings(max_examples=20)
@given(st.integers(1, len(LEAVES)), st.data())
def test_what_is_needed_is_what_is_read(size: int, data: st.DataObject) -> None:
    """With the tiles that `needed` names and no others, up to the third level, the verifier takes each proof."""
    tiles = tiles_of(LEAVES[:size])
    root = merkle_root(LEAVES[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    before = merkle_root(LEAVES[:old])
    ways = inclusion(index, size), consistency(old, size)
    read = {place: tiles[place] for place in needed([*ways[0], *ways[1]])}
    path, proof = ([hash_of(stretch, read) for stretch in way] for way in ways)
    assert root_from_inclusion(LEAVES[index], index, size, path) == root
    assert is_continued(old, before, size, root, proof)
    assert len(read) <= 8


@given(st.integers(2, 600), st.integers(0, 10_000))
def test_a_changed_proof_is_not_taken(size: int, seed: int) -> None:
    """One bit of any hash, a hash left out, or two exchanged."""
    choose = random.Random(seed)
    tiles, root = tiles_of(LEAVES[:size]), merkle_root(LEAVES[:size])
    index, old = choose.randrange(size), choose.randrange(1, size)
    path = [hash_of(stretch, tiles) for stretch in inclusion(index, size)]
    proof = [hash_of(stretch, tiles) for stretch in consistency(old, size)]
    before = merkle_root(LEAVES[:old])
    for bad in changed(choose, path):
        assert root_from_inclusion(LEAVES[index], index, size, bad) != root
    for bad in changed(choose, proof):
        assert not is_continued(old, before, size, root, bad)


def changed(choose: random.Random, path: list[bytes]) -> list[list[bytes]]:
    at = choose.randrange(len(path))
    flipped = bytes([path[at][0] ^ 1 << choose.randrange(8)]) + path[at][1:]
    bad = [[*path[:at], flipped, *path[at + 1 :]], [*path[:at], *path[at + 1 :]], [*path, path[-1]]]
    other = (at + 1) % len(path)
    if path[at] != path[other]:
        swapped = list(path)
        swapped[at], swapped[other] = path[other], path[at]
        bad.append(swapped)
    return bad


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_a_stretch_is_covered_once(begin: int, length: int) -> None:
    """By complete subtrees, each a power of two that halves from left to right."""
    parts = list(complete((begin, begin + length)))
    assert parts[0][0] == begin
    assert parts[-1][1] == begin + length
    sizes = [end - start for start, end in parts]
    assert sizes == sorted(set(sizes), reverse=True)
    assert all(size & (size - 1) == 0 for size in sizes)
