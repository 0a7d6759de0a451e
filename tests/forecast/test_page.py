"""docs/planning.md prints what the code computes and assumes, and what it tells people to type works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit.cli.forecasting import plan_, replay_, simulate_
from kit.forecast import Learning
from kit.forecast.calibrating import ENOUGH
from kit.forecast.cohort import FINAL_ITEMS
from kit.forecast.measures import COLUMNS, compare
from kit.forecast.passage import Pace
from kit.forecast.plan import FIRST

PAGE = (Path(__file__).resolve().parents[2] / "docs/planning.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("<!-- table: arms -->\n")[2].partition("<!-- end: arms -->")[0]


def test_the_table_of_the_arms_is_what_the_command_computes() -> None:
    computed = compare()
    head, _, *lines = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in TABLE.splitlines()]
    names = [cell.strip("`") for cell in head[1:]]
    assert names == list(COLUMNS)[: len(names)]
    assert [line[0] for line in lines] == list(computed.index)
    for arm, *cells in lines:
        for name, cell in zip(names, cells, strict=True):
            printed = float(cell.removesuffix(" %")) / (100 if cell.endswith("%") else 1)
            # Another NumPy may draw other numbers from the same seed; nobody's percentages are truer than that.
            wide = 0.2 if name == "time_ratio" else 0.03 if name in ("tests", "effect_size") else 0.015
            assert printed == pytest.approx(computed.loc[arm, name], abs=wide), f"{arm}, {name}"


def test_every_column_is_explained() -> None:
    assert [name for name in COLUMNS if name != "true_mean" and f"`{name}`" not in PAGE.replace(TABLE, "")] == []


def test_the_assumptions_on_the_page_are_those_of_the_code() -> None:
    learning, pace = Learning(), Pace()
    for words in (
        f"| {FIRST}; from {ENOUGH} learners on",
        f"| {learning.gain}, SD {learning.gain_spread:.2f} |",
        f"on the logit scale, SD | {learning.aptitude} |",
        f"from objective to objective, SD | {learning.spread} |",
        f"logit per unit of level | {learning.transfer * learning.steepness} |",
        f"less where some objectives are shown already | {pace.form} |",
        f"takes this part of them | {pace.corrective} |",
        f"with a start of {learning.usual} ",
        f"closes {learning.again} of what a different one does",
        f"a final examination of {FINAL_ITEMS} items",
    ):
        assert words in PAGE.replace("\n", " ")


@pytest.mark.parametrize("command", [simulate_, plan_, replay_], ids=["simulate", "plan", "replay"])
def test_every_option_on_the_page_exists(command) -> None:  # type: ignore[no-untyped-def]
    known = {option for parameter in command.params for option in parameter.opts}
    lines = re.findall(rf"^    kit {command.name} ?(.*)$", PAGE, re.M)
    assert len(lines) >= 2
    assert {option for line in lines for option in re.findall(r"--[\w-]+", line)} <= known


def test_the_lines_for_a_notebook_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.courses import write_course

    monkeypatch.chdir(write_course(tmp_path / "course", {"01-one": ()}, items=2))
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    names: dict[str, object] = {}
    exec(code, names)
    assert "plan" in names
