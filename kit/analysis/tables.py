"""The frames as the terminal shows them: the few columns an instructor reads first, then what was found, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from kit.reports.words import duration, plain

if TYPE_CHECKING:
    import pandas as pd

Cell = Callable[[Mapping[str, Any]], str]


def percent(row: Mapping[str, Any], name: str, *, sign: bool = False) -> str:
    """A share as whole per cent, rounded; – where it cannot be told."""
    value = row[name]
    return "–" if missing(value) else f"{100 * value:+.0f}\u00a0%" if sign else f"{100 * value:.0f}\u00a0%"


def ranged(row: Mapping[str, Any], name: str, *, sign: bool = False) -> str:
    """A share with its interval."""
    if missing(row[name]):
        return "–"
    form = "+.0f" if sign else ".0f"
    low, high = (format(100 * row[f"{name}_{end}"], form) for end in ("low", "high"))
    return f"{100 * row[name]:{form}}\u00a0% ({low} to {high})"


def decimal(row: Mapping[str, Any], name: str) -> str:
    """A coefficient with two decimals."""
    return "–" if missing(row[name]) else f"{row[name]:.2f}"


def whole(row: Mapping[str, Any], name: str) -> str:
    """A count."""
    return "–" if missing(row[name]) else f"{row[name]}"


def missing(value: Any) -> bool:
    """Whether *value* is one of the many faces of NA."""
    return value is None or value != value


def text(name: str) -> Cell:
    """The column as it stands."""
    return lambda row: "–" if missing(row[name]) else plain(str(row[name]))


def _columns(cells: Mapping[str, Cell | tuple[str, str]]) -> dict[str, Cell]:
    kinds: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
        "%": percent, "±": ranged, "0.00": decimal, "n": whole,
        "+%": lambda row, name: percent(row, name, sign=True), "+±": lambda row, name: ranged(row, name, sign=True),
        "time": lambda row, name: duration(None if missing(row[name]) else row[name].to_pytimedelta()),
        "text": lambda row, name: text(name)(row),
    }  # fmt: skip

    def cell(kind: str, name: str) -> Cell:
        return lambda row: kinds[kind](row, name)

    return {head: one if callable(one) else cell(*one) for head, one in cells.items()}


_FORM: dict[str, Cell | tuple[str, str]] = {"form": ("text", "form")}

ITEMS = _columns({
    **_FORM, "item": ("text", "item"), "n": ("n", "n"), "NULL": ("n", "not_assessed"), "right": ("±", "difficulty"),
    "discr.": ("0.00", "discrimination"), "in form": ("0.00", "discrimination_form"), "alpha": ("0.00", "alpha"),
    "without": ("0.00", "alpha_without"), "form open": ("time", "form_time"),
})  # fmt: skip
FORMS = _columns({
    **_FORM, "n": ("n", "n"), "first": ("n", "first_attempts"), "of": ("0.00", "max"), "mean": ("0.00", "mean"),
    "variance": ("0.00", "variance"), "SE": ("0.00", "mean_se"), "KR-20": ("0.00", "kr20"), "KR-21": ("0.00", "kr21"),
    "easier than the first": ("+±", "difference"),
})  # fmt: skip
COMPARISON = _columns({
    **_FORM, "objective": ("text", "objective"), "against": ("text", "reference"), "n": ("n", "n"),
    "needed": ("n", "n_needed"), "expected": ("%", "expected"), "observed": ("%", "observed"),
    "difference": ("+±", "difference"), "cut": ("0.00", "cut"), "mean eq.": ("0.00", "mean_cut"),
    "linear eq.": ("0.00", "linear_cut"),
})  # fmt: skip
DRIFT = _columns({
    **_FORM, "n early": ("n", "n_early"), "n late": ("n", "n_late"), "early": ("%", "early"), "late": ("%", "late"),
    "difference": ("+±", "difference"),
})  # fmt: skip
CORRECTIVES = _columns({
    "objective": ("text", "objective"), "approach": ("text", "approach"),
    "given": ("n", "given"), "taken": ("n", "taken"), "done": ("n", "completed"), "next": ("n", "followed"),
    "reach it": ("±", "rate"), "retest": ("%", "retest"), "against others": ("+±", "difference"),
    "until next": ("time", "until_next"),
})  # fmt: skip
DECISIONS = _columns({
    "objective": lambda row: "every objective" if missing(row["objective"]) else plain(str(row["objective"])),
    "n": ("n", "n"), "KR-21": ("0.00", "kr21"), "passes": ("%", "passes"), "P0": ("0.00", "consistency"),
    "kappa": ("0.00", "kappa"), "right": ("%", "accuracy"), "false m.": ("%", "false_master"),
    "false non-m.": ("%", "false_non_master"), "mastered": ("n", "mastered"), "unsure": ("n", "unsure"),
})  # fmt: skip
RETESTS = _columns({
    "objective": ("text", "objective"), "attempt": ("n", "attempt"), "tried": ("n", "tried"),
    "mastered": ("n", "mastered"), "how sure": ("%", "certainty"), "unsure": ("n", "unsure"),
    "by chance": ("%", "by_chance"),
})  # fmt: skip
"""Head → cell of each table."""


def table(found: pd.DataFrame, cells: Mapping[str, Cell]) -> Table:
    """*found* as a table; what is flagged is marked with ▲."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    shown.add_column("", width=1)
    for head in cells:
        left = head in ("form", "item", "objective", "approach", "against")
        shown.add_column(head, justify="left" if left else "right", no_wrap=not left)
    for row in rows(found):
        flagged = "flags" in row and not missing(row["flags"])
        values = [cell(row) for cell in cells.values()]
        shown.add_row("▲" if flagged else "", *(Text(value) for value in values), style="bold red" if flagged else "")
    return shown


def rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows by column name."""
    return [{str(name): value for name, value in row.items()} for row in found.astype("object").to_dict("records")]


def flagged(found: pd.DataFrame, names: Sequence[str]) -> Iterator[Text]:
    """One line a flag: where (the columns *names*), and what."""
    for row in rows(found):
        if not missing(row["flags"]):
            yield Text.assemble(("▲ ", "bold red"), (_where(row, names), "bold"), f"  {plain(str(row['flags']))}")


def told(found: pd.DataFrame, names: Sequence[str]) -> Iterator[Text]:
    """One line a row: where, and what can be told."""
    for row in rows(found):
        yield Text.assemble((_where(row, names), "bold"), f"  {plain(str(row['told']))}")


def _where(row: Mapping[str, Any], names: Sequence[str]) -> str:
    words = ["every objective" if missing(row[name]) else plain(str(row[name])) for name in names]
    return " ".join(words)
