"""Forecasts in words and tables, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.cli.common import make_console
from kit.decisions.words import counted
from kit.forecast.learning import CAUTION

if TYPE_CHECKING:
    import pandas as pd

    from kit.forecast.plan import Plan
    from kit.forecast.replay import Replay

_ARM_COLUMNS = {
    "final_mean": ("final\nmean", "{:.3f}"),
    "final_sd": ("\nSD", "{:.3f}"),
    "effect_size": ("effect\nsize", "{:+.2f}"),
    "r_prior": ("r\n(prior)", "{:.2f}"),
    "above_p80": ("≥ 80th\npctile", "{:.0%}"),
    "quartile_gap": ("Q4–Q1\ngap", "{:.3f}"),
    "passed_first": ("first\npass", "{:.0%}"),
    "passed": ("\npassed", "{:.0%}"),
    "false_masters": ("false\nmasters", "{:.0%}"),
    "tests": ("tests\n/ unit", "{:.2f}"),
    "time_ratio": ("P95/P5\ntests", "{:.1f}"),
}


def say_arms(table: pd.DataFrame, words: dict[str, str], learners: int, units: int) -> None:
    """The comparison of `kit simulate`; *words* describe the arms."""
    from kit.forecast.measures import MASTER

    rows = [
        [f"{arm}\n[dim]{words[str(arm)]}[/]", *(_said(row[name], form) for name, (_, form) in _ARM_COLUMNS.items())]
        for arm, row in table.iterrows()
    ]
    show_table(["arm", *(title for title, _ in _ARM_COLUMNS.values())], rows)
    console = make_console()
    console.print(
        f"{learners:,} learners, {units} units. Effect size and the 80th percentile are held against conventional "
        "teaching; r (prior) is the correlation of aptitude with the final examination; false masters are those passed "
        f"although their true level is below {MASTER:.0%}.",
        highlight=False,
    )
    console.print(f"[bold]{CAUTION}[/] Every assumption: docs/planning.md.", highlight=False)


def _said(value: float, form: str) -> str:
    return form.format(value) if value == value else "–"  # NaN: not defined


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; the first column is words, the others are figures."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    for place, title in enumerate(titles):
        table.add_column(title, justify="right" if place else "left", vertical="top", no_wrap=bool(place))
    for row in rows:
        table.add_row(*row)
    make_console().print(table, highlight=False)


def say_plan(plan: Plan, where_from: str) -> None:
    """What a plan tells, question by question; *where_from* says why its learners start as they do."""
    from kit.forecast import outlook

    supposed = plan.assumptions
    _heading(f"A cohort of {supposed.learners}")
    _say(
        f"After the first instruction learners can do {supposed.first:.0%} of the tasks ({where_from}); a corrective "
        f"closes {supposed.learning.gain:.0%} of what is missing. {supposed.learners * supposed.cohorts} learners were "
        "simulated; every decision is the course's own rule's."
    )
    _heading("Are there enough forms?")
    _say_forms(outlook.forms_needed(plan), outlook.beyond(plan))
    _heading("Are there enough correctives?")
    _say_correctives(outlook.correctives_needed(plan))
    _heading("How long does it take?")
    _say_time(outlook.time_needed(plan))
    _heading("Who will need you?")
    _say_attention(outlook.attention_needed(plan), supposed.learners)
    _heading("What does a higher bar cost?")
    _say_bar(outlook.cost_of_bar(plan), supposed.bar)
    _say(f"[bold]{CAUTION}[/] Every assumption: docs/planning.md.")


def _say_forms(forms: pd.DataFrame, beyond: int) -> None:
    numbers = [int(name) for name in forms.columns if isinstance(name, int)]

    def most(number: float) -> str:
        return f"> {beyond - 1}" if number >= beyond else f"{number:.0f}"

    rows = [
        [str(unit), f"{row['forms']:.0f}", *(_share(row[number]) for number in numbers), _share(row["more"]),
         most(row["enough"])]
        for unit, row in forms.iterrows()
    ]  # fmt: skip
    titles = ["unit", "there\nare", *(f"need\n{most(number)}" for number in numbers), "run\nout", "enough\nwould be"]
    show_table(titles, rows)
    _say("Need: if there were no end of forms and correctives. Enough: at most 1 in 20 learners would need more.")


def _say_correctives(correctives: pd.DataFrame) -> None:
    rows = [
        [f"{row['unit']}, {row['objective']}", f"{row['correctives']:.0f}", _share(row["any"]), _share(row["more"]),
         f"{row['enough']:.0f}"]
        for _, row in correctives.reset_index().iterrows()
    ]  # fmt: skip
    show_table(["objective", "there\nare", "need\none", "run\nout", "enough\nwould be"], rows)


def _say_time(time: pd.DataFrame) -> None:
    columns = ["estimate", "median", "p90"]
    rows = [[str(unit), *map(_hours, row[columns])] for unit, row in time.iterrows()]
    show_table(["hours of work", "first\nform", "median\nlearner", "9 of 10\nlearners"], rows)
    _say("From the authors' estimates (`minutes` in unit.toml): work, not days.")


def _say_attention(attention: pd.DataFrame, learners: int) -> None:
    rows = [
        [str(unit), _share(row["share"]), f"{row['mean']:.1f}", f"{row['low']:.0f}–{row['high']:.0f}",
         *(_share(row[why]) for why in ("cycles", "forms", "approaches"))]
        for unit, row in attention.iterrows()
    ]  # fmt: skip
    titles = ["because these are used up →", "of the\nlearners", f"of {learners}\nmean", "8 cohorts\nof 10"]
    show_table([*titles, "cycles", "forms", "approaches"], rows)


def _say_bar(bars: pd.DataFrame, bar: float) -> None:
    names = {"as it is": "as it is", "higher bar": f"every criterion at least {bar:.0%}"}
    rows = [
        [names[str(scenario)], _share(row["at_once"]), f"{row['forms']:.1f}", _hours(row["median"]), _hours(row["p90"]),
         _share(row["attention"]), _share(row["level"]), _share(row["false_masters"])]
        for scenario, row in bars.iterrows()
    ]  # fmt: skip
    titles = ["bar", "at\nonce", "forms\n/ unit", "hours,\nmedian", "hours,\n9 of 10", "need\nyou", "level at\nthe end"]
    show_table([*titles, "false\nmasters"], rows)
    _say("False masters: objectives called mastered by somebody whose level is below the criterion as it is now.")


def say_replay(result: Replay, criterion: float) -> None:
    """What the rules said of recorded answers, and how far they agree."""
    table = result.by_rule()
    rows = [
        [str(rule), _share(row["mastered"]), _said(row["attempts"], "{:.0f}"), _said(row["items"], "{:.0f}"),
         _share(row["certainty"]), _share(row["later_share"]), f"{row['later_items']:,.0f}"]
        for rule, row in table.iterrows()
    ]  # fmt: skip
    _heading(f"{counted(int(table['sequences'].max()), 'sequence')} of answers (learner × objective)")
    titles = ["rule", "called\nmastered", "median\nattempt", "median\nanswers", "how sure\n(mean)"]
    show_table([*titles, "right\nlater", "later\nanswers"], rows)
    _say(
        f"How sure: probability that the true level reaches {criterion:.0%}, when it was called mastered. Right later: "
        "the share right of what masters answered afterwards; it decides nothing, it is the check."
    )
    _heading("On how many sequences two rules end alike")
    agreement = result.agreement()
    show_table(["", *agreement.columns], [[str(rule), *map(_share, row)] for rule, row in agreement.iterrows()])
    for notice in result.notices:
        _say(notice)


def _heading(words: str) -> None:
    make_console().print(f"\n[bold]{words}[/]", highlight=False)


def _say(words: str) -> None:
    make_console().print(words, highlight=False)


def _share(value: float) -> str:
    return _said(value, "{:.0%}")


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.1f}"
