"""What a portfolio says, against a history that can be worked out by hand."""

from __future__ import annotations

import json
import re
import sys
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from kit.errors import KitError, NotGranted, UnknownName
from kit.portfolio import Portfolio, portfolio, publish, published, render_html, render_json, render_pdf
from kit.portfolio.road import in_short, steps
from kit.portfolio.writing import read_json
from tests.reports.conftest import stuck
from tests.reports.written_history import BEGIN, History


def hours(number: float) -> object:
    return BEGIN + timedelta(hours=number)


def test_a_unit_with_a_corrective_by_hand(history: History) -> None:
    unit = portfolio(history.course, "ada").units[1]
    assert (unit.id, unit.title, unit.state, unit.cycles) == ("02-lists", "Lists and slicing", "mastered", 1)
    assert (unit.begun_at, unit.mastered_at, unit.took) == (hours(4), hours(9), timedelta(hours=5))
    assert (unit.mastered_by, unit.approach, unit.rule) == ("evidence", "worked-example", "every-objective")
    (objective,) = unit.objectives
    assert (objective.title, objective.criterion) == ("take a run of elements out of a list", 0.8)
    assert (objective.form, objective.attempt, objective.items, objective.share) == ("b", 2, 5, 0.8)
    assert (objective.certainty, objective.correctives) == (pytest.approx(0.2322, abs=1e-4), 1)
    first, second = unit.attempts
    assert (first.form, first.fetched_at, first.at, first.score, first.max) == ("a", hours(4), hours(6), 3.0, 5.0)
    assert (first.gaps, first.shown, second.shown, second.outcome) == (("slicing",), 0, 1, "mastered")
    (corrective,) = unit.correctives
    assert (corrective.objective, corrective.approach, corrective.after) == ("slicing", "number-line", 1)
    assert (corrective.handed_in_at, corrective.then) == (hours(7), "mastered")


def test_the_whole_by_hand(history: History) -> None:
    ada = portfolio(history.course, "ada")
    assert (ada.person, ada.complete, len(ada.mastered), ada.overridden) == ("Ada Lovelace", True, 2, ())
    assert (ada.enrolled_at, ada.as_of) == (hours(0), hours(9))
    cleo = portfolio(history.course, "cleo")
    assert (cleo.complete, cleo.mastered, cleo.units[0].begun_at, cleo.units[0].attempts) == (False, (), None, ())


def reset(history: History) -> None:
    history.attempt("cleo", "01-values.a", 2, {"names": 5, "text": 2})
    history.override("cleo", "01-values", "reset", 3, "wrong kernel")
    history.attempt("cleo", "01-values.b", 5, {"names": 5, "text": 5})


def another_form(history: History) -> None:
    history.attempt("cleo", "01-values.a", 2, {"names": 5, "text": 2})
    history.override("cleo", "01-values", "another-form", 3, "typing error")


@pytest.mark.parametrize(
    ("learner", "unit", "before", "road"),
    [
        pytest.param("cleo", 0, None, "Not begun yet.", id="nothing yet"),
        pytest.param("ada", 0, None, "form a: mastered.", id="at once"),
        pytest.param("ada", 1, None, "form a, then slicing by number-line, then form b: mastered.", id="one cycle"),
        pytest.param("ben", 0, None, "form a, then marked as mastered by an instructor: marked as mastered.",
                     id="by an instructor"),
        pytest.param("cleo", 0, reset, "form a, then begun anew, by an instructor, then form b: mastered.",
                     id="begun anew"),
        pytest.param("cleo", 0, another_form,
                     "form a, then another form opened by an instructor: not mastered yet.", id="another form"),
        pytest.param("cleo", 0, lambda history: stuck(history, "cleo"),
                     "form a, then text by tracing and names by diagram, then form b, then text by debugging and names "
                     "by tracing, then form c: not mastered yet.", id="two cycles and no end"),
    ],
)  # fmt: skip
def test_the_road_in_words(history: History, learner: str, unit: int, before, road: str) -> None:  # type: ignore[no-untyped-def]
    if before:
        before(history)
        history.view()
    found = portfolio(history.course, learner).units[unit]
    assert in_short(found) == road
    assert [step.at for step in steps(found)] == sorted(step.at for step in steps(found))


@pytest.mark.parametrize(
    ("learner", "before", "lead", "at_once"),
    [
        pytest.param("ada", None, "Has mastered all 2 units of this course.", 1, id="everything"),
        pytest.param("cleo", None, "Has mastered 0 of 2 units of this course so far.", 0, id="nothing"),
        pytest.param("ben", None, "Has mastered 1 of 2 units of this course so far, 1 of them by an instructor’s "
                     "decision.", 0, id="by an instructor"),
        pytest.param("cleo", reset, "Has mastered 1 of 2 units of this course so far; what an instructor decided is "
                     "stated below.", 0, id="begun anew"),
    ],
)  # fmt: skip
def test_the_cover_says_it_in_one_sentence(  # type: ignore[no-untyped-def]
    history: History, learner: str, before, lead: str, at_once: int
) -> None:
    if before:
        before(history)
        history.view()
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", render_html(portfolio(history.course, learner))))
    assert lead.replace("'", "&#39;") in page
    assert f"units at once without a corrective {at_once}" in page


