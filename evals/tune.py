"""Tunes the embedder and its sentence head together: `python -m evals tune`. Needs PyTorch, and 17 minutes an epoch on
two cores.

    mail ─▶ sentences ─▶ lower layers (frozen, computed once) ─▶ upper layers (weights, scales, biases, norms) ─▶ vector
            vector, mean of the mail, trade features ─▶ odds of each intent ─▶ log-sum-exp ─▶ odds of the mail
    loss = mail against its labels + sentences against the quotes that carry an intent, where a line has them

A fifth of the mails, drawn by their ids, is kept back: `python -m evals train` calibrates on it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from torch import Tensor, nn
from torch.nn import functional

from app.reading.model.classifier import HEADS
from app.reading.model.embedding import HEAD, TUNING_FILE
from app.reading.model.features import FEATURES, trade_features
from evals.encoder import ModelFile
from evals.lessons import INTENTS, TUNED_ON, Lesson, is_kept_back, known_to_embedder
from evals.upper_layers import DROPOUT, STRETCH, UpperLayers, optimiser, schedule

SEED = 20260311
EPOCHS = 4
MAILS_A_STEP = 12
SENTENCES = 24
"""Of a longer mail so many sentences are learned from at a time, drawn anew each time; those with a label always."""

SOFTER = 0.5
"""The rates are so much lower where an earlier tuning goes on."""

POSITIVE_WEIGHT = 1.5

_STRETCHED = frozenset({"own", "whole"})

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exercise:
    """A lesson with its sentences' numbers (of the distinct sentences of the whole set), trade rows and labels."""

    sentences: Tensor
    rows: Tensor
    labels: Tensor
    by_sentence: Tensor | None

    def drawn(self, dice: random.Random) -> "Exercise":
        if len(self.sentences) <= SENTENCES:
            return self
        told = set() if self.by_sentence is None else set(self.by_sentence.any(dim=1).nonzero().flatten().tolist())
        others = [at for at in range(len(self.sentences)) if at not in told]
        chosen = sorted([*told, *dice.sample(others, max(SENTENCES - len(told), 0))])
        by_sentence = None if self.by_sentence is None else self.by_sentence[chosen]
        return Exercise(self.sentences[chosen], self.rows[chosen], self.labels, by_sentence)


