"""Reports on what grew between the first attempt and now, and where the gaps were."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from kit.reports.frames import Frames

_WHO = ["learner", "unit"]
_WHAT = ["unit", "objective"]


def first_and_final(frames: Frames) -> pd.DataFrame:
    """Level at the first attempt and as it stands: one row per learner and unit with an attempt fully assessed.

    Columns: learner, unit, attempts (number decided on), first, final (share of the points of all objectives, 0–1),
    all_at_first, all_now (bool: every objective of the unit was shown at the first attempt; is shown as it stands).
    `first` is the first of them as it came out. `final` takes each objective at the attempt that showed it, else at the
    last one: a later form asks again for what is shown already, and learners are told that this no longer counts.
    """
    verdicts = frames.objectives.sort_values("attempt", kind="stable")
    assessed = verdicts["score"].notna()
    whole = assessed.groupby([verdicts["learner"], verdicts["unit"], verdicts["attempt"]]).transform("all")
    verdicts = verdicts[whole.astype("bool")]
    grouped = verdicts.groupby(_WHO, sort=True)["attempt"]
    first = verdicts[verdicts["attempt"] == grouped.transform("min")]
    found = grouped.nunique().astype("Int64").to_frame("attempts")
    shown = frames.units.set_index(_WHO)
    all_now = (shown["objectives_shown"] == shown["objectives"]).reindex(found.index, fill_value=False).astype("bool")
    all_at_first = (first["state"] == "mastered").groupby([first["learner"], first["unit"]]).all().astype("bool")
    levels = {"first": _level(first), "final": _level(_decisive(verdicts))}
    return found.assign(**levels, all_at_first=all_at_first, all_now=all_now).reset_index()


def _decisive(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Of each learner, unit and objective the verdict that counts: the one that showed it, else the last.

    Attempts before a reset count only where there is none after it.
    """
    since = ~verdicts["before_reset"]
    anew = since.groupby([verdicts["learner"], verdicts["unit"]]).transform("any")
    counted = verdicts[since | ~anew]
    # An objective is `mastered` by one attempt only; from then on it is `mastered-before`.
    ranked = counted.assign(_showing=counted["state"] == "mastered").sort_values(["_showing", "attempt"], kind="stable")
    return ranked.drop_duplicates(["learner", *_WHAT], keep="last")


def _level(verdicts: pd.DataFrame) -> pd.Series:
    sums = verdicts.groupby(_WHO, sort=True)[["score", "max"]].sum()
    return sums["score"] / sums["max"]


def gaps_by_objective(frames: Frames) -> pd.DataFrame:
    """Where learners get stuck: one row per unit and objective, in the course's order.

    Columns: unit, objective, title, tried (learners with a verdict on it), gap_at_first (of these, a gap at the first),
    shown_now (of these, shown as it stands), not_yet (of these, not yet), certainty (how sure it was when it was shown,
    0–1, median; NA where nobody has shown it).
    """
    verdicts = frames.objectives[frames.objectives["state"] != "not-assessed"].sort_values("attempt", kind="stable")
    firsts = verdicts.drop_duplicates(["learner", *_WHAT])[["learner", *_WHAT, "state"]]
    firsts = firsts.rename(columns={"state": "first"}).astype({"first": "string"})
    now = frames.progress.merge(firsts, on=["learner", *_WHAT], how="left")
    tried = now["first"].notna()
    now = now.assign(
        tried=tried,
        gap_at_first=(now["first"] == "gap").fillna(False).astype("bool"),
        shown_now=(now["state"] == "shown") & tried,
        not_yet=(now["state"] == "not-yet") & tried,
    )
    totals = now.groupby(_WHAT, sort=False)[["tried", "gap_at_first", "shown_now", "not_yet"]].sum().astype("Int64")
    totals.insert(0, "title", now.drop_duplicates(_WHAT).set_index(_WHAT)["title"].reindex(totals.index))
    showing = verdicts[(verdicts["state"] == "mastered") & ~verdicts["before_reset"]]
    totals["certainty"] = showing.groupby(_WHAT)["certainty"].median().reindex(totals.index).astype("Float64")
    return totals.reset_index()
