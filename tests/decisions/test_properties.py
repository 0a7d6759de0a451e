"""What holds for every history that Hypothesis can think of."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.course import Settings
from kit.decisions import RULES, Evidence, certainty, decide, standing
from kit.decisions.rules import State
from kit.records import fold_all
from tests.histories import History, make_catalogue, make_revision

REQUIRES = {"u2": ["u1"], "u3": ["u1"], "u4": ["u2", "u3"]}

moves = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.integers(0, 9), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("fetch"), st.integers(0, 9)),
        st.tuples(st.just("reject"), st.integers(0, 9)),
        st.tuples(
            st.just("override"), st.sampled_from(["u1", "u2", "u3"]),
            st.sampled_from(["mastered", "reset", "another-form"]),
        ),
        st.tuples(st.just("rebuild"), st.sampled_from(["u1", "u2"])),
    ),
    max_size=25,
)  # fmt: skip


rules = st.sampled_from(sorted(RULES))


def play(rule, script, check=lambda history: None) -> History:  # type: ignore[no-untyped-def]
    revisions = [make_revision(name, forms="abc", rule=rule) for name in ("u1", "u2", "u3", "u4")]
    history = History(make_catalogue(*revisions, requires=REQUIRES))
    for move in script:
        todo = sorted(history.todo)
        if move[0] == "override":
            history.override(move[1], move[2])
        elif move[0] == "rebuild":
            number = max(r.number for r in revisions if r.unit == move[1]) + 1
            revisions.append(make_revision(move[1], number, forms="abcd", rule=rule))
            history.catalogue = make_catalogue(*revisions, requires=REQUIRES)
            history.settle()
        elif todo:
            name = todo[move[1] % len(todo)]
            if move[0] == "submit":
                history.submit(name, {"x": move[2], "y": move[3]})
            else:
                getattr(history, move[0])(name)
                history.settle()
        check(history)
    return history


@given(rules, moves, st.integers(1, 7))
@settings(deadline=None)
def test_the_fold_does_not_depend_on_batching(rule, script, size) -> None:
    events = play(rule, script).events
    batched: dict = {}
    for start in range(0, len(events), size):
        fold_all(events[start : start + size], batched)
    assert batched == fold_all(events)


@given(rules, moves)
@settings(deadline=None)
def test_an_objective_once_mastered_is_never_unmastered_but_by_a_reset(rule, script) -> None:
    seen: dict[tuple[str, str], int] = {}

    def check(history: History) -> None:
        for unit in history.record.units.values():
            resets = sum(o.data["action"] == "reset" for o in unit.overrides)
            for objective, count in list(seen.items()):
                if objective[0] == unit.unit and count == resets:
                    assert objective[1] in unit.mastered
            seen.update({(unit.unit, objective): resets for objective in unit.mastered})

    play(rule, script, check)


@given(rules, moves)
@settings(deadline=None)
def test_no_unit_is_granted_before_its_requirements_are_mastered(rule, script) -> None:
    granted: set[str] = set()

    def check(history: History) -> None:
        for name, unit in history.record.units.items():
            if unit.grants and name not in granted:
                granted.add(name)
                assert set(REQUIRES.get(name, ())) <= history.record.mastered_units

    play(rule, script, check)


@given(rules, moves)
@settings(deadline=None)
def test_no_form_is_given_twice(rule, script) -> None:
    for unit in play(rule, script).record.units.values():
        taken = [g.form for g in unit.grants.values() if g.kind == "form" and (g.fetched_at or not g.withdrawn_at)]
        assert len(taken) == len(set(taken))


@given(rules, moves)
@settings(deadline=None)
def test_the_controller_comes_to_rest(rule, script) -> None:
    history = play(rule, script)
    before = len(history.events)
    history.settle()
    assert len(history.events) == before
    assert standing(history.record, history.catalogue) == standing(history.record, history.catalogue)


@given(rules, moves)
@settings(deadline=None)
def test_every_learner_has_something_to_do_or_somebody_who_looks_or_is_done(rule, script) -> None:
    history = play(rule, script)
    where = standing(history.record, history.catalogue)
    idle = [u for u in where.units if u.state not in ("mastered", "locked") and not u.todo and not u.attention]
    assert idle == []


points = st.lists(st.integers(0, 5), min_size=2, max_size=2)


@given(rules, points, points, points)
@settings(deadline=None)
def test_more_evidence_of_mastery_never_lowers_a_decision(rule, first, second, more) -> None:
    order = {"attention": 0, "gaps": 0, "more": 1, "mastered": 2}
    outcomes = []
    for extra in ([0, 0], more):
        history = History(make_catalogue(make_revision(rule=rule)))
        history.submit("u1.a", {"x": first[0], "y": first[1]})
        if history.record.unit("u1").mastered_at is None:
            for name in sorted(history.todo - {"u1.b"}):
                history.submit(name)
            better = {"x": min(5, second[0] + extra[0]), "y": min(5, second[1] + extra[1])}
            history.submit("u1.b", better)
        unit = history.record.unit("u1")
        last = unit.attempts[-1].decision
        outcomes.append((order[last.outcome], set(unit.mastered)))
    assert outcomes[0][0] <= outcomes[1][0]
    assert outcomes[0][1] <= outcomes[1][1]


@given(rules, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=8, max_size=8), st.integers(1, 6))
@settings(deadline=None)
def test_every_learner_masters_or_is_looked_at_within_the_forms_there_are(rule, scores, forms) -> None:
    history = History(make_catalogue(make_revision(forms="abcdef"[:forms], rule=rule, max_cycles=9)))
    form = 0
    while todo := sorted(name for name in history.todo if not name.endswith("enrichment")):
        for name in todo:
            history.submit(name, {"x": scores[form][0], "y": scores[form][1]})
        form += todo[0].count(".") == 1
    (unit,) = standing(history.record, history.catalogue).units
    assert unit.state in ("mastered", "attention")
    assert form <= forms


@given(rules, st.lists(points, min_size=1, max_size=5))
@settings(deadline=None)
def test_not_enough_evidence_opens_one_form_and_nothing_else(rule, scores) -> None:
    history = History(make_catalogue(make_revision(rule=rule)))
    for x, y in scores:
        for name in sorted(history.todo):
            if name.endswith("enrichment"):
                return
            history.submit(name, {"x": x, "y": y})
        decision = history.record.unit("u1").attempts[-1].decision
        if decision.outcome == "more":
            assert decision.correctives == ()
            assert history.todo == {decision.next_form}
            assert {v.state for v in decision.verdicts} <= {"not-enough", "mastered", "mastered-before"}


shares = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
forms = st.lists(
    st.tuples(st.lists(st.tuples(shares, shares), min_size=1, max_size=6), st.booleans()), min_size=1, max_size=6
)


@given(rules, forms, st.floats(0.05, 1.0), st.integers(1, 8))
@settings(deadline=None)
def test_every_rule_is_monotone(name, played, criterion, from_attempt) -> None:
    low, high = (
        [Evidence.of(n, [pick(pair) for pair in items], after_corrective=c) for n, (items, c) in enumerate(played, 1)]
        for pick in (min, max)
    )
    chosen = Settings(confirm_from=from_attempt)
    lower, higher = (RULES[name].judge(evidence, criterion, chosen) for evidence in (low, high))
    order = get_args(State)
    assert order.index(lower.state) <= order.index(higher.state)
    assert lower.certainty <= higher.certainty + 1e-12


@given(st.sampled_from(["every-objective", "pooled", "posterior"]), forms, st.floats(0.05, 1.0), st.randoms())
@settings(deadline=None)
def test_these_rules_do_not_look_at_the_order_of_the_items(name, played, criterion, chance) -> None:
    given, shuffled = [], []
    for number, (items, taught) in enumerate(played, 1):
        answers = [first for first, _ in items]
        given.append(Evidence.of(number, answers, after_corrective=taught))
        shuffled.append(Evidence.of(number, chance.sample(answers, len(answers)), after_corrective=taught))
    assert RULES[name].judge(given, criterion, Settings()) == RULES[name].judge(shuffled, criterion, Settings())


@given(rules, forms, st.floats(0.05, 1.0))
@settings(deadline=None)
def test_every_finding_carries_the_same_certainty_whatever_the_rule(name, played, criterion) -> None:
    evidence = [Evidence.of(n, [a for a, _ in items], after_corrective=c) for n, (items, c) in enumerate(played, 1)]
    finding = RULES[name].judge(evidence, criterion, Settings())
    assert finding.certainty == certainty(evidence, criterion, Settings())
    assert 0 <= finding.certainty <= 1


@given(st.integers(1, 40), st.integers(1, 100))
@settings(deadline=None)
def test_a_share_that_reaches_the_criterion_counts_whatever_binary_makes_of_it(items, percent) -> None:
    criterion = percent / 100
    needed = -(-items * percent // 100)

    def state(right: int) -> str:
        evidence = [Evidence.of(1, [1] * right + [0] * (items - right))]
        return RULES["every-objective"].judge(evidence, criterion, Settings()).state

    assert state(needed) == "mastered"
    if needed > 0:
        assert state(needed - 1) == "gap"


def test_the_decision_survives_being_written_down() -> None:
    from kit.records import Decision

    history = History(make_catalogue(make_revision()))
    history.submit("u1.a", {"x": 3, "y": 5})
    unit = history.record.unit("u1")
    decision = decide(history.catalogue.current("u1"), unit, unit.attempts[0])
    assert Decision.from_data(decision.to_data()) == decision
