"""What one asks of a plan: enough forms and correctives? how long? who needs the instructor? what does a bar cost?

Each answer is a pandas frame, made anew on every call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.forecast.blueprint import WITHOUT_END
from kit.forecast.plan import AS_IT_IS, ENDLESS, HIGHER_BAR, Plan

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "whole course"
FEW = 0.05
"""A number of forms or correctives is enough when at most this share of learners would need more."""


def forms_needed(plan: Plan) -> pd.DataFrame:
    """How many forms learners would take if there were no end of them, of correctives and of cycles.

    One row per unit: `forms` there are, then a column for each number of forms with the share (0–1) of learners who
    need exactly so many, then `more` (share who need more than there are) and `enough`: how many it takes until no more
    than `FEW` need more. An end there is after all, or some rule would never come to one: whoever has not mastered the
    unit by then stands in the column of `beyond`, and where `enough` is `beyond`, even that many are not enough.
    """
    import pandas as pd

    found = plan.passages[plan.passages["scenario"] == ENDLESS]
    found = found.assign(forms=found["forms"].where(found["mastered"], beyond(plan)))
    shares = pd.crosstab(found["unit"], found["forms"], normalize="index")
    shares = shares.reindex(columns=range(1, int(found["forms"].max()) + 1), fill_value=0.0)
    there = pd.Series({unit.revision.unit: len(unit.revision.forms) for unit in plan.units}, name="forms")
    more = pd.Series(
        {name: shares.loc[name, [n for n in shares.columns if n > there[name]]].sum() for name in there.index}
    )
    table = shares.loc[there.index]
    table.insert(0, "forms", there)
    enough = {str(name): _enough(rows["forms"]) for name, rows in found.groupby("unit")}
    return table.assign(more=more, enough=pd.Series(enough)).rename_axis("unit").rename_axis(None, axis=1)


def beyond(plan: Plan) -> int:
    """One more form than the longest unit has in the scenario without end."""
    return max(WITHOUT_END, *(len(unit.revision.forms) for unit in plan.units)) + 1


def correctives_needed(plan: Plan) -> pd.DataFrame:
    """The same about correctives, a row for each unit and objective.

    `correctives` there are; `any`: share (0–1) of learners who need one; `more`: share who would need more than there
    are, if forms, approaches and cycles had no end; `enough`: how many it takes until no more than `FEW` need more.
    Of learners who are not done even then, the correctives they have had are counted.
    """
    import pandas as pd

    found = plan.objectives[plan.objectives["scenario"] == ENDLESS]
    there = {
        (unit.revision.unit, o.id): sum(c.objective == o.id for c in unit.revision.correctives)
        for unit in plan.units
        for o in unit.revision.objectives
    }
    rows = {
        key: (count, *_needed(found[(found["unit"] == key[0]) & (found["objective"] == key[1])]["correctives"], count))
        for key, count in there.items()
    }
    columns = ["correctives", "any", "more", "enough"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return frame.set_axis(pd.MultiIndex.from_tuples(rows, names=["unit", "objective"]))


def _needed(counts: pd.Series, there: int) -> tuple[float, float, int]:
    return float((counts > 0).mean()), float((counts > there).mean()), _enough(counts)


def _enough(needed: pd.Series) -> int:
    return next(number for number in range(int(needed.max()) + 1) if (needed > number).mean() <= FEW)


def time_needed(plan: Plan) -> pd.DataFrame:
    """Minutes of work in the course as it is: `median` and `p90` over learners, per unit and for the whole course.

    `estimate` is what the authors wrote for instruction and first form. Not the time that passes: nobody works all day.
    """
    import pandas as pd

    found = plan.passages[plan.passages["scenario"] == AS_IT_IS]
    by_unit = {str(name): minutes for name, minutes in found.groupby("unit", sort=False)["minutes"]}
    by_unit[WHOLE] = found.groupby("learner")["minutes"].sum()
    estimate = {unit.revision.unit: unit.minutes for unit in plan.units}
    estimate[WHOLE] = sum(estimate.values())
    rows = {name: (estimate[name], minutes.median(), minutes.quantile(0.9)) for name, minutes in by_unit.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "median", "p90"]).rename_axis("unit")


def attention_needed(plan: Plan, scenario: str = AS_IT_IS) -> pd.DataFrame:
    """Who needs the instructor, per unit and for the whole course: share of learners (0–1) and number in a cohort.

    Columns: `share`; `mean`, `low`, `high`: learners of a cohort, with the 10th and the 90th percentile over cohorts;
    `cycles`, `forms`, `approaches`: share of learners because these are used up (in several units maybe several).
    """
    import pandas as pd

    found = plan.passages[plan.passages["scenario"] == scenario]
    groups = {str(name): rows for name, rows in found.groupby("unit", sort=False)}
    groups[WHOLE] = found
    rows = {}
    for name, of_unit in groups.items():
        needs = (of_unit["why"] != "").groupby([of_unit["cohort"], of_unit["learner"]]).any()
        each = needs.groupby(level="cohort").sum().astype(float)
        why = [_share_of_learners(of_unit, reason) for reason in ("cycles", "forms", "approaches")]
        rows[name] = (float(needs.mean()), each.mean(), each.quantile(0.1), each.quantile(0.9), *why)
    columns = ["share", "mean", "low", "high", "cycles", "forms", "approaches"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("unit")


def _share_of_learners(passages: pd.DataFrame, reason: str) -> float:
    return float((passages["why"] == reason).groupby(passages["learner"]).any().mean())


def cost_of_bar(plan: Plan) -> pd.DataFrame:
    """The course as it is beside the same with a higher bar, one row each.

    name            unit     meaning
    --------------  -------  ------------------------------------------------------------------------
    at_once         share    of learners × units, mastered with the first form
    forms           –        taken, mean per learner and unit
    median, p90     minutes  of work in the whole course, over learners
    attention       share    of learners who need the instructor at least once
    level           share    mean level at the end, over learners and objectives
    false_masters   share    of the objectives called mastered: the level was below the criterion *as written*
    """
    import pandas as pd

    rows = {}
    for scenario in (AS_IT_IS, HIGHER_BAR):
        found = plan.passages[plan.passages["scenario"] == scenario]
        objectives = plan.objectives[plan.objectives["scenario"] == scenario]
        shown = objectives[objectives["mastered"]]
        minutes = found.groupby("learner")["minutes"].sum()
        rows[scenario] = {
            "at_once": float((found["mastered"] & (found["forms"] == 1)).mean()),
            "forms": float(found["forms"].mean()),
            "median": float(minutes.median()),
            "p90": float(minutes.quantile(0.9)),
            "attention": float((~found["mastered"]).groupby(found["learner"]).any().mean()),
            "level": float(objectives["level"].mean()),
            "false_masters": float((shown["level_shown"] < shown["criterion"]).mean()) if len(shown) else float("nan"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")
