"""What holds for every history that Hypothesis can think of."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.decisions import decide, standing
from kit.decisions.rules import RULES, Evidence
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


def play(script, check=lambda history: None) -> History:  # type: ignore[no-untyped-def]
    revisions = [make_revision(name, forms="abc") for name in ("u1", "u2", "u3", "u4")]
    history = History(make_catalogue(*revisions, requires=REQUIRES))
    for move in script:
        todo = sorted(history.todo)
        if move[0] == "override":
            history.override(move[1], move[2])
        elif move[0] == "rebuild":
            number = max(r.number for r in revisions if r.unit == move[1]) + 1
            revisions.append(make_revision(move[1], number, forms="abcd"))
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


@given(moves, st.integers(1, 7))
@settings(deadline=None)
def test_the_fold_does_not_depend_on_batching(script, size) -> None:
    events = play(script).events
    batched: dict = {}
    for start in range(0, len(events), size):
        fold_all(events[start : start + size], batched)
    assert batched == fold_all(events)


@given(moves)
@settings(deadline=None)
def test_an_objective_once_mastered_is_never_unmastered_but_by_a_reset(script) -> None:
    seen: dict[tuple[str, str], int] = {}

    def check(history: History) -> None:
        for unit in history.record.units.values():
            resets = sum(o.data["action"] == "reset" for o in unit.overrides)
            for objective, count in list(seen.items()):
                if objective[0] == unit.unit and count == resets:
                    assert objective[1] in unit.mastered
            seen.update({(unit.unit, objective): resets for objective in unit.mastered})

    play(script, check)


@given(moves)
@settings(deadline=None)
def test_no_unit_is_granted_before_its_requirements_are_mastered(script) -> None:
    granted: set[str] = set()

    def check(history: History) -> None:
        for name, unit in history.record.units.items():
            if unit.grants and name not in granted:
                granted.add(name)
                assert set(REQUIRES.get(name, ())) <= history.record.mastered_units

    play(script, check)


@given(moves)
@settings(deadline=None)
def test_no_form_is_given_twice(script) -> None:
    for unit in play(script).record.units.values():
        taken = [g.form for g in unit.grants.values() if g.kind == "form" and (g.fetched_at or not g.withdrawn_at)]
        assert len(taken) == len(set(taken))


@given(moves)
@settings(deadline=None)
def test_the_controller_comes_to_rest(script) -> None:
    history = play(script)
    before = len(history.events)
    history.settle()
    assert len(history.events) == before
    assert standing(history.record, history.catalogue) == standing(history.record, history.catalogue)


@given(moves)
@settings(deadline=None)
def test_every_learner_has_something_to_do_or_somebody_who_looks_or_is_done(script) -> None:
    history = play(script)
    where = standing(history.record, history.catalogue)
    idle = [u for u in where.units if u.state not in ("mastered", "locked") and not u.todo and not u.attention]
    assert idle == []


points = st.lists(st.integers(0, 5), min_size=2, max_size=2)


@given(points, points, points)
@settings(deadline=None)
def test_more_evidence_of_mastery_never_lowers_a_decision(first, second, more) -> None:
    order = {"attention": 0, "gaps": 0, "mastered": 1}
    outcomes = []
    for extra in ([0, 0], more):
        history = History(make_catalogue(make_revision()))
        history.submit("u1.a", {"x": first[0], "y": first[1]})
        if history.record.unit("u1").mastered_at is None:
            for name in sorted(history.todo):
                history.submit(name)
            better = {"x": min(5, second[0] + extra[0]), "y": min(5, second[1] + extra[1])}
            history.submit("u1.b", better)
        unit = history.record.unit("u1")
        last = unit.attempts[-1].decision
        outcomes.append((order[last.outcome], set(unit.mastered)))
    assert outcomes[0][0] <= outcomes[1][0]
    assert outcomes[0][1] <= outcomes[1][1]


scores = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=5)


@given(st.sampled_from(sorted(RULES)), scores, st.floats(0.05, 1.0))
def test_every_rule_is_monotone(name, pairs, criterion) -> None:
    low = [Evidence(i, min(a, b), 5, 5) for i, (a, b) in enumerate(pairs, 1)]
    high = [Evidence(i, max(a, b), 5, 5) for i, (a, b) in enumerate(pairs, 1)]
    rule = RULES[name]
    assert rule.shows_mastery(low, criterion) <= rule.shows_mastery(high, criterion)


@given(st.integers(1, 40), st.integers(1, 100))
def test_a_share_that_reaches_the_criterion_counts_whatever_binary_makes_of_it(items, percent) -> None:
    criterion = percent / 100
    needed = -(-items * percent // 100)
    rule = RULES["every-objective"]
    assert rule.shows_mastery([Evidence(1, needed, items, items)], criterion)
    if needed > 0:
        assert not rule.shows_mastery([Evidence(1, needed - 1, items, items)], criterion)


def test_the_decision_survives_being_written_down() -> None:
    from kit.records import Decision

    history = History(make_catalogue(make_revision()))
    history.submit("u1.a", {"x": 3, "y": 5})
    unit = history.record.unit("u1")
    decision = decide(history.catalogue.current("u1"), unit, unit.attempts[0])
    assert Decision.from_data(decision.to_data()) == decision
