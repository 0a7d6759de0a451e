"""Each rule as a table: what was answered, and what it finds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kit.course import Bkt, Settings
from kit.decisions import RULES, Evidence
from kit.psychometrics.binomial import chance_to_pass, streak_by

PLAIN = Settings()
Played = str
"""Forms as answers, oldest first: `11101 | 11111`; `>` instead of `|` where a corrective was worked on between them."""


def evidence(played: Played, first: int = 1) -> list[Evidence]:
    """From attempt *first* on."""
    forms = played.replace(">", "|>").split("|")
    return [
        Evidence.of(number, map(int, one.strip(" >")), after_corrective=one.startswith(">"))
        for number, one in enumerate(forms, first)
    ]


def found(rule: str, played: Played, settings: Settings = PLAIN, criterion: float = 0.8, first: int = 1) -> str:
    return RULES[rule].judge(evidence(played, first), criterion, settings).state


class TestEveryObjective:
    @pytest.mark.parametrize(
        ("played", "state"),
        [
            pytest.param("11110", "mastered", id="a share that just reaches the criterion"),
            pytest.param("11100", "gap", id="one answer less"),
            pytest.param("11100 > 11110", "mastered", id="the latest form alone counts"),
            pytest.param("11111 | 11100", "gap", id="also against a better one before it"),
            pytest.param("11100 > 11100 > 11110", "mastered", id="a bare pass at the third form"),
            pytest.param("11100 > 11100 > 11100 > 11110", "more", id="a bare pass at the fourth form is confirmed"),
            pytest.param("11100 > 11100 > 11100 > 11111", "mastered", id="a clear pass there is sure enough"),
            pytest.param("11100 > 11100 > 11100 > 11110 | 11110", "mastered", id="two passes in a row confirm it"),
            pytest.param("11100 > 11100 > 11100 > 11110 > 11110", "more", id="not with a corrective between them"),
            pytest.param("11100 > 11100 > 11100 > 11110 | 11100", "gap", id="a pass that is not confirmed"),
            pytest.param("11100 > 00000 > 00000 > 11111", "more", id="after two empty forms not even all right is"),
        ],
    )
    def test_the_table(self, played: Played, state: str) -> None:
        assert found("every-objective", played) == state

    @pytest.mark.parametrize(
        ("confirm_from", "state"), [(0, "mastered"), (2, "more"), (3, "mastered")], ids=["never", "at once", "later"]
    )
    def test_from_which_form_on_is_a_setting(self, confirm_from: int, state: str) -> None:
        settings = Settings(confirm_from=confirm_from)
        assert found("every-objective", "11100 > 11110", settings) == state

    def test_a_pass_at_the_first_form_needs_no_other(self) -> None:
        assert found("every-objective", "11110", Settings(confirm_from=1)) == "mastered"

    def test_the_figures_it_states(self) -> None:
        once = chance_to_pass(5, 4, 0.7)
        assert round(once, 2) == 0.53
        assert round(1 - (1 - once) ** 4, 2) == 0.95


class TestPooled:
    @pytest.mark.parametrize(
        ("played", "state"),
        [
            pytest.param("11111", "more", id="five items are too few, all of them right"),
            pytest.param("1111111", "mastered", id="seven are enough"),
            pytest.param("11110", "more", id="too few, and just there"),
            pytest.param("11111 | 11110", "mastered", id="9 of 10"),
            pytest.param("11110 | 11110", "mastered", id="8 of 10"),
            pytest.param("11110 | 11100", "gap", id="7 of 10"),
            pytest.param("11100", "gap", id="3 of 5"),
            pytest.param("11111 | 11100", "mastered", id="its weakness: a good form carries a weak one"),
            pytest.param("00000 > 11111", "more", id="what was before the corrective is not pooled"),
            pytest.param("00000 > 11111 | 11110", "mastered", id="the two after it are"),
            pytest.param("11111 > 11100", "gap", id="nor does it help"),
            pytest.param("1111111111 | 1111111111 | 1110000000", "more", id="23 of 30: below, and too near to say"),
            pytest.param("00000 | 11110", "more", id="a form that passes is never answered with a corrective"),
            pytest.param("1110000 > 1110000 > 1111110", "mastered", id="6 of 7 at the third form"),
            pytest.param("1110000 > 1110000 > 1110000 > 1111110", "more", id="at the fourth it is confirmed"),
            pytest.param("1110000 > 1110000 > 1110000 > 1111110 | 1111110", "mastered", id="by a second pass"),
        ],
    )
    def test_the_table(self, played: Played, state: str) -> None:
        assert found("pooled", played) == state

    def test_somebody_who_is_content_with_less_needs_fewer_items(self) -> None:
        assert found("pooled", "11110", Settings(confidence=0.7)) == "mastered"

    def test_points_weigh_as_they_do_on_a_form(self) -> None:
        heavy = [Evidence(1, (4.0, 0.0, 0.0, 0.0), (4.0, 1.0, 1.0, 1.0)), Evidence(2, (4.0,) * 4, (4.0,) * 4)]
        assert RULES["pooled"].judge(heavy, 0.8, PLAIN).state == "mastered", "20 of 23 points, 5 of 8 items"


class TestPosterior:
    @pytest.mark.parametrize(
        ("played", "state", "sure"),
        [
            pytest.param("11100", "gap", 0.099, id="3 of 5"),
            pytest.param("11110", "more", 0.345, id="4 of 5"),
            pytest.param("11111", "more", 0.738, id="5 of 5"),
            pytest.param("11110 | 11110", "more", 0.383, id="8 of 10"),
            pytest.param("11111 | 11110", "more", 0.678, id="9 of 10"),
            pytest.param("11111 | 11111", "mastered", 0.914, id="10 of 10"),
            pytest.param("1111111110 | 1111111110", "mastered", 0.821, id="18 of 20"),
            pytest.param("0000 > 1111", "more", 0.148, id="all right is never answered with a corrective"),
            pytest.param("0000 > 1110", "gap", 0.033, id="three of four after nothing"),
        ],
    )
    def test_the_table(self, played: Played, state: str, sure: float) -> None:
        finding = RULES["posterior"].judge(evidence(played), 0.8, PLAIN)
        assert (finding.state, finding.certainty) == (state, pytest.approx(sure, abs=5e-4))

    def test_a_strong_prior_needs_less(self) -> None:
        assert found("posterior", "11111", Settings(prior=(8.0, 2.0))) == "mastered"

    def test_more_confidence_needs_more(self) -> None:
        assert found("posterior", "11111 | 11111", Settings(confidence=0.95)) == "more"

    def test_who_failed_three_forms_needs_more_than_who_did_not(self) -> None:
        assert found("posterior", "11111 | 11111") == "mastered"
        assert found("posterior", "11100 > 11100 > 11100 > 11111 | 11111") == "more"


class TestStreak:
    @pytest.mark.parametrize(
        ("played", "state"),
        [
            pytest.param("10111", "mastered", id="three in a row"),
            pytest.param("11011", "more", id="at the criterion without a row"),
            pytest.param("11010", "gap", id="below it without a row"),
            pytest.param("11", "more", id="too few items for a row"),
            pytest.param("11011 | 10000", "mastered", id="a row from one form into the next"),
            pytest.param("11011 > 10000", "gap", id="not across a corrective"),
            pytest.param("11100 | 00000", "mastered", id="its leak: a row once is a row"),
        ],
    )
    def test_the_table(self, played: Played, state: str) -> None:
        assert found("streak", played) == state

    def test_the_length_is_a_setting(self) -> None:
        assert found("streak", "11110", Settings(streak=5)) == "more"
        assert found("streak", "11111", Settings(streak=5)) == "mastered"

    @pytest.mark.parametrize(
        ("level", "within"), [(0.5, {3: ".125", 10: ".508", 20: ".787"}), (0.7, {3: ".343", 10: ".859", 20: ".986"})]
    )
    def test_the_leak_it_states_is_the_one_that_is_computed(self, level: float, within: dict[int, str]) -> None:
        told = type(RULES["streak"]).__doc__ or ""
        for trials, chance in within.items():
            assert f"{streak_by(level, 3, trials):.3f}"[1:] == chance
            assert chance in told


class TestBayesianKnowledgeTracing:
    @pytest.mark.parametrize(
        ("played", "state"),
        [
            pytest.param("11", "more", id="two right: .925"),
            pytest.param("111", "mastered", id="three right: .992"),
            pytest.param("10", "gap", id="right and wrong: .208"),
            pytest.param("101", "more", id="and right again: .732"),
            pytest.param("1011", "mastered", id="and again: .965"),
            pytest.param("11 | 1", "mastered", id="over two forms"),
            pytest.param("11 > 1", "mastered", id="over a corrective too"),
            pytest.param("000 > 1", "more", id="a form all right is never answered with a corrective"),
        ],
    )
    def test_the_table(self, played: Played, state: str) -> None:
        assert found("bkt", played) == state

    def test_the_parameters_are_settings(self) -> None:
        other = Settings(bkt=Bkt(start=0.4, learn=0.2, slip=0.1, guess=0.25))
        assert found("bkt", "11", other) == "more"  # .937
        assert found("bkt", "111", other) == "mastered"  # .985
        assert found("bkt", "11", Settings(bkt=Bkt(confidence=0.9))) == "mastered"


def test_every_rule_names_itself_and_says_its_source_an_example_and_its_weakness() -> None:
    for name, rule in RULES.items():
        told = " ".join((type(rule).__doc__ or "").split())
        assert rule.name == name
        assert all(word in told for word in ("xample", "nown weakness", "(", "19")), name


@pytest.mark.parametrize("rule", sorted(RULES))
def test_no_evidence_at_all_is_a_gap_or_not_enough_but_never_mastery(rule: str) -> None:
    assert RULES[rule].judge([], 0.8, PLAIN).state in ("gap", "more")


def test_looking_at_decisions_loads_nothing_heavy_only_making_one_does() -> None:
    program = "import sys, kit.decisions; print({'numpy', 'scipy', 'pandas'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
