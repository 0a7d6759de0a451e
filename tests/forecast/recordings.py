"""Recordings with a known truth: answers drawn at known levels, written as the CSV files that `kit replay` reads."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def write_recording(path: Path, learners: int = 60, forms: int = 4, items: int = 5, seed: int = 3) -> dict[str, float]:
    """Write *learners* with one objective, *forms* forms of *items* items, into *path*; their true levels by name."""
    rng = np.random.default_rng(seed)
    levels = {f"learner{number:03}": float(rng.uniform(0.4, 1.0)) for number in range(learners)}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "objective", "form", "item", "correct", "order"])
        for name, level in levels.items():
            for number in range(forms):
                for item in range(items):
                    answer = int(rng.random() < level)
                    writer.writerow([name, "slicing", "abcdefgh"[number], f"q{item}", answer, number * items + item])
    return levels
