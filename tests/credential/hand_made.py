"""A portfolio as values, for tests that need no course."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kit.portfolio.model import AttemptPart, ObjectivePart, Portfolio, UnitPart, VerdictPart

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def portfolio_of_two_units(name: str = "Ada ]]> Lovelace") -> Portfolio:
    return Portfolio(
        "numbers", "Numbers & more", "ada", name, START, START + timedelta(days=2), (_unit("one"), _unit("two"))
    )


def _unit(unit: str) -> UnitPart:
    end = START + timedelta(days=1)
    verdict = VerdictPart("adding", "mastered", 5.0, 5.0, 0.8, 0.74, 5)
    attempt = AttemptPart(1, "a", end, START, 5.0, 5.0, "mastered", "every-objective", "Yours.", (verdict,), False)
    objective = ObjectivePart("adding", "add _two_ numbers", "shown", 0.8, "a", 1, 5, 1.0, 0.74, 0)
    return UnitPart(
        unit, f"Unit {unit}", "mastered", 1, "worked-example", "every-objective", (objective,), (attempt,), (), (),
        None, 0, START, end, "evidence",
    )  # fmt: skip