def test_an_attempt_before_a_reset_is_kept_and_no_longer_counted(history: History) -> None:
    reset(history)
    history.view()
    unit = portfolio(history.course, "cleo").units[0]
    assert [(attempt.form, attempt.before_reset) for attempt in unit.attempts] == [("a", True), ("b", False)]
    assert {objective.form for objective in unit.objectives} == {"b"}
    assert unit.begun_at == hours(1)
    assert "no longer counted" in render_html(portfolio(history.course, "cleo"))


def test_overrides_are_stated_without_their_reasons_unless_these_are_asked_for(history: History) -> None:
    page = render_html(portfolio(history.course, "ben"))
    assert "Marked as mastered by an instructor" in page
    assert "mastered by an instructor" in page
    for text in (page, render_json(portfolio(history.course, "ben"))):
        assert "blackboard" not in text
        assert "grace" not in text
    assert "showed it at the blackboard" in render_html(portfolio(history.course, "ben", reasons=True))


def test_what_is_for_the_instructor_stays_with_the_instructor(history: History) -> None:
    stuck(history, "eve")
    history.view()
    eve = portfolio(history.course, "eve")
    assert eve.units[0].state == "attention"
    page = render_html(eve)
    assert "under way" in page
    assert "gap is left" not in page + render_json(eve)


def test_nobody_else_appears_anywhere(history: History) -> None:
    for text in (render_html(portfolio(history.course, "ada")), render_json(portfolio(history.course, "ada"))):
        assert not any(name in text.lower() for name in ("ben", "benedikt", "cleo", "grace"))


def test_a_name_that_wants_to_be_more_than_a_name_is_text(history: History) -> None:
    history.enrol("eve", "Eve<script>alert(1)</script>\u202e&amp;")
    history.view()
    page = render_html(portfolio(history.course, "eve"))
    assert "Eve&lt;script&gt;alert(1)&lt;/script&gt;�&amp;amp;" in page
    assert "<script" not in page


def test_the_page_asks_for_nothing_outside_itself(history: History) -> None:
    page = render_html(portfolio(history.course, "ada"))
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_same_history_gives_the_same_page(history: History) -> None:
    assert render_html(portfolio(history.course, "ada")) == render_html(portfolio(history.course, "ada"))


@pytest.mark.parametrize("learner", ["ada", "ben", "cleo"])
def test_json_gives_the_values_back(history: History, learner: str) -> None:
    found = portfolio(history.course, learner)
    assert Portfolio.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert read_json(render_json(found, {"a": 1})) == (found, {"a": 1})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"portfolio": {}}', '{"portfolio": {"course": 1}}'])
def test_what_is_no_portfolio_is_said_to_be_none(text: str) -> None:
    with pytest.raises(KitError, match="not the JSON of a portfolio"):
        read_json(text)


def test_somebody_unknown_has_none(history: History) -> None:
    with pytest.raises(UnknownName, match="No learner 'dora' is enrolled"):
        portfolio(history.course, "dora")


def test_before_anything_has_happened_nothing_is_written(tmp_path: Path) -> None:
    from tests.reports.written_history import write_course

    course = write_course(tmp_path)
    with pytest.raises(UnknownName):
        portfolio(course, "ada")
    assert not (tmp_path / "gradebook/mastery.db").exists()


def test_the_learners_copy_is_theirs_alone(history: History) -> None:
    found = portfolio(history.course, "ada")
    with pytest.raises(NotGranted, match="kit portfolio ada --publish"):
        published(history.course, "ada")
    publish(history.course, found, {"proof": "…"})
    assert published(history.course, "ada") == (found, {"proof": "…"})
    home = history.course.exchange_path / "ada"
    assert home.stat().st_mode & 0o007 == 0
    assert (home / "portfolio.json").stat().st_mode & 0o007 == 0
    with pytest.raises(NotGranted):
        published(history.course, "ben")
    with pytest.raises(UnknownName):
        published(history.course, "../ada")


def test_on_paper_it_has_a_page_for_the_cover_and_one_for_each_unit(history: History) -> None:
    paper = render_pdf(portfolio(history.course, "ada"))
    assert paper.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.S)
    inside = b"".join(zlib.decompressobj().decompress(stream) for stream in streams if stream.startswith(b"x"))
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", paper + inside)) == 3
    assert b"Ada Lovelace: portfolio, Python for data" in paper + inside


def test_paper_fetches_nothing(history: History, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Even if something in the page asked for it."""
    from kit.portfolio import paper

    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    page = f'<title>t</title><img src="{secret.as_uri()}"><link rel=stylesheet href="http://127.0.0.1:9/x.css">'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "render_html", lambda *_: page)
        assert paper.render_pdf(portfolio(history.course, "ada")).startswith(b"%PDF-")
    refused = [record.getMessage() for record in caplog.records if "disallowed protocol" in record.getMessage()]
    assert len(refused) == 2, caplog.text


def test_without_the_extra_the_pip_and_apt_lines_are_named(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(KitError, match=r'pip install "mastery-kit\[portfolio\]".*apt install libpango'):
        render_pdf(portfolio(history.course, "ada"))
