"""Ten thousand learners fit into the memory of any machine."""

from __future__ import annotations

from benchmarks.forecast import peak_memory


def test_ten_thousand_learners_in_eight_units_take_less_than_a_gibibyte() -> None:
    assert 20 < peak_memory() < 1024
