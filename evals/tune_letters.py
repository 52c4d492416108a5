"""Tunes an embedder of its own that hears what a sentence of a letter does: `python -m evals tune-letters`. Needs
PyTorch, and some 20 minutes on two cores.

    sentence ─▶ lower layers (frozen) ─▶ upper layers ─▶ vector ─▶ odds of each kind (app/reading/outgoing/judging.py)
    loss = harmless or not + SHARE of which kind

One in KEPT_BACK batches of neighbouring lines is kept back: a sentence and the one that differs from it in two words
stay together. All of a letter's sentences are harmless but the planted one. Going on from an earlier tuning, as many
known sentences are drawn beside the new ones, lest they are forgotten.
"""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from app.reading.model.embedding import HEAD
from app.reading.outgoing.judging import KINDS, LETTERS_FILE
from app.reading.spans import sentences
from evals.dataset import DATASETS, Line, folder_lines
from evals.drafts import our_letters
from evals.encoder import ModelFile
from evals.upper_layers import STRETCH, UpperLayers, optimiser, schedule

TOLD = DATASETS / "drafts" / "train"
SEED = 20261201
EPOCHS = 4
SENTENCES_A_STEP = 48
SHARE = 0.3
SOFTER = 0.5
"""The rates are so much lower where an earlier tuning goes on."""

NEIGHBOURS = 10
KEPT_BACK = 14
FRAME = 2
TUNED_ON = f"{HEAD}tuned_on"
"""The name of an array: checksums of the sentences that were learned from."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and which of KINDS it is."""

    text: str
    kind: str


class Judge(nn.Module):
    """The upper layers and what is made of their vectors."""

    def __init__(self, file: ModelFile, texts: Sequence[str]) -> None:
        super().__init__()
        self.upper = UpperLayers(file, texts)
        self.head = nn.Linear(self.upper.width, len(KINDS))
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, numbers: Sequence[int]) -> Tensor:
        odds: Tensor = self.head(self.upper(numbers) * STRETCH)
        return odds

    def start_from(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended."""
        self.upper.start_from(arrays)
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(arrays[f"{HEAD}weight"]) / STRETCH)
            self.head.bias.copy_(torch.from_numpy(arrays[f"{HEAD}bias"]))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What the judge and its embedder load."""
        head = {"weight": self.head.weight.detach().numpy() * STRETCH, "bias": self.head.bias.detach().numpy()}
        return {f"{HEAD}{name}": values for name, values in head.items()} | self.upper.arrays()


def told_sentences(folder: Path = TOLD) -> list[Told]:
    """Lines with a `text` are sentences; those with a `body` letters, harmless but for what is `planted` in them. And
    all that our own templates say, which is harmless."""
    found: dict[str, Told] = {}
    for line in [*folder_lines(folder), *({"body": body} for body in our_letters())]:
        for told in _of_letter(line) if "body" in line else [Told(line["text"], line["label"])]:
            found.setdefault(told.text, told)
    return list(found.values())


def _of_letter(line: Line) -> Iterator[Told]:
    planted = str(line.get("planted", ""))
    for text in said_in(line["body"]):
        is_planted = bool(planted) and (text in planted or planted in text)
        yield Told(text, line["label"] if is_planted else KINDS[0])


def said_in(body: str) -> list[str]:
    """The sentences of a letter between greeting and closing."""
    paragraphs = [paragraph for paragraph in body.split("\n\n") if paragraph.strip()]
    inner = paragraphs[1:-1] if len(paragraphs) > FRAME else paragraphs
    return [span.of(paragraph) for paragraph in inner for span in sentences(paragraph)]


def tune_letters(
    told: Sequence[Told],
    image: bytes,
    say: Say,
    *,
    epochs: int = EPOCHS,
    going_on_from: Path | None = None,
    out: Path = LETTERS_FILE,
) -> float:
    """Learn, anew or from where an earlier tuning ended, and write the arrays after every epoch.

    Returns the share of the sentences kept back that is heard right.
    """
    torch.manual_seed(SEED)
    dice = random.Random(SEED)  # noqa: S311 repeatable, not secret
    kept = [at for at in range(len(told)) if at // NEIGHBOURS % KEPT_BACK == 0]
    learned = [at for at in range(len(told)) if at // NEIGHBOURS % KEPT_BACK]
    before = _stored(going_on_from) if going_on_from is not None else {}
    names = [zlib.crc32(sentence.text.encode()) for sentence in told]
    known = set(before.get(TUNED_ON, np.array([], np.int64)).tolist())
    if known:
        old = [at for at in learned if names[at] in known]
        learned = [at for at in learned if names[at] not in known]
        learned += dice.sample(old, min(len(old), len(learned)))
    say(f"{len(learned)} sentences to learn from, {len(kept)} kept back")
    model = Judge(ModelFile(image), [sentence.text for sentence in told])
    if before:
        model.start_from(before)
    kinds = torch.tensor([KINDS.index(sentence.kind) for sentence in told])
    model.upper.dither()
    optimizer = optimiser(model, model.upper, SOFTER if before else 1.0)
    pace = schedule(optimizer, epochs * -(-len(learned) // SENTENCES_A_STEP))
    out.parent.mkdir(parents=True, exist_ok=True)
    right = _heard_right(model, kept, kinds)
    say(f"before: kept back {right:.4f}")
    for epoch in range(epochs):
        dice.shuffle(learned)
        total = 0.0
        for first in range(0, len(learned), SENTENCES_A_STEP):
            batch = learned[first : first + SENTENCES_A_STEP]
            optimizer.zero_grad()
            loss = _loss(model(batch), kinds[batch])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            pace.step()
            total += loss.item() * len(batch)
        tuned_on = np.array(sorted(known | {names[at] for at in learned}), np.int64)
        np.savez_compressed(out, allow_pickle=False, **model.arrays(), **{TUNED_ON: tuned_on})
        right = _heard_right(model, kept, kinds)
        say(f"epoch {epoch + 1} of {epochs}: loss {total / len(learned):.4f}, kept back {right:.4f}")
    return right


def _stored(path: Path) -> dict[str, NDArray[np.generic]]:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _loss(odds: Tensor, kinds: Tensor) -> Tensor:
    shares = torch.log_softmax(odds, 1)
    harmless, other = shares[:, 0], shares[:, 1:].logsumexp(1)
    return -torch.where(kinds == 0, harmless, other).mean() + SHARE * functional.nll_loss(shares, kinds)


def _heard_right(model: Judge, rows: Sequence[int], kinds: Tensor) -> float:
    """The share of sentences whose being harmless or not is heard right; 0 where there are none."""
    if not rows:
        return 0.0
    model.eval()
    with torch.no_grad():
        odds = torch.cat([model(rows[at : at + 64]) for at in range(0, len(rows), 64)])
    model.train()
    is_harmful = odds[:, 1:].logsumexp(1) > odds[:, 0]
    return float((is_harmful == (kinds[list(rows)] != 0)).float().mean())
