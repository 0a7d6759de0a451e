"""Stage 5: each learner can read where they stand."""

from __future__ import annotations

from kit.decisions import standing
from kit.errors import KitError
from kit.stages.opened import OpenCourse, Step


def answer(opened: OpenCourse) -> None:
    """Publish every learner's standing that differs from what was published last."""
    for record in opened.learners():
        now = standing(record, opened.catalogue).to_json()
        try:
            if opened.exchange.progress(record.learner) != now:
                opened.exchange.publish_progress(record.learner, now)
                opened.watch(Step("answer", record.learner))
        except KitError as error:
            opened.problems.append(str(error))
