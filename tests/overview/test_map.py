"""The cohort map of a cohort that is too large for one table."""

from __future__ import annotations

import pandas as pd

from kit.overview.map import ONE_TABLE, map_html

UNITS = [("01-values", "Values"), ("02-lists", "Lists")]


def found(learners: int) -> pd.DataFrame:
    names = [f"l{number:04}" for number in range(learners) for _ in UNITS]
    looks = [("mastered", 2, True), ("locked", 0, False)] * learners
    return pd.DataFrame({
        "learner": names, "name": names, "unit": [unit for unit, _ in UNITS] * learners,
        "state": [look[0] for look in looks], "cycles": [look[1] for look in looks],
        "by_override": [look[2] for look in looks],
    })  # fmt: skip


def test_up_to_three_hundred_stand_in_one_table() -> None:
    html = map_html(found(ONE_TABLE), UNITS)
    assert (html.count("<table"), html.count("<details"), html.count("<tr>")) == (1, 0, ONE_TABLE + 1)


def test_more_unfold_by_the_hundred_and_nobody_is_left_out() -> None:
    html = map_html(found(ONE_TABLE + 50), UNITS)
    assert html.count("<details") == 4
    assert all(f"<bdi>l{number:04}</bdi>" in html for number in range(ONE_TABLE + 50))
    assert "<bdi>l0300</bdi> to <bdi>l0349</bdi>, n = 50" in html
    assert html.count("● mastered") == ONE_TABLE + 50, "marks and words, no drawings"
