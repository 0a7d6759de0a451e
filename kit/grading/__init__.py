"""From a learner's submitted bytes to item scores. Touches no database and decides nothing.

    read      the submission: bytes until shown otherwise; matched to the source by grade_id
    execute   behind the seam `grading/executors`: data in, data out
    score     on the trusted side; no output a learner can print is a score
    show      the autograded notebook for formgrader, the feedback page for the learner

Every submission ends as `Graded` or as `Rejected` with a sentence the learner can read; when the grader itself fails,
`GraderFault` is raised and the submission stays waiting.
"""

from kit.grading.grade import grade
from kit.grading.work import Graded, Rejected, Work

__all__ = ["Graded", "Rejected", "Work", "grade"]
