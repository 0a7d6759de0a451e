"""Deliberately bad courses beside those of ``tests/cases/``: other ways to the same faults, and what is no fault."""

from __future__ import annotations

from dataclasses import dataclass

from tests.checks.course import (
    CORRECTIVE,
    MISSTEPS,
    TOML,
    UNIT,
    Spoil,
    add,
    all_of,
    append,
    edit,
    marked,
    put,
    remove,
    source,
    tagged,
    text,
    variants,
    write,
)
from tests.courses import cell


@dataclass(frozen=True)
class Case:
    situation: str
    spoil: Spoil
    code: str
    where: str
    words: str
    severity: str = "error"
    also: frozenset[str] = frozenset()
    """Other codes that rightly speak, too."""


def case(
    situation: str, spoil: Spoil, code: str, where: str, words: str, severity: str = "error", also: str = ""
) -> Case:
    return Case(situation, spoil, code, where, words, severity, frozenset(also.split()))


ESSAY = add(
    UNIT, cell("Why?", "objective:adding", kind="markdown", grade=True, solution=True, points=2, grade_id="essay")
)
"""Needs neither hidden tests nor a reference nor a misstep."""
_HIDDEN = "### BEGIN HIDDEN TESTS\nassert adding_1 == {{n}} + 1\n### END HIDDEN TESTS"
_DATES = "import x\nc = get_config()\n"

