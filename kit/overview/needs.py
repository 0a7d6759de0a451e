"""Who needs an instructor, beside those who ask for one: who is idle, who spins, and who misses the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from kit.reports import Frames

IDLE_AFTER = timedelta(days=7)
"""Without a sign for so long, with something open to be done, a learner is called idle."""
SPINNING_FROM = 3
"""Attempts at a unit from which on a learner can be called wheel-spinning."""
WITHOUT_PROGRESS = 2
"""So many attempts in a row that showed no objective for the first time."""

_THEIRS = ("open", "working", "corrective", "retry")
"""States in which the next step is the learner's."""


def as_of(frames: Frames) -> datetime | None:
    """The latest moment the frames know of; None before anything happened."""
    learners, units = frames.learners, frames.units
    moments = [learners["enrolled_at"].max(), learners["last_active_at"].max(), units["mastered_at"].max()]
    known = [moment.to_pydatetime() for moment in moments if not pd.isna(moment)]
    return max(known, default=None)


def idle(frames: Frames, now: datetime) -> pd.DataFrame:
    """Who has something open to be done and gave no sign for `IDLE_AFTER`: one row per learner, longest first.

    Columns: learner, name, last_active_at (NaT if they never began), quiet (how long, since then or since enrolment),
    unit, title, state (the first unit in which the next step is theirs).
    """
    learners = frames.learners
    since = learners["last_active_at"].fillna(learners["enrolled_at"])
    quiet = pd.Timestamp(now) - since
    late = learners.assign(quiet=quiet.astype("timedelta64[us]"))[quiet >= IDLE_AFTER]
    theirs = frames.units[frames.units["state"].isin(_THEIRS)].drop_duplicates("learner")
    found = late.merge(theirs[["learner", "unit", "title", "state"]], on="learner", how="inner")
    columns = ["learner", "name", "last_active_at", "quiet", "unit", "title", "state"]
    return found.sort_values("quiet", ascending=False, kind="stable")[columns].reset_index(drop=True)


def wheel_spinning(frames: Frames) -> pd.DataFrame:
    """Who tries again and again without progress: one row per learner and unit, most attempts first.

    That is: at least `SPINNING_FROM` decided attempts at a unit that is not mastered, of which the last
    `WITHOUT_PROGRESS` showed no objective for the first time. (Beck and Gong 2013, *Wheel-spinning*, who count ten
    practice opportunities on one skill; an attempt here is a whole form with instruction before it.)

    Columns: learner, name, unit, title, attempts (decided ones that count), without_progress (the last so many showed
    nothing new), shown, objectives (of the unit, shown so far and in all), correctives (handed in).
    """
    verdicts = frames.objectives[~frames.objectives["before_reset"]]
    verdicts = verdicts.assign(new=verdicts["state"] == "mastered")
    tries = verdicts.groupby(["learner", "unit", "attempt"], observed=True)["new"].any().reset_index()
    tries["place"] = tries.groupby(["learner", "unit"], observed=True).cumcount() + 1
    whole: Any = tries.groupby(["learner", "unit"], observed=True)
    found = pd.DataFrame({"attempts_decided": whole["place"].max()})
    newest = tries[tries["new"]].groupby(["learner", "unit"], observed=True)["place"].max()
    found["without_progress"] = found["attempts_decided"] - newest.reindex(found.index).fillna(0).astype("int64")
    many = (found["attempts_decided"] >= SPINNING_FROM) & (found["without_progress"] >= WITHOUT_PROGRESS)
    units = frames.units[frames.units["state"] != "mastered"]
    wanted = ["learner", "name", "unit", "title", "objectives_shown", "objectives", "correctives"]
    found = found[many].reset_index().merge(units[wanted], on=["learner", "unit"], how="inner")
    found = found.rename(columns={"attempts_decided": "attempts", "objectives_shown": "shown"})
    found = found.astype({"attempts": "Int64", "without_progress": "Int64"})
    found = found.sort_values(["attempts", "without_progress"], ascending=False, kind="stable")
    columns = ["learner", "name", "unit", "title", "attempts", "without_progress", "shown", "objectives", "correctives"]
    return found[columns].reset_index(drop=True)


def reteach_groups(frames: Frames) -> pd.DataFrame:
    """Who misses the same objective and has had the same approaches: one row per group, in the course's order.

    An approach was had when its corrective was fetched or handed in. Columns: unit, objective, title, had (approaches
    by name, joined by commas; empty: none yet), learners (number), who (their account names, joined by commas).
    """
    missed = frames.progress[frames.progress["state"] == "not-yet"]
    work = frames.correctives
    work = work[work["fetched_at"].notna() | work["submitted_at"].notna()]
    plain = {"learner": "string", "unit": "string", "objective": "string"}
    keys = ["learner", "unit", "objective"]
    missed = missed[[*keys, "title"]]
    # Only those who miss it now: of a large cohort they are few.
    work = missed[keys].merge(work[[*keys, "approach"]], on=keys, how="inner")
    work = work.astype({**plain, "approach": "string"}).drop_duplicates([*keys, "approach"]).sort_values("approach")
    had = work.groupby(keys)["approach"].agg(", ".join).rename("had")
    missed = missed.astype({**plain, "title": "string"}).merge(had, on=keys, how="left")
    missed["had"] = missed["had"].fillna("").astype("string")
    places = {name: place for place, name in enumerate(frames.progress["unit"].cat.categories)}
    order = {name: place for place, name in enumerate(frames.progress["objective"].cat.categories)}
    groups: Any = missed.groupby(["unit", "objective", "title", "had"], sort=False)["learner"]
    found = groups.agg(learners="size", who=", ".join).reset_index().astype({"learners": "Int64", "who": "string"})
    ranks = pd.DataFrame({"u": found["unit"].map(places), "o": found["objective"].map(order), "n": -found["learners"]})
    return found.loc[ranks.sort_values(["u", "o", "n"], kind="stable").index].reset_index(drop=True)
