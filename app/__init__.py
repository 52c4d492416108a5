"""Duebox: see README.md."""

import gc

gc.set_threshold(50_000, 20, 50)
"""A start makes some hundred thousand objects that stay; Python's own 700, 10, 10 would look through them again and
again, which took a sixth of it."""