CASES = [
    # --- files
    case("a unit without unit.toml", remove(TOML), "file-missing", TOML, "missing"),
    case("a cell without a source", edit(UNIT, 0, lambda c: c.pop("source")), "notebook-broken", UNIT, "a type"),
    case("tags that are no list", edit(UNIT, 0, lambda c: c["metadata"].update(tags=7)), "notebook-broken", UNIT, ""),
    # --- what mastery means
    case("a criterion of a half", append(TOML, "criterion = 0.5\n"), "threshold-inflation",
         f"{TOML}, objectives.adding", "chance of 92%"),
    case("a criterion of 0.75", append("course.toml", "criterion = 0.75\n"), "threshold-inflation",
         f"{TOML}, objectives.adding", "0.8 to 0.9", "warning"),
    case("a due date in nbgrader's settings", write("nbgrader_config.py", _DATES + 'c.X.duedate = "2026-01-01"\n'),
         "lockstep-compression", "nbgrader_config.py, line 3", "duedate"),
    case("nbgrader's penalty for being late",
         write("nbgrader_config.py", _DATES + 'c.LateSubmissionPlugin.penalty_method = "zero"\n'),
         "lockstep-compression", "nbgrader_config.py, line 3", "the time they need"),
    case("a deadline in unit.toml", put(TOML, "requires = []", 'requires = []\ndeadline = "2026-01-01"'),
         "lockstep-compression", f"{TOML}, deadline", "calendar"),
    case("a due date in a notebook's metadata",
         put(UNIT, '"metadata": {"kernelspec"', '"metadata": {"course": {"due_date": "2026-05-03"}, "kernelspec"'),
         "lockstep-compression", f"{UNIT}, metadata course.due_date", "calendar"),
    case("a date in the instruction", edit(UNIT, 1, source("Adding is easy.\n\n**Hand it in by Friday.**")),
         "lockstep-compression", f"{UNIT}, cell 2", "“**Hand it in by Friday.**” ties", "warning"),
    case("a date in a corrective", edit(CORRECTIVE, 0, source("Take your time. This notebook is due on 3 May.")),
         "lockstep-compression", f"{CORRECTIVE}, cell 1", "as a quotation", "warning"),
    case("a date in a unit's summary",
         put(TOML, "requires = []", 'summary = "Submit it before Monday."\nrequires = []'),
         "lockstep-compression", f"{TOML}, summary", "Submit it before Monday", "warning"),
    # --- notebooks as files
    case("two cells with one id", edit(UNIT, 1, lambda c: c.update(id="adding-1")), "cell-id-missing", UNIT, "share"),
    # --- cells
    case("an objective after a space", edit(UNIT, "adding-1", tagged("objective adding")), "tag-misspelt",
         f"{UNIT}, cell adding-1", "'objective:adding'", also="item-without-objective items-few"),
    case("a number of choices that is none", edit(UNIT, "adding-1", tagged("objective:adding", "choices:1")),
         "tag-misspelt", f"{UNIT}, cell adding-1", "2 or more"),
    case("choices on an answer cell", edit(UNIT, "adding-1-answer", tagged("objective:adding", "choices:4")),
         "tag-misplaced", f"{UNIT}, cell adding-1-answer", "on the test cell"),
    case("an answer that goes out once only", edit(UNIT, "adding-1-answer", tagged("instruction", "objective:adding")),
         "tag-misplaced", f"{UNIT}, cell adding-1-answer", "first form only"),
    case("a variants cell in a corrective", add(CORRECTIVE, cell("variants = {}", "variants")), "tag-misplaced",
         f"{CORRECTIVE}, cell 4", "no forms"),
    case("a text that is graded but no answer",
         add(UNIT, cell("Say why.", "objective:adding", kind="markdown", grade=True, points=1, grade_id="why")),
         "nbgrader-metadata", f"{UNIT}, cell why", "refuses", also="check-too-short"),
    case("a grade_id that is empty", edit(UNIT, "adding-1", marked("grade_id", "")), "grade-id-invalid",
         f"{UNIT}, cell 5", "no grade_id"),
    case("hidden tests in a text", edit(UNIT, 0, source("### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS")),
         "marks-broken", f"{UNIT}, cell 1", "not a test cell"),
    case("an answer cell without marks", edit(UNIT, "adding-1-answer", source("adding_1 = {{n}} + 1")),
         "solution-missing", f"{UNIT}, cell adding-1-answer", "empty cell", "warning"),
    # --- items
    case("points written as a word", edit(UNIT, "adding-1", marked("points", "two")), "points-wrong",
         f"{UNIT}, cell adding-1", "not a number"),
    case("a test of a corrective that patches a module",
         edit(CORRECTIVE, "practice-1", source("import random\nrandom.random = None\nassert practice_1 == 3")),
         "check-runs-inside", f"{CORRECTIVE}, cell practice-1", "changes a module", "warning"),
    case("a test that its author wants there", edit(UNIT, "adding-1", tagged("objective:adding", "inside")),
         "check-runs-inside", f"{UNIT}, cell adding-1", "tagged `inside`", "warning"),
    # --- forms
    case("a form that lacks a name", variants("variants = {'a': {'n': 1}, 'b': {}}"), "variants-broken",
         f"{UNIT}, variants cell", "same names: n"),
    case("a variants cell that ends the program", variants("raise SystemExit(0)"), "variants-broken",
         f"{UNIT}, variants cell", "ended the program"),
    case("values in the order of a set",
         variants("variants = {f: {'n': list({x + f for x in 'pqrstuvw'})} for f in 'abcd'}"), "variants-unstable",
         f"{UNIT}, variants cell", "sort sets"),
    case("a misstep with a name nobody defines", put(MISSTEPS, "adding_1 = {{n}}", "adding_1 = {{nn}}"),
         "name-undefined", f"{MISSTEPS}, adding-1-answer “forgets to add”", "{{nn}}"),
    case("three forms", variants("variants = {f: {'n': i} for i, f in enumerate('abc')}"), "forms-few", UNIT,
         "3 forms", "warning"),
    # --- correctives
    case("an objective with one corrective", put(TOML, '["diagram", "tracing"]', '["diagram"]'), "correctives-few",
         f"{TOML}, objectives.adding", "only one", "warning", also="corrective-unnamed"),
    case("a corrective by the unit's own approach", put(TOML, '"worked-example"', '"tracing"'),
         "repeated-same-instruction", f"{TOML}, objectives.adding", "own instruction"),
    case("a corrective that repeats the unit's words",
         all_of(edit(UNIT, 1, source("One sentence here is about adding numbers slowly.\n\n"
                                     "Another sentence here is about how sums grow.")),
                edit(CORRECTIVE, 0, source("One sentence here is about adding numbers slowly. Here are four new words "
                                           "in a row. This is a sentence of its own here. Another one that stands "
                                           "for itself alone. Another sentence here is about how sums grow."))),
         "repeated-same-instruction", CORRECTIVE, "up to 8 words one after the other"),
    case("a corrective with the unit's example",
         all_of(add(UNIT, cell("price = 3\nprice + 4  # together", "instruction")),
                add(CORRECTIVE, cell("price  =  3\nprice + 4"))), "repeated-same-instruction", CORRECTIVE, "example"),
    # --- missteps
    case("missteps that are no tables", write(MISSTEPS, 'misstep = "all of them"\n'), "missteps-broken", MISSTEPS,
         "list of tables"),
    case("no missteps at all", remove(MISSTEPS), "missteps-missing", MISSTEPS, "any answer cell", "warning"),
    case("an essay worth nothing", all_of(ESSAY, edit(UNIT, "essay", marked("points", 0))), "points-wrong",
         f"{UNIT}, cell essay", "above 0"),
]  # fmt: skip

