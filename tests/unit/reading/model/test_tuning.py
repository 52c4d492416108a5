import struct

import numpy as np
import pytest

from app.reading.model.tuning import BLOCK, NotAModelFile, directory, tuned

PIECES = (b"a", b"bc")


def image() -> bytes:
    """A model file with two tensors: a matrix of two blocks and a vector of three."""
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 1, 1, 32, 2, 8, 1, 1e-12, 32)
    blob = b"".join(PIECES)
    vocabulary = struct.pack("<5iQ", len(PIECES), 0, 1, 1, 0, len(blob))
    vocabulary += struct.pack("<3I", 0, 1, 3) + struct.pack("<2f", -1.0, -2.0) + blob
    vocabulary += struct.pack("<iI", 0, 0)
    matrix = np.zeros(2, BLOCK)
    matrix["scale"], matrix["nibbles"] = [0.5, 0.25], 0x87
    parts = {"l0.q.w": (1, matrix.tobytes()), "l0.q.b": (0, np.array([1, 2, 3], np.float32).tobytes())}
    length = len(head) + len(vocabulary) + 4 + sum(2 + len(name) + 21 for name in parts)
    entries, data = b"", b""
    for name, (kind, content) in parts.items():
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, len(content), length + len(data), len(content))
        data += content
    return head + vocabulary + struct.pack("<i", len(parts)) + entries + data


def test_tensors_are_found_by_name() -> None:
    places = directory(image())
    assert set(places) == {"l0.q.w", "l0.q.b"}
    place = places["l0.q.b"]
    assert np.frombuffer(image(), np.float32, 3, place.offset).tolist() == [1, 2, 3]


def test_tuned_arrays_take_their_places_and_nothing_else_changes() -> None:
    before = image()
    after = bytes(tuned(before, {"l0.q.w.scales": np.array([2.0, 4.0]), "l0.q.b": np.array([7.0, 8.0, 9.0])}))
    places = directory(after)
    blocks = np.frombuffer(after, BLOCK, 2, places["l0.q.w"].offset)
    assert blocks["scale"].tolist() == [2.0, 4.0]
    assert (blocks["nibbles"] == 0x87).all()
    assert np.frombuffer(after, np.float32, 3, places["l0.q.b"].offset).tolist() == [7, 8, 9]
    assert len(after) == len(before)
    assert after[: places["l0.q.w"].offset] == before[: places["l0.q.w"].offset]


def test_turned_bits_make_other_weights_and_leave_the_scales() -> None:
    before = image()
    flips = np.zeros((1, 2, 16), np.uint8)
    flips[0, 1, 3] = 0x87 ^ 0x9A
    after = bytes(tuned(before, {"l0.q.w.flips": flips}))
    blocks = np.frombuffer(after, BLOCK, 2, directory(after)["l0.q.w"].offset)
    assert blocks["nibbles"][1, 3] == 0x9A
    assert (np.delete(blocks["nibbles"].ravel(), 16 + 3) == 0x87).all()
    assert blocks["scale"].tolist() == [0.5, 0.25]
    assert bytes(tuned(after, {"l0.q.w.flips": flips})) == before


def test_arrays_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        tuned(image(), {"l0.q.b": np.zeros(5)})
    with pytest.raises(ValueError, match="reshape"):
        tuned(image(), {"l0.q.w.flips": np.zeros((1, 3, 16), np.uint8)})


@pytest.mark.parametrize("broken", [b"", b"GGUF" + image()[4:], image()[:60]])
def test_other_files_are_refused(broken: bytes) -> None:
    with pytest.raises(NotAModelFile):
        directory(broken)


def test_a_tensor_that_the_file_does_not_hold_is_refused() -> None:
    with pytest.raises(NotAModelFile, match="l9"):
        tuned(image(), {"l9.q.b": np.zeros(3)})
