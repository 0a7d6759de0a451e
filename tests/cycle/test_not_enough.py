"""The rule `posterior` on real notebooks: “not enough evidence yet” opens a form and no corrective."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from kit import load
from kit.exchange import open_exchange
from tests.courses import write_course
from tests.cycle.school import School

RULE = 'rule = "posterior"\n'


@pytest.fixture
def school(tmp_path: Path) -> School:
    # Four items each: 4 of 4 is .67, 8 of 8 is .87 (0.8 is asked for), 2 of 4 is .06.
    return School(write_course(tmp_path / "course", items=4, extra=RULE), "ada", "ben")


def test_somebody_who_is_not_sure_yet_gets_a_form_and_no_corrective_until_they_are(school: School) -> None:
    school.submit("ada", "01-one.a", 4)
    school.run()
    assert school.todo("ada") == ["01-one.b"]
    assert "Not enough evidence yet" in school.next("ada")
    assert "nothing to do in between" in school.next("ada")
    (feedback,) = open_exchange(school.course).feedback("ada", "01-one.a")
    page = html.unescape(feedback.html.decode())
    assert "Not enough evidence yet" in page
    assert school.unit("ada").attempts[0].decision.sentence in page

    school.submit("ada", "01-one.b", 4)
    school.run()
    ada = school.unit("ada")
    assert [a.decision.outcome for a in ada.attempts] == ["more", "mastered"]
    assert [a.decision.cycle for a in ada.attempts] == [0, 0]
    assert ada.correctives == []
    assert school.todo("ada") == []
    assert open_exchange(school.course).granted()["ada"] == {"01-one.a", "01-one.b", "01-one.enrichment"}


def test_beside_a_gap_the_corrective_comes_first_and_the_next_form_serves_both(school: School) -> None:
    school.submit("ben", "01-one.a", {"adding": 4, "taking": 2})
    school.run()
    assert school.todo("ben") == ["01-one.taking.analogy"]
    school.submit("ben", "01-one.taking.analogy", 1)
    school.run()
    school.submit("ben", "01-one.b", 4)
    school.run()
    verdicts = school.unit("ben").attempts[1].decision.verdicts
    assert {v.objective: v.state for v in verdicts} == {"adding": "mastered", "taking": "not-enough"}
    assert school.todo("ben") == ["01-one.c"]


def test_the_instructor_sees_how_sure_it_is_and_the_learner_never_does(school: School) -> None:
    school.submit("ada", "01-one.a", 4)
    school.run()
    school.submit("ada", "01-one.b", 4)
    school.run()
    found = load(school.root).frames.objectives
    assert list(found["state"]) == ["not-enough", "not-enough", "mastered", "mastered"]
    assert found["certainty"].tolist() == pytest.approx([1 - 0.8**5] * 2 + [1 - 0.8**9] * 2)
    exchange = open_exchange(school.course)
    told = str(exchange.progress("ada")) + "".join(
        page.html.decode() for form in "ab" for page in exchange.feedback("ada", f"01-one.{form}")
    )
    assert not any(number in told for number in ("0.67", "67%", "67 %", "0.86", "86%", "86 %"))


def test_settings_are_part_of_what_is_built_and_frozen_for_who_has_begun(school: School) -> None:
    school.fetch("ada", "01-one.a")
    school.run()
    with (school.root / "course.toml").open("a") as file:
        file.write("[decisions]\nconfidence = 0.6\n")
    school.build()
    school.run()
    school.submit("ada", "01-one.a", 4)
    school.submit("ben", "01-one.r2.a", 4)
    school.run()
    assert school.unit("ada").attempts[0].decision.outcome == "more", "0.8 was agreed on"
    assert school.unit("ben").attempts[0].decision.outcome == "mastered"