HARMLESS = {
    "tags of other tools": edit(UNIT, 1, tagged("instruction", "hide-input", "remove_cell", "slideshow")),
    "an essay that a person scores": all_of(ESSAY, append("course.toml", "[assessment]\nrisk = 0.5\n")),
    "a corrective's items without tags": edit(CORRECTIVE, "practice-1", tagged()),
    "a number of choices": edit(UNIT, "adding-1", tagged("objective:adding", "choices:4")),
    "a date in a story": edit(UNIT, 1, source("Ada's library book is due on 3 May. How many days are left?")),
    "a deadline as a quotation": edit(UNIT, 1, source("Whose deadline is it?\n\n> Hand it in by Friday.")),
    "metadata of another tool that sounds like time": put(
        UNIT, '"metadata": {"kernelspec"', '"metadata": {"latex_envs": {"report": true}, "kernelspec"'
    ),
    "the same box around two practice answers": all_of(
        *(
            add(
                where,
                cell(
                    "def box(n):\n    ### BEGIN SOLUTION\n    m = n + 1\n    ### END SOLUTION\n    return m",
                    "objective:adding",
                    solution=True,
                    grade_id="box-answer",
                ),
                cell(
                    "assert box(1) == 2\n### BEGIN HIDDEN TESTS\nassert box(7) == 8\n### END HIDDEN TESTS",
                    "objective:adding",
                    grade=True,
                    locked=True,
                    points=1,
                    grade_id="box",
                ),
            )
            for where in (CORRECTIVE, CORRECTIVE.replace("diagram", "tracing"))
        )
    ),
    "braces that are kept on purpose": edit(UNIT, 0, source(r"A template: \{{name}} and {{n}}")),
    "braces in the instruction": edit(UNIT, 1, source("Jinja writes {{ user.name }}.")),
    "a comment about due dates in nbgrader_config.py": write("nbgrader_config.py", "# duedate: none, on purpose\n"),
    "an objective about being late": all_of(
        put(TOML, "[objectives.adding]", "[objectives.late-binding]"),
        put(UNIT, "objective:adding", "objective:late-binding"),
        lambda root: (root / "corrective/01-one/adding").rename(root / "corrective/01-one/late-binding"),
        *(
            put(f"corrective/01-one/late-binding/{a}.ipynb", "objective:adding", "objective:late-binding")
            for a in ("diagram", "tracing")
        ),
    ),
    "a value the variants cell goes on with": variants(
        "variants = {f: {'k': i} for i, f in enumerate('abcd')}\nfor v in variants.values():\n    v['n'] = v['k'] + 1"
    ),
    "a note for the author below corrective/": write("corrective/README.md", "Notes."),
    "data beside a corrective": write("corrective/01-one/adding/data/table.py", "x = 1"),
    "a text cell tagged with an objective": add(UNIT, text("About adding.", "objective:adding")),
}
"""What must not be complained about."""
