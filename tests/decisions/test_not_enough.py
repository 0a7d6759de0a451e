"""The third answer: not enough evidence yet. One more form, no corrective, and a sentence that says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.course import AS_BEFORE, Settings
from kit.decisions import standing
from kit.records import Decision, UnitRecord
from tests.histories import History, make_catalogue, make_revision

ONE = {"x": ("diagram", "tracing", "debugging", "analogy")}


def history_of(rule: str, **more) -> History:  # type: ignore[no-untyped-def]
    return History(make_catalogue(make_revision(rule=rule, **more)))


def unit_of(history: History) -> UnitRecord:
    return history.record.unit("u1")


def latest(history: History) -> Decision:
    decision = unit_of(history).attempts[-1].decision
    assert decision is not None
    return decision


@pytest.fixture
def history() -> History:
    return history_of("posterior")


class TestOneMoreForm:
    def test_it_opens_at_once_and_no_corrective_with_it(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 4})
        assert latest(history).outcome == "more"
        assert [v.state for v in latest(history).verdicts] == ["not-enough", "not-enough"]
        assert history.todo == {"u1.b"}

    def test_the_learner_reads_why_and_that_there_is_nothing_to_do_in_between(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 4})
        assert latest(history).sentence == (
            "Not enough evidence yet: “do x” and “do y”. "
            "One more form of the checks (form b) is open for you; there is nothing to do in between."
        )
        now = standing(history.record, history.catalogue)
        assert now.units[0].state == "retry"
        assert now.next == f"{latest(history).sentence} Open u1.b."
        assert {o.state for o in now.units[0].objectives} == {"open"}

    def test_what_the_learner_reads_has_no_probability_in_it(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 4})
        assert "0." not in str(standing(history.record, history.catalogue).to_json()).replace("0.8", "")

    def test_the_ledger_says_why_the_form_was_opened(self, history: History) -> None:
        from kit.decisions import wanted

        history.submit("u1.a", 5)
        assert wanted(history.record, history.catalogue)["u1.b"].reason == "not enough evidence after form a"

    def test_it_is_no_cycle(self, history: History) -> None:
        history.submit("u1.a", 5)
        assert latest(history).cycle == 0
        assert standing(history.record, history.catalogue).units[0].cycles == 0

    def test_the_next_form_makes_it_sure(self, history: History) -> None:
        history.submit("u1.a", 5)
        history.submit("u1.b", 5)
        assert latest(history).outcome == "mastered"
        assert latest(history).sentence == "You have shown all 2 objectives of Unit u1, on 2 forms. The unit is yours."
        assert [v.certainty for v in latest(history).verdicts] == pytest.approx([0.914, 0.914], abs=5e-4)

    def test_who_was_never_below_the_criterion_gets_the_enrichment_all_the_same(self, history: History) -> None:
        history.submit("u1.a", 5)
        history.submit("u1.b", 5)
        assert history.todo == {"u1.enrichment"}

    def test_an_objective_that_is_sure_keeps_what_it_was_shown_with(self, history: History) -> None:
        for form, y in (("u1.a", 5), ("u1.b", 4), ("u1.c", 5)):
            history.submit(form, {"x": 5 if form != "u1.c" else 0, "y": y})
        assert [v.state for v in latest(history).verdicts] == ["mastered-before", "mastered"]
        assert [v.certainty for v in latest(history).verdicts] == pytest.approx([0.914, 0.859], abs=5e-4)


class TestBesideAGap:
    def test_the_gap_is_worked_on_and_the_next_form_serves_both(self, history: History) -> None:
        history.submit("u1.a", {"x": 5, "y": 0})
        assert latest(history).outcome == "gaps"
        assert history.todo == {"u1.y.analogy"}
        assert "Not yet there: “do y”. Not enough evidence yet: “do x”." in latest(history).sentence
        history.submit("u1.y.analogy")
        assert history.todo == {"u1.b"}
        history.submit("u1.b", 5)
        assert [v.state for v in latest(history).verdicts] == ["mastered", "not-enough"], "x had no corrective between"


class TestNoFormLeft:
    def test_the_instructor_is_asked_to_look_with_a_reason_that_says_so(self) -> None:
        history = history_of("posterior", forms="a")
        history.submit("u1.a", {"x": 5, "y": 4})
        assert latest(history).outcome == "attention"
        assert latest(history).reason == (
            "Not enough evidence yet on x and y, and there is no unseen form left to get it from."
        )
        assert latest(history).cycle == 0
        assert standing(history.record, history.catalogue).units[0].state == "attention"
        assert "Your instructor has been told" in latest(history).sentence

    def test_a_gap_beside_it_is_the_reason_that_is_told(self) -> None:
        history = history_of("posterior", forms="a")
        history.submit("u1.a", {"x": 5, "y": 0})
        assert latest(history).reason == "Every form has been seen; there is no unseen one left."

    def test_spent_cycles_do_not_stop_somebody_who_has_no_gap(self) -> None:
        history = history_of("every-objective", objectives=ONE, max_cycles=3)
        self.fail_three(history)
        history.submit("u1.d", 4)
        assert latest(history).outcome == "more"
        history.submit("u1.e", 4)
        assert latest(history).outcome == "mastered"

    def test_a_late_pass_that_cannot_be_confirmed(self) -> None:
        history = history_of("every-objective", objectives=ONE, forms="abcd")
        self.fail_three(history)
        history.submit("u1.d", 4)
        assert latest(history).outcome == "attention"
        assert "no unseen form left" in latest(history).reason

    def test_another_form_of_a_newer_revision_goes_on_from_there(self) -> None:
        first = make_revision(rule="posterior", forms="a")
        history = History(make_catalogue(first))
        history.submit("u1.a", 5)
        history.catalogue = make_catalogue(first, make_revision(number=2, rule="posterior", forms="ab"))
        history.override("u1", "another-form")
        history.submit("u1.r2.b", 5)
        assert unit_of(history).mastered_by == "evidence"

    def fail_three(self, history: History) -> None:
        for form, approach in (("a", "diagram"), ("b", "tracing"), ("c", "debugging")):
            history.submit(f"u1.{form}", 3)
            history.submit(f"u1.x.{approach}")


class TestALatePass:
    @pytest.mark.parametrize(
        ("right", "confirm_from", "outcome"),
        [
            pytest.param(4, 4, "more", id="by a hair, at the fourth form"),
            pytest.param(5, 4, "mastered", id="clearly, at the fourth form"),
            pytest.param(4, 5, "mastered", id="by a hair, where only the fifth is confirmed"),
            pytest.param(4, 0, "mastered", id="by a hair, where none is"),
        ],
    )
    def test_at_the_fourth_form(self, right: int, confirm_from: int, outcome: str) -> None:
        history = history_of("every-objective", objectives=ONE, settings=Settings(confirm_from=confirm_from))
        TestNoFormLeft().fail_three(history)
        history.submit("u1.d", right)
        assert latest(history).outcome == outcome

    def test_after_a_reset_the_forms_are_counted_from_there(self) -> None:
        history = history_of("every-objective", objectives=ONE)
        TestNoFormLeft().fail_three(history)
        history.override("u1", "reset")
        history.submit("u1.d", 4)
        assert latest(history).outcome == "mastered"
        assert latest(history).verdicts[0].certainty == pytest.approx(0.345, abs=5e-4)

    def test_a_corrective_that_was_only_offered_discounts_nothing(self) -> None:
        history = history_of("every-objective", objectives=ONE)
        history.submit("u1.a", 3)
        history.override("u1", "another-form")
        history.submit("u1.b", 5)
        assert latest(history).verdicts[0].certainty == pytest.approx(0.383, abs=5e-4), "8 of 10"

    def test_one_that_was_fetched_and_never_handed_in_does(self) -> None:
        history = history_of("every-objective", objectives=ONE, items=4)
        history.submit("u1.a", 0)
        history.fetch("u1.x.diagram")
        history.override("u1", "another-form")
        history.submit("u1.b", 4)
        assert latest(history).verdicts[0].certainty == pytest.approx(0.148, abs=5e-4), "4 of 6, not 4 of 8"


class TestFrozenAtEngagement:
    def test_the_rule_and_its_settings(self) -> None:
        first = make_revision(rule="posterior", settings=Settings(confidence=0.7))
        history = History(make_catalogue(first))
        history.fetch("u1.a")
        assert unit_of(history).settings == Settings(confidence=0.7)
        stricter = replace(first, rule="streak", settings=Settings(confidence=0.99))
        history.catalogue = make_catalogue(stricter)
        history.submit("u1.a", 5)
        assert (latest(history).rule, latest(history).outcome) == ("posterior", "mastered")

    def test_who_engaged_before_there_were_settings_is_judged_as_they_were_told(self) -> None:
        history = history_of("every-objective", objectives=ONE)
        history.fetch("u1.a")
        (engaged,) = (event for event in history.events if event.kind == "engaged")
        assert engaged.data["settings"] == Settings().to_json()
        unit_of(history).settings = AS_BEFORE
        TestNoFormLeft().fail_three(history)
        history.submit("u1.d", 4)
        assert latest(history).outcome == "mastered"
