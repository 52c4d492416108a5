"""Points, boxes and matrices of a PDF page (ISO 32000 §8.3)."""

from collections.abc import Sequence
from typing import Any, TypeAlias

Box: TypeAlias = tuple[float, float, float, float]
Matrix: TypeAlias = Sequence[float]

IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
NOWHERE: Box = (1.0, 1.0, 0.0, 0.0)


def numbers_of(found: Any, otherwise: Matrix) -> Matrix:
    """A matrix or box of a dictionary."""
    return [float(value) for value in found.get_object()] if found is not None else otherwise


def within(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix of what stands by one in what stands by another."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def placed_point(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    """Where a point stands."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def placed(box: Box, matrix: Matrix) -> Box:
    """The box around a box that a matrix has moved, turned or stretched; of all and of nothing that itself."""
    if box in (EVERYWHERE, NOWHERE):
        return box
    corners = [placed_point(x, y, matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


_MANY = 20


def lie_apart(boxes: list[Box]) -> bool:
    """One box, or a few of which none lies in another and may be its hole."""
    if len(boxes) > _MANY:
        return False
    return not any(
        one is not other and one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        for one in boxes
        for other in boxes
    )
