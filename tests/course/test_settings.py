"""[assessment] and [decisions]: defaults, what a unit overrides, and what is refused with its place."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from kit.course import AS_BEFORE, Assessment, Bkt, Settings, load_course, read_course
from tests.courses import write_course

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = 'title = "N"\nid = "n"\n'


def settings(tmp_path: Path, course: str = "", unit: str = "") -> Settings:
    root = write_course(tmp_path)
    (root / "course.toml").write_text(HEAD + course)
    with (root / "units/01-one/unit.toml").open("a") as file:
        file.write(unit)
    return load_course(root).units[0].settings


def test_a_course_that_says_nothing_has_the_defaults(tmp_path: Path) -> None:
    assert settings(tmp_path) == Settings()
    assert load_course(tmp_path).assessment == Assessment(risk=0.25, margin=0.15)


def test_everything_can_be_set(tmp_path: Path) -> None:
    told = (
        "[assessment]\nrisk = 0.1\nmargin = 0.2\n"
        "[decisions]\nconfidence = 0.9\nprior = [8, 2]\nstreak = 5\nconfirm_from = 0\n"
        "[decisions.bkt]\nstart = 0.4\nlearn = 0.2\nslip = 0.05\nguess = 0.25\nconfidence = 0.99\n"
    )
    bkt = Bkt(start=0.4, learn=0.2, slip=0.05, guess=0.25, confidence=0.99)
    assert settings(tmp_path, told) == Settings(0.9, (8.0, 2.0), 5, 0, bkt)
    assert load_course(tmp_path).assessment == Assessment(0.1, 0.2)


@pytest.mark.parametrize(
    ("course", "unit", "expected"),
    [
        pytest.param("[decisions]\nstreak = 5\n", "", Settings(streak=5), id="the course speaks for its units"),
        pytest.param("[decisions]\nstreak = 5\nconfidence = 0.9\n", "\n[decisions]\nstreak = 4\n",
                     Settings(streak=4, confidence=0.9), id="a unit overrides key by key"),
        pytest.param("[decisions]\nstreak = 5\n", "\n[decisions]\nstreak = 3\n", Settings(streak=3),
                     id="also where it asks for a default"),
        pytest.param("[decisions.bkt]\nslip = 0.2\n", "\n[decisions.bkt]\nguess = 0.3\n",
                     Settings(bkt=Bkt(slip=0.2, guess=0.3)), id="and within [decisions.bkt]"),
    ],
)  # fmt: skip
def test_the_nearest_value_counts(tmp_path: Path, course: str, unit: str, expected: Settings) -> None:
    assert settings(tmp_path, course, unit) == expected


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        pytest.param("[assessment]\nrisk = 0.9", "assessment.risk", "less than or equal to 0.5", id="more than a coin"),
        pytest.param("[assessment]\nmargin = 15", "assessment.margin", "less than or equal to 0.3", id="in percent"),
        pytest.param("[assessment]\nrisks = 0.2", "assessment.risks", "not known", id="a typing error"),
        pytest.param("[decisions]\nconfidence = 0.5", "decisions.confidence", "greater than 0.5", id="both at once"),
        pytest.param("[decisions]\nconfidence = 1", "decisions.confidence", "less than 1", id="never reached"),
        pytest.param("[decisions]\nprior = [1]", "decisions.prior.1", "required", id="half a prior"),
        pytest.param("[decisions]\nprior = [0, 1]", "decisions.prior.0", "greater than 0", id="no prior at all"),
        pytest.param("[decisions]\nstreak = 1", "decisions.streak", "greater than or equal to 2", id="no row"),
        pytest.param("[decisions]\nconfirm_from = -1", "decisions.confirm_from", "greater than or equal to 0",
                     id="before the first form"),
        pytest.param("[decisions.bkt]\nguess = 0.5", "decisions.bkt.guess", "less than 0.5", id="guesses like a coin"),
        pytest.param("[decisions.bkt]\nslip = 0", "decisions.bkt.slip", "greater than 0", id="nobody ever slips"),
        pytest.param("[decisions.bkt]\nslips = 0.1", "decisions.bkt.slips", "not known", id="a typing error deep down"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("file", ["course.toml", "units/01-one/unit.toml"])
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, file: str, text: str, place: str, said: str) -> None:
    root = write_course(tmp_path)
    if file != "course.toml" and text.startswith("[assessment]"):
        place, said = "assessment", "not known"  # a course has one; units do not
    (root / file).write_text((HEAD if file == "course.toml" else (root / file).read_text()) + "\n" + text + "\n")
    _, faults = read_course(root)
    (fault,) = [fault for fault in faults if fault.where.startswith(file)]
    assert fault.where == f"{file}, {place}"
    assert said in fault.what
    assert fault.next


@pytest.mark.parametrize(
    ("criterion", "levels"),
    [
        pytest.param(0.7, (0.55, 0.85), id="both a margin off"),
        pytest.param(0.85, (0.7, 0.95), id="the upper one is at most .95"),
        pytest.param(0.97, (0.82, 0.97), id="but never below the criterion"),
        pytest.param(0.1, (0.0, 0.25), id="the lower one is at least 0"),
    ],
)
def test_the_levels_that_a_form_has_to_tell_apart(criterion: float, levels: tuple[float, float]) -> None:
    assert Assessment().levels(criterion) == pytest.approx(levels)


def test_settings_survive_being_written_down() -> None:
    chosen = Settings(0.9, (8.0, 2.0), 5, 0, Bkt(start=0.4))
    assert Settings.from_json(chosen.to_json()) == chosen


def test_without_any_written_down_a_pass_is_a_pass_at_every_form() -> None:
    assert Settings.from_json(None) == AS_BEFORE
    assert AS_BEFORE.confirm_from == 0


@pytest.mark.parametrize("table", [Assessment(), Settings(), Bkt()], ids=["assessment", "decisions", "decisions.bkt"])
def test_every_key_is_in_the_docs_with_its_default(table: Assessment | Settings | Bkt) -> None:
    name = {Assessment: "assessment", Settings: "decisions", Bkt: "decisions.bkt"}[type(table)]
    page = (ROOT / "docs/authoring.md").read_text()
    told = dict(re.findall(rf"^\| `\[{re.escape(name)}\] (\w+)` \| `([^`]+)` \|", page, re.M))
    defaults = {f.name: getattr(table, f.name) for f in fields(table) if f.name != "bkt"}
    assert told == {key: str(list(v) if isinstance(v, tuple) else v).replace(".0", "") for key, v in defaults.items()}
