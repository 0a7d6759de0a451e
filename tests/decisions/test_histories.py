"""Whole histories of a learner: what is open after each step, and how each unit ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kit.decisions import decide, standing
from tests.histories import History, make_catalogue, make_revision, with_criterion


@pytest.fixture
def history() -> History:
    return History(make_catalogue(make_revision()))


def test_only_the_first_form_is_open_at_the_beginning(history: History) -> None:
    assert history.todo == {"u1.a"}


def test_who_masters_at_once_gets_the_enrichment(history: History) -> None:
    history.submit("u1.a", 5)
    assert history.record.unit("u1").mastered_by == "evidence"
    assert history.todo == {"u1.enrichment"}


def test_a_gap_opens_its_first_corrective_and_nothing_else(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 5})
    assert history.todo == {"u1.x.diagram"}


def test_the_corrective_being_handed_in_opens_the_next_unseen_form(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 5})
    history.submit("u1.x.diagram", 0)  # its practice is never held against anyone
    assert history.todo == {"u1.b"}


def test_two_gaps_open_two_correctives_and_the_form_waits_for_both(history: History) -> None:
    history.submit("u1.a", {"x": 0, "y": 0})
    assert history.todo == {"u1.x.diagram", "u1.y.analogy"}
    history.submit("u1.x.diagram")
    assert history.todo == {"u1.y.analogy"}
    history.submit("u1.y.analogy")
    assert history.todo == {"u1.b"}


def test_the_second_gap_gives_another_approach(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 5})
    history.submit("u1.x.diagram")
    history.submit("u1.b", {"x": 3, "y": 5})
    assert history.todo == {"u1.x.tracing"}


def test_an_objective_once_mastered_stays_mastered(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 5})
    history.submit("u1.x.diagram")
    history.submit("u1.b", {"x": 5, "y": 0})
    unit = history.record.unit("u1")
    assert unit.mastered_at is not None
    assert [v.state for v in unit.attempts[-1].decision.verdicts] == ["mastered", "mastered-before"]


def test_who_needed_a_corrective_gets_no_enrichment(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 5})
    history.submit("u1.x.diagram")
    history.submit("u1.b", 5)
    assert history.todo == set()


def test_a_good_mean_never_hides_a_gap() -> None:
    history = History(make_catalogue(make_revision(objectives={"x": ("a",), "y": ("b",), "z": ("c",)})))
    history.submit("u1.a", {"x": 5, "y": 5, "z": 3})  # 13 of 15 is 87 %
    assert history.record.unit("u1").attempts[0].decision.outcome == "gaps"


@pytest.mark.parametrize(
    ("revision", "reason"),
    [
        pytest.param(make_revision(forms="ab"), "no unseen one left", id="when the forms run out"),
        pytest.param(
            make_revision(objectives={"x": ("diagram",)}), "Every approach for x has been had",
            id="when the approaches run out",
        ),
        pytest.param(
            make_revision(objectives={"x": ("a", "b", "c", "d")}, max_cycles=1), "After 1 cycle of corrective",
            id="when the cycles run out",
        ),
    ],
)  # fmt: skip
def test_the_instructor_is_asked_to_look(revision, reason) -> None:
    history = History(make_catalogue(revision))
    for _ in range(10):
        if not history.todo:
            break
        for name in sorted(history.todo):
            history.submit(name, 0)
    unit = history.record.unit("u1")
    assert unit.mastered_at is None, "nobody is ever moved on by themselves"
    where = standing(history.record, history.catalogue)
    assert reason in where.attention[0][1]
    assert where.units[0].state == "attention"


def test_a_unit_opens_when_all_it_requires_is_mastered() -> None:
    revisions = [make_revision(name) for name in ("u1", "u2", "u3", "u4")]
    history = History(make_catalogue(*revisions, requires={"u2": ["u1"], "u3": ["u1"], "u4": ["u2", "u3"]}))
    assert history.todo == {"u1.a"}
    history.submit("u1.a", 5)
    assert history.todo == {"u1.enrichment", "u2.a", "u3.a"}, "several units are open at once where the DAG allows"
    history.submit("u3.a", 5)
    assert "u4.a" not in history.wanted
    history.submit("u2.a", 5)
    assert "u4.a" in history.wanted


class TestOverrides:
    def test_mastered_opens_what_follows_but_claims_no_objective(self) -> None:
        history = History(make_catalogue(make_revision("u1"), make_revision("u2"), requires={"u2": ["u1"]}))
        history.submit("u1.a", 0)
        history.override("u1", "mastered")
        assert "u2.a" in history.todo
        unit = standing(history.record, history.catalogue).units[0]
        assert unit.by_override
        assert {o.state for o in unit.objectives} == {"not-yet"}

    def test_another_form_opens_at_once_without_the_correctives(self, history: History) -> None:
        history.submit("u1.a", 0)
        history.override("u1", "another-form")
        assert "u1.b" in history.todo

    def test_another_form_spends_one_that_was_fetched(self, history: History) -> None:
        history.fetch("u1.a")
        history.override("u1", "another-form")
        assert "u1.b" in history.todo

    def test_reset_begins_anew_with_a_form_not_seen_and_keeps_the_old_attempts(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 0})
        history.override("u1", "reset")
        assert history.todo == {"u1.b"}
        unit = history.record.unit("u1")
        assert unit.mastered == {}
        assert len(unit.attempts) == 1

    def test_after_a_reset_the_cycles_are_counted_from_there(self, history: History) -> None:
        history.submit("u1.a", 0)
        history.override("u1", "reset")
        history.submit("u1.b", 0)
        assert history.record.unit("u1").attempts[-1].decision.cycle == 1

    def test_another_form_takes_a_stuck_learner_to_what_the_author_added_since(self) -> None:
        first = make_revision(forms="a")
        history = History(make_catalogue(first))
        history.submit("u1.a", {"x": 5, "y": 0})
        history.catalogue = make_catalogue(first, make_revision(number=2, forms="abc"))
        assert history.todo == set()
        history.override("u1", "another-form")
        assert history.todo == {"u1.r2.b"}, "form a was seen, in whatever revision"
        history.submit("u1.r2.b", {"x": 0, "y": 5})
        assert history.record.unit("u1").mastered_at is not None, "what was mastered before still counts"


class TestRevisions:
    def test_a_learner_under_way_keeps_theirs(self) -> None:
        first = make_revision()
        history = History(make_catalogue(first))
        history.submit("u1.a", {"x": 5, "y": 0})
        history.catalogue = make_catalogue(first, with_criterion(make_revision(number=2), 1.0))
        history.settle()
        assert history.todo == {"u1.y.analogy"}
        history.submit("u1.y.analogy")
        history.submit("u1.b", {"x": 0, "y": 4})
        assert history.record.unit("u1").mastered_at is not None, "the criterion is the one frozen at engagement"

    def test_who_has_not_begun_gets_the_new_one(self) -> None:
        first = make_revision()
        history = History(make_catalogue(first))
        history.catalogue = make_catalogue(first, make_revision(number=2))
        history.settle()
        assert history.todo == {"u1.r2.a"}
        assert history.record.unit("u1").grants["u1.a"].withdrawn_at is not None


def test_a_rejected_submission_was_no_attempt_and_the_form_stays_open(history: History) -> None:
    history.reject("u1.a")
    assert history.record.unit("u1").attempts == []
    assert history.todo == {"u1.a"}
    history.submit("u1.a", 5)
    assert history.todo == {"u1.enrichment"}, "it was the first attempt after all"


def test_an_item_a_person_must_read_is_not_a_zero(history: History) -> None:
    submission = history.submit("u1.a", {"x": 5, "y": None})
    assert history.todo == set(), "nothing is decided while something is not assessed"
    assert "by hand" in standing(history.record, history.catalogue).attention[0][1]
    history.grade("u1.a", submission, {"x": 5, "y": 4}, version=2)
    assert history.record.unit("u1").mastered_at is not None


def test_the_submission_time_orders_the_attempts_whatever_was_graded_first(history: History) -> None:
    history.submit("u1.a", 0)
    early = history.now
    history.override("u1", "another-form")
    history.submit("u1.b", 5, at=early - timedelta(hours=1))
    assert [attempt.form for attempt in history.record.unit("u1").attempts] == ["b", "a"]


def test_deciding_needs_nothing_but_values(history: History) -> None:
    history.submit("u1.a", {"x": 4, "y": 3})
    unit = history.record.unit("u1")
    revision = history.catalogue.current("u1")
    decision = decide(revision, replace_mastered(unit), unit.attempts[0])
    assert decision.sentence == (
        "1 of 2 objectives of Unit u1 is yours. Not yet there: “do y”. "
        "Next for you: a short notebook that goes about it in another way. "
        "When you hand it in, a new form of the checks (form b) opens."
    )
    assert decision.rule == "every-objective"


def replace_mastered(unit):  # type: ignore[no-untyped-def]
    return replace(unit, mastered={}, correctives=[])


class TestNobodyIsForgotten:
    """Whatever happened before: who is stuck is on the instructor's list, and old things do not speak for today."""

    def fail_everything(self, history: History) -> None:
        for _ in range(20):
            open_now = sorted(name for name in history.todo if not name.endswith("enrichment"))
            if not open_now:
                return
            for name in open_now:
                history.submit(name, 0)

    def test_an_old_rejection_does_not_hide_that_somebody_is_stuck(self, history: History) -> None:
        history.reject("u1.a")
        history.override("u1", "another-form")
        self.fail_everything(history)
        assert standing(history.record, history.catalogue).attention

    def test_an_old_corrective_never_handed_in_does_not_hide_it_either(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 0})
        history.fetch("u1.y.analogy")
        history.override("u1", "another-form")
        history.submit("u1.b", 0)
        self.fail_everything(history)
        assert standing(history.record, history.catalogue).units[0].state == "attention"

    def test_after_a_reset_no_old_corrective_is_to_be_done(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 0})
        history.fetch("u1.y.analogy")
        history.override("u1", "reset")
        unit = standing(history.record, history.catalogue).units[0]
        assert unit.todo == ("u1.b",)
        assert "new form" in unit.sentence

    def test_a_corrective_that_was_only_offered_was_not_had(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 0})
        history.override("u1", "another-form")
        history.submit("u1.b", {"x": 5, "y": 0})
        assert history.todo == {"u1.y.analogy"}

    def test_a_decision_that_a_reset_overtook_masters_nothing(self, history: History) -> None:
        history.fetch("u1.a")
        history._add("submitted", "u1.a", data={"submission": "late"})
        items = [
            {"item": i.id, "objective": i.objective, "score": 1.0, "max": 1.0}
            for i in history.catalogue.assignment("u1.a").items
        ]
        history._add("graded", "u1.a", data={"submission": "late", "items": items, "version": 1})
        unit = history.record.unit("u1")
        decision = decide(history.catalogue.current("u1"), unit, unit.attempts[0])
        history._add("overridden", unit="u1", data={"action": "reset", "revision": 1})
        history._add("decided", "u1.a", data={"submission": "late", "version": 1, "decision": decision.to_data()})
        assert history.record.unit("u1").mastered_at is None

    def test_an_attempt_is_judged_by_the_revision_it_was_made_on(self) -> None:
        first = make_revision()
        history = History(make_catalogue(first))
        history.fetch("u1.a")
        history.override("u1", "another-form")
        more = {"x": ("diagram",), "y": ("analogy",), "z": ("story",)}
        history.catalogue = make_catalogue(first, make_revision(number=2, objectives=more))
        history.submit("u1.a", 5)
        assert history.record.unit("u1").mastered_by == "evidence"

    def test_the_old_form_handed_in_after_all_does_not_take_back_the_new_one(self, history: History) -> None:
        history.fetch("u1.a")
        history.override("u1", "another-form")
        history.reject("u1.a")
        assert "u1.b" in history.todo

    def test_a_rejected_enrichment_may_be_handed_in_again(self, history: History) -> None:
        history.submit("u1.a", 5)
        history.reject("u1.enrichment")
        assert standing(history.record, history.catalogue).units[0].enrichment == "u1.enrichment"
        history.submit("u1.enrichment", 5)
        assert standing(history.record, history.catalogue).units[0].enrichment is None
