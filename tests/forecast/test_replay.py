"""`kit replay`: every rule over recorded answers, held against levels that are known here."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kit.course import Settings
from kit.decisions.rules import RULES, Evidence
from kit.errors import KitError
from kit.forecast.recorded import Columns, parse_recording, read_recording
from kit.forecast.replay import DECISION_COLUMNS, Replay, replay
from kit.psychometrics.binomial import false_master
from kit.psychometrics.posterior import mastery_probability
from tests.forecast.recordings import write_recording

HEAD = "learner,objective,form,item,correct,order\n"


def of(text: str, **how: object) -> Replay:
    return replay(parse_recording(text, "answers.csv", Columns()), **how)  # type: ignore[arg-type]


def answers(right: str, form: str = "a", learner: str = "ada", start: int = 0) -> str:
    """A line for each sign of *right*: 1, 0, or ? for not assessed."""
    return "".join(
        f"{learner},slicing,{form},q{n},{sign.replace('?', '')},{start + n}\n" for n, sign in enumerate(right)
    )


def said(result: Replay, rule: str) -> dict[str, object]:
    rows = result.decisions[result.decisions["rule"] == rule]
    assert len(rows) == 1
    return dict(rows.iloc[0])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Replay, dict[str, float]]:
    path = tmp_path_factory.mktemp("replay") / "answers.csv"
    levels = write_recording(path, learners=400)
    return replay(read_recording(path)), levels


def test_with_known_levels_the_surer_rules_call_fewer_people_masters_who_are_not(
    recorded: tuple[Replay, dict[str, float]],
) -> None:
    result, levels = recorded
    mastered = result.decisions[result.decisions["state"] == "mastered"]
    false = mastered.assign(false=mastered["learner"].map(levels) < 0.8).groupby("rule")["false"].mean()
    assert false["posterior"] < 0.2, "the rule asks for a probability of 0.8 at a flat prior"
    assert false["posterior"] + 0.1 < false["pooled"] < false["every-objective"] - 0.1
    assert false["streak"] > 0.5, "its leak"


def test_what_came_later_bears_out_the_surer_rules(recorded: tuple[Replay, dict[str, float]]) -> None:
    table = recorded[0].by_rule()
    assert table.loc["posterior", "later_share"] > table.loc["every-objective", "later_share"] + 0.05
    assert table.loc["posterior", "certainty"] >= 0.8
    assert table.loc["posterior", "items"] > table.loc["every-objective", "items"]


def test_the_default_rule_errs_as_often_at_the_first_form_as_the_binomial_model_says(tmp_path: Path) -> None:
    levels = write_recording(tmp_path / "many.csv", learners=3000, forms=1)
    found = replay(read_recording(tmp_path / "many.csv")).decisions
    first = found[(found["rule"] == "every-objective")].set_index("learner")["state"] == "mastered"
    below = [name for name, level in levels.items() if level < 0.8]
    expected = sum(false_master(5, 4, levels[name]) for name in below) / len(below)
    assert first[below].mean() == pytest.approx(expected, abs=0.03)


def test_every_rule_says_what_it_says_in_a_course() -> None:
    forms = ("11010", "11110", "01111")
    result = of(HEAD + "".join(answers(f, "abc"[n], start=5 * n) for n, f in enumerate(forms)))
    evidence: list[Evidence] = []
    shown: dict[str, int] = {}
    for number, form in enumerate(forms, 1):
        evidence.append(Evidence.of(number, (int(sign) for sign in form)))
        for name, rule in RULES.items():
            if rule.judge(evidence, 0.8, Settings()).state == "mastered":
                shown.setdefault(name, number)
    assert {r: said(result, r)["attempt"] for r in RULES if said(result, r)["state"] == "mastered"} == shown
    assert shown["every-objective"] == 2


def test_the_frame_tells_when_how_sure_and_what_came_later() -> None:
    result = of(HEAD + answers("11110") + answers("10001", "b", start=5))
    row = said(result, "every-objective")
    assert (row["state"], row["attempt"], row["items"], row["share"]) == ("mastered", 1, 5, 0.8)
    assert row["certainty"] == pytest.approx(mastery_probability(4, 5, 0.8))
    assert (row["later_items"], row["later_share"]) == (5, pytest.approx(0.4))
    assert {name: str(dtype) for name, dtype in result.decisions.dtypes.items()} == {
        name: dtype for name, (dtype, _) in DECISION_COLUMNS.items()
    }


def test_agreement_is_the_share_of_sequences_on_which_two_rules_end_alike() -> None:
    text = HEAD + answers("11111", learner="ada") + answers("00000", learner="ben") + answers("11110", learner="eli")
    agreement = of(text).agreement()
    assert (agreement.index == list(RULES)).all()
    assert all(agreement.loc[name, name] == 1 for name in RULES)
    # All five right, and four of five: mastered for the default, not enough evidence for the posterior.
    assert agreement.loc["every-objective", "posterior"] == pytest.approx(1 / 3)
    pd.testing.assert_frame_equal(agreement, agreement.T)


def test_a_recording_of_nothing_gives_empty_frames() -> None:
    result = of(HEAD)
    assert len(result.decisions) == 0
    assert list(result.by_rule().index) == list(RULES)
    assert result.by_rule()["mastered"].isna().all()
    assert result.agreement().isna().all().all()


def test_a_single_answer_is_replayed_too() -> None:
    row = said(of(HEAD + answers("1")), "every-objective")
    assert (row["state"], row["later_items"]) == ("mastered", 0)
    assert pd.isna(row["later_share"])


def test_without_forms_an_attempt_is_so_many_answers_and_the_rest_counts_as_later() -> None:
    text = "learner,objective,correct\n" + "ada,slicing,1\n" * 7
    result = of(text)
    row = said(result, "every-objective")
    assert (row["attempt"], row["items"], row["later_items"]) == (1, 5, 2)
    assert any("2 answers at the end of 1 sequences make no whole one" in notice for notice in result.notices)
    assert said(of(text, every=7), "every-objective")["items"] == 7
    assert said(of(text, every=8), "every-objective")["state"] == "none"


def test_what_is_not_assessed_is_judged_by_no_rule_and_lost_by_none() -> None:
    text = HEAD + answers("1?11?") + answers("??", "b", start=5) + answers("11", "c", start=7)
    recording = parse_recording(text, "answers.csv", Columns())
    assert len(recording.answers) == 9
    assert recording.notices == ("4 of 9 answers are not assessed; they are kept and judged by no rule.",)
    row = said(of(text), "every-objective")
    assert (row["state"], row["items"], row["later_items"]) == ("mastered", 3, 2)


@pytest.mark.parametrize("sign", ["", "NaN", "nan", "NA", "null"])
def test_these_words_mean_not_assessed(sign: str) -> None:
    assert parse_recording(f"learner,objective,correct\nada,x,{sign}\n", "f", Columns()).answers[0].correct is None


@pytest.mark.parametrize(
    ("sign", "value"),
    [("1", 1), ("0", 0), ("true", 1), ("FALSE", 0), ("yes", 1), ("1.0", 1), ("0.5", 0.5), ("Correct", 1)],
)
def test_these_words_mean_right_wrong_or_a_share(sign: str, value: float) -> None:
    assert parse_recording(f"learner,objective,correct\nada,x,{sign}\n", "f", Columns()).answers[0].correct == value


def test_the_order_decides_whatever_the_order_of_the_lines() -> None:
    lines = (answers("00000", "a") + answers("11111", "b", start=5)).splitlines()
    result = of(HEAD + "\n".join(reversed(lines)))
    assert said(result, "every-objective")["attempt"] == 2
    assert result.notices == ()


def test_times_are_an_order_too() -> None:
    text = "learner,objective,form,correct,order\nada,x,b,1,2026-03-02T10:00\nada,x,a,0,2026-03-02T09:59:59\n"
    assert said(of(text), "every-objective")["attempt"] == 2


def test_equal_orders_keep_the_order_of_the_file_and_it_is_said() -> None:
    result = of("learner,objective,correct,order\n" + "ada,x,1,1\n" * 4 + "ada,x,0,1\n")
    assert said(result, "every-objective")["items"] == 5
    assert any("4 answers share their order" in notice for notice in result.notices)


def test_without_an_order_the_file_is_the_order_and_it_is_said() -> None:
    assert any("in the order of the file" in n for n in of("learner,objective,correct\nada,x,1\n").notices)


def test_a_corrective_begins_the_evidence_anew_where_a_rule_says_so() -> None:
    head = "learner,objective,form,correct,corrective\n"

    def form(name: str, right: str, corrective: int) -> str:
        return "".join(f"ada,x,{name},{sign},{corrective}\n" for sign in right)

    plain, after = (of(head + form("a", "00001", 0) + form("b", "11111", c) + form("c", "11111", 0)) for c in (0, 1))
    assert said(plain, "pooled")["state"] != "mastered"
    assert said(after, "pooled")["state"] == "mastered"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "answers.csv is empty", id="an empty file"),
        pytest.param("learner,objective\n", "there is no column 'correct'.*--correct-column", id="a column missing"),
        pytest.param("learner,learner,objective,correct\n", "'learner' is there 2 times", id="a column twice"),
        pytest.param(HEAD + "ada,x,a,q,maybe,1\n", "line 2, column 'correct': 'maybe' is not", id="no answer"),
        pytest.param(HEAD + "ada,x,a,q,2,1\n", "line 2, column 'correct': '2'", id="more than right"),
        pytest.param(HEAD + "ada,x,a,q,1,soon\n", "line 2, column 'order': 'soon'", id="no order"),
        pytest.param(HEAD + "ada,x,a,q,1,inf\n", "line 2, column 'order': 'inf'", id="an endless order"),
        pytest.param(HEAD + "ada,x,a,q,1,1\n,x,a,q,1,2\n", "line 3, column 'learner': it is empty", id="nobody"),
        pytest.param(HEAD + "ada,x,1\n", "line 2: 3 cells, but the header names 6", id="a short line"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_with_its_line_and_column(text: str, words: str) -> None:
    with pytest.raises(KitError, match=f"(?s){words}"):
        of(text)


def test_all_faults_are_told_at_once_and_nothing_is_replayed() -> None:
    text = HEAD + "ada,x,a,q,1,1\n" + "ada,x,a,q,maybe,soon\n" * 8
    with pytest.raises(KitError) as told:
        of(text)
    message = str(told.value)
    assert message.count("'maybe'") == 5
    assert "line 3, column 'correct'" in message
    assert "and 6 more" in message
    assert "Nothing was replayed" in message


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_other_names_of_columns_and_separators_are_understood(separator: str) -> None:
    text = "\ufeffstudent,kc,outcome\nada,x,1\n".replace(",", separator).removeprefix("\ufeff")
    columns = Columns(learner="student", objective="kc", correct="outcome")
    answer = parse_recording(text, "f", columns).answers[0]
    assert (answer.learner, answer.objective, answer.correct, answer.line) == ("ada", "x", 1.0, 2)


def test_a_file_that_is_not_there_or_not_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="cannot be read"):
        read_recording(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"learner\xff\xfe")
    with pytest.raises(KitError, match="not UTF-8"):
        read_recording(tmp_path / "picture.csv")


def test_a_spreadsheets_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("\ufefflearner,objective,correct\nada,x,1\n", encoding="utf-8")
    assert read_recording(tmp_path / "sheet.csv").answers[0].learner == "ada"