class Tuned(nn.Module):
    """The upper layers and the sentence head."""

    def __init__(self, file: ModelFile, texts: Sequence[str]) -> None:
        super().__init__()
        self.upper = UpperLayers(file, texts)
        self.own = nn.Linear(self.upper.width, len(HEADS))
        self.whole = nn.Linear(self.upper.width, len(HEADS), bias=False)
        self.trade = nn.Linear(len(FEATURES), len(HEADS), bias=False)
        self.offset = nn.Parameter(torch.zeros(len(HEADS)))
        nn.init.normal_(self.own.weight, std=0.01)
        nn.init.constant_(self.own.bias, -2.0)
        for layer in (self.whole, self.trade):
            nn.init.zeros_(layer.weight)

    def forward(self, exercises: Sequence[Exercise]) -> tuple[Tensor, list[Tensor]]:
        """Log odds of the mails, and of each mail's sentences."""
        numbers = torch.cat([exercise.sentences for exercise in exercises])
        distinct, places = torch.unique(numbers, return_inverse=True)
        vectors = self.upper(distinct.tolist())[places] * STRETCH
        found: list[Tensor] = []
        for exercise, own in zip(exercises, vectors.split([len(e.sentences) for e in exercises]), strict=True):
            rows = functional.dropout(exercise.rows, DROPOUT, self.training)
            found.append(self.own(own) + self.whole(own.mean(0, keepdim=True)) + self.trade(rows))
        return torch.stack([odds.logsumexp(0) + self.offset for odds in found]), found

    def start_from(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended."""
        self.upper.start_from(arrays)
        with torch.no_grad():
            for name, value in self._head().items():
                value.copy_(torch.from_numpy(arrays[f"{HEAD}{name}"]) / (STRETCH if name in _STRETCHED else 1.0))

    def _head(self) -> dict[str, Tensor]:
        return {
            "own": self.own.weight,
            "whole": self.whole.weight,
            "trade": self.trade.weight,
            "bias": self.own.bias,
            "offset": self.offset,
        }

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What the classifier and the embedder load."""
        found: dict[str, NDArray[np.generic]] = {
            f"{HEAD}{name}": value.detach().numpy() * (STRETCH if name in _STRETCHED else 1.0)
            for name, value in self._head().items()
        }
        return found | self.upper.arrays()


def tune(
    mails: Sequence[Lesson],
    image: bytes,
    say: Say,
    *,
    epochs: int = EPOCHS,
    going_on_from: Path | None = None,
    out: Path = TUNING_FILE,
) -> float:
    """Learn, anew or from where an earlier tuning ended, and write the arrays after every epoch.

    Going on, an epoch goes twice through what is new. Kept back are mails that no tuning before has seen either.
    Returns the mean over the heads of the average precision on them.
    """
    torch.manual_seed(SEED)
    dice = random.Random(SEED)  # noqa: S311 repeatable, not secret
    file = ModelFile(image)
    numbers: dict[str, int] = {}
    exercises = [(lesson.id, _exercise(lesson, numbers)) for lesson in mails if lesson.passages]
    known = known_to_embedder(going_on_from) if going_on_from is not None else frozenset()
    learned = [exercise for line_id, exercise in exercises if not is_kept_back(line_id)]
    if known:
        learned += [exercise for line_id, exercise in exercises if not is_kept_back(line_id) and line_id not in known]
    kept = [exercise for line_id, exercise in exercises if is_kept_back(line_id) and line_id not in known]
    say(f"{len(learned)} mails to learn from, {len(kept)} kept back, {len(numbers)} sentences")
    model = Tuned(file, list(numbers))
    say("the lower layers are done")
    if going_on_from is not None:
        with np.load(going_on_from, allow_pickle=False) as stored:
            model.start_from({name: stored[name] for name in stored.files})
    model.upper.dither()
    optimizer = optimiser(model, model.upper, 1.0 if going_on_from is None else SOFTER)
    pace = schedule(optimizer, epochs * -(-len(learned) // MAILS_A_STEP))
    tuned_on = np.array(sorted(known | {lesson.id for lesson in mails if not is_kept_back(lesson.id)}))
    out.parent.mkdir(parents=True, exist_ok=True)
    say(f"before: kept back {_mean_precision(model, kept):.4f}")
    for epoch in range(epochs):
        dice.shuffle(learned)
        total = 0.0
        for first in range(0, len(learned), MAILS_A_STEP):
            batch = [exercise.drawn(dice) for exercise in learned[first : first + MAILS_A_STEP]]
            optimizer.zero_grad()
            loss = _loss(model, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            pace.step()
            total += loss.item() * len(batch)
        np.savez_compressed(out, allow_pickle=False, **model.arrays(), **{TUNED_ON: tuned_on})
        found = _mean_precision(model, kept)
        say(f"epoch {epoch + 1} of {epochs}: loss {total / len(learned):.4f}, kept back {found:.4f}")
    return found


def _exercise(lesson: Lesson, numbers: dict[str, int]) -> Exercise:
    sentences = [numbers.setdefault(passage.text, len(numbers)) for passage in lesson.passages]
    rows = np.stack([trade_features(passage.text, lesson.language) for passage in lesson.passages])
    by_sentence = None if lesson.by_sentence is None else torch.from_numpy(lesson.by_sentence).float()
    return Exercise(
        torch.tensor(sentences), torch.from_numpy(rows), torch.from_numpy(lesson.labels).float(), by_sentence
    )


def _loss(model: Tuned, batch: Sequence[Exercise]) -> Tensor:
    mails, sentences = model(batch)
    loss = _cross_entropy(mails, torch.stack([exercise.labels for exercise in batch]))
    told = [(odds, e.by_sentence) for odds, e in zip(sentences, batch, strict=True) if e.by_sentence is not None]
    if told:
        odds = torch.cat([odds[:, :INTENTS] for odds, _ in told])
        loss = loss + _cross_entropy(odds, torch.cat([labels for _, labels in told]))
    return loss


def _cross_entropy(odds: Tensor, labels: Tensor) -> Tensor:
    weight = torch.full((odds.shape[1],), POSITIVE_WEIGHT)
    return functional.binary_cross_entropy_with_logits(odds, labels, pos_weight=weight)


def _mean_precision(model: Tuned, exercises: Sequence[Exercise]) -> float:
    """The average precision of each head that these mails have; 0 where there are none."""
    if not exercises:
        return 0.0
    model.eval()
    with torch.no_grad():
        odds = torch.cat([model(exercises[at : at + 32])[0] for at in range(0, len(exercises), 32)]).numpy()
    model.train()
    labels = torch.stack([exercise.labels for exercise in exercises]).numpy()
    heads = [head for head in range(len(HEADS)) if labels[:, head].any()]
    return float(np.mean([average_precision_score(labels[:, head], odds[:, head]) for head in heads]))
