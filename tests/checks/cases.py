"""Deliberately bad courses: what is spoilt, and what a fast check must say about it."""

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
    drop_cell,
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
from tests.courses import cell, item


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
    case("no course.toml", remove("course.toml"), "file-missing", "course.toml", "kit new"),
    case("a unit without unit.toml", remove(TOML), "file-missing", TOML, "missing"),
    case("a folder where unit.toml should be", all_of(remove(TOML), lambda r: (r / TOML).mkdir()), "file-unreadable",
         TOML, "cannot be read"),
    case("a quotation mark never closed", put(TOML, '"Unit 01-one"', '"Unit'), "toml-broken", TOML, "not valid TOML"),
    case("a misspelt key", put(TOML, "approach =", "aproach ="), "key-unknown", f"{TOML}, aproach", "not known",
         also="value-wrong"),
    case("a criterion in per cent", append(TOML, "criterion = 80\n"), "value-wrong",
         f"{TOML}, objectives.adding.criterion", "less than or equal to 1"),
    case("a unit's folder with a space", lambda r: (r / "units/01-one").rename(r / "units/01 One"), "name-invalid",
         "units/01 One/unit.toml", "lower case", also="corrective-unnamed"),
    case("no unit at all", lambda r: (r / "units").rename(r / "old"), "course-empty", "units/", "no unit",
         also="corrective-unnamed"),
    case("a unit without objectives", write(TOML, 'title = "x"\napproach = "story"\nobjectives = {}\n'),
         "objectives-missing", TOML, "no objective", also="objective-unknown corrective-unnamed"),
    case("a unit that requires itself", put(TOML, "requires = []", 'requires = ["01-one"]'), "requires-cycle",
         "units/*/unit.toml", "circle"),
    case("no unit.ipynb", remove(UNIT), "notebook-missing", "units/01-one", "unit.ipynb"),
    case("marks of a merge conflict", append(UNIT, "<<<<<<< mine\n"), "notebook-broken", UNIT, "not valid JSON"),
    case("a cell without a source", edit(UNIT, 0, lambda c: c.pop("source")), "notebook-broken", UNIT, "a type"),
    case("tags that are no list", edit(UNIT, 0, lambda c: c["metadata"].update(tags=7)), "notebook-broken", UNIT, ""),
    case("a corrective that was renamed away", lambda r: (r / CORRECTIVE).rename(r / "other.ipynb"),
         "corrective-missing", CORRECTIVE, "names this corrective"),
    # --- names
    case("an executor nobody has", append("course.toml", 'executor = "locla"\n'), "executor-unknown",
         "course.toml, executor", "Did you mean 'local'?"),
    case("an exchange nobody has", append("course.toml", 'exchange = "floder"\n'), "exchange-unknown",
         "course.toml, exchange", "Did you mean 'folder'?"),
    case("a decision rule nobody has", append("course.toml", 'rule = "every-objektive"\n'), "rule-unknown",
         f"{TOML}, rule", "Did you mean 'every-objective'?"),
    case("a requirement that is no unit", put(TOML, "requires = []", 'requires = ["01-noe"]'), "requires-unknown",
         f"{TOML}, requires", "Did you mean '01-one'?"),
    case("an item of a misspelt objective", edit(UNIT, "adding-2", tagged("objective:addin")), "objective-unknown",
         f"{UNIT}, cell adding-2", "Did you mean 'adding'?", also="items-few"),
    case("a corrective's item of another objective",
         all_of(append(TOML, '[objectives.taking]\ntitle = "t"\ncorrectives = ["a", "b"]\n'),
                edit(CORRECTIVE, "practice-1", tagged("objective:taking"))),
         "objective-misplaced", f"{CORRECTIVE}, cell practice-1", "for 'adding'",
         also="corrective-missing objective-without-items"),
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
    # --- notebooks as files
    case("outputs saved with the source", edit(UNIT, "adding-1", lambda c: c.update(execution_count=3)),
         "outputs-committed", UNIT, "kit tidy"),
    case("a cell without an id", edit(UNIT, 1, lambda c: c.pop("id")), "cell-id-missing", UNIT, "1 of 11 cells"),
    case("two cells with one id", edit(UNIT, 1, lambda c: c.update(id="adding-1")), "cell-id-missing", UNIT, "share"),
    # --- cells
    case("instruction misspelt", edit(UNIT, 1, tagged("instrution")), "tag-misspelt", f"{UNIT}, cell 2",
         "Did you mean 'instruction'?"),
    case("an objective after a space", edit(UNIT, "adding-1", tagged("objective adding")), "tag-misspelt",
         f"{UNIT}, cell adding-1", "'objective:adding'", also="item-without-objective items-few"),
    case("an objective on an example", add(UNIT, cell("1 + 1", "objective:adding")), "tag-misplaced",
         f"{UNIT}, cell 12", "neither an item nor an answer"),
    case("an answer that goes out once only", edit(UNIT, "adding-1-answer", tagged("instruction", "objective:adding")),
         "tag-misplaced", f"{UNIT}, cell adding-1-answer", "first form only"),
    case("a variants cell in a corrective", add(CORRECTIVE, cell("variants = {}", "variants")), "tag-misplaced",
         f"{CORRECTIVE}, cell 4", "no forms"),
    case("metadata of an old nbgrader", edit(UNIT, "adding-1", marked("schema_version", 2)), "nbgrader-metadata",
         f"{UNIT}, cell adding-1", "version 2"),
    case("a text that is graded but no answer",
         add(UNIT, cell("Say why.", "objective:adding", kind="markdown", grade=True, points=1, grade_id="why")),
         "nbgrader-metadata", f"{UNIT}, cell why", "refuses"),
    case("a grade_id with a space", edit(UNIT, "adding-1", marked("grade_id", "adding 1")), "grade-id-invalid",
         f"{UNIT}, cell adding 1", "letters, digits"),
    case("a grade_id that is empty", edit(UNIT, "adding-1", marked("grade_id", "")), "grade-id-invalid",
         f"{UNIT}, cell 5", "no grade_id"),
    case("a cell copied with its metadata", edit(UNIT, "adding-2", marked("grade_id", "adding-1")),
         "grade-id-duplicate", f"{UNIT}, cell adding-1", "2 cells"),
    case("END SOLUTION lost", edit(UNIT, "adding-1-answer", source("### BEGIN SOLUTION\nadding_1 = 1\n")),
         "marks-broken", f"{UNIT}, cell adding-1-answer", "in pairs"),
    case("hidden tests in a text", edit(UNIT, 0, source("### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS")),
         "marks-broken", f"{UNIT}, cell 1", "not a test cell"),
    case("an empty answer cell", edit(UNIT, "adding-1-answer", source("# your turn\n")), "solution-missing",
         f"{UNIT}, cell adding-1-answer", "no reference"),
    case("an answer cell without marks", edit(UNIT, "adding-1-answer", source("adding_1 = {{n}} + 1")),
         "solution-missing", f"{UNIT}, cell adding-1-answer", "empty cell", "warning"),
    # --- items
    case("an item without a tag", edit(UNIT, "adding-1", tagged()), "item-without-objective",
         f"{UNIT}, cell adding-1", "objective:adding", also="items-few"),
    case("an item of two objectives",
         all_of(append(TOML, '[objectives.taking]\ntitle = "t"\ncorrectives = ["a", "b"]\n'),
                edit(UNIT, "adding-1", tagged("objective:adding", "objective:taking"))),
         "item-with-several-objectives", f"{UNIT}, cell adding-1", "2 objectives",
         also="corrective-missing objective-without-items"),
    case("an objective nothing is asked about",
         append(TOML, '[objectives.taking]\ntitle = "t"\ncorrectives = ["a", "b"]\n'), "objective-without-items",
         f"{TOML}, objectives.taking", "any form", also="corrective-missing"),
    case("three items for an objective",
         all_of(drop_cell(UNIT, "adding-4", "adding-4-answer"), put(MISSTEPS, "adding-4", "adding-3")), "items-few",
         f"{TOML}, objectives.adding", "only 3 items", "warning"),
    case("an item worth nothing", edit(UNIT, "adding-1", marked("points", 0)), "points-wrong",
         f"{UNIT}, cell adding-1", "worth 0 points"),
    case("points written as a word", edit(UNIT, "adding-1", marked("points", "two")), "points-wrong",
         f"{UNIT}, cell adding-1", "not a number"),
    case("nothing hidden", edit(UNIT, "adding-1", source("assert adding_1 == {{n}} + 1")), "hidden-tests-missing",
         f"{UNIT}, cell adding-1", "visible values", "warning"),
    case("a test that looks at source",
         edit(UNIT, "adding-1", source(f"import inspect\nassert inspect.getsource(print)\n{_HIDDEN}")),
         "check-runs-inside", f"{UNIT}, cell adding-1", "looks at source", "warning"),
    case("a test of a corrective that patches a module",
         edit(CORRECTIVE, "practice-1", source("import random\nrandom.random = None\nassert practice_1 == 3")),
         "check-runs-inside", f"{CORRECTIVE}, cell practice-1", "changes a module", "warning"),
    case("a test that its author wants there", edit(UNIT, "adding-1", tagged("objective:adding", "inside")),
         "check-runs-inside", f"{UNIT}, cell adding-1", "tagged `inside`", "warning"),
    # --- forms
    case("a variants cell that fails", variants("variants = {'a': 1 / 0}"), "variants-broken", f"{UNIT}, variants cell",
         "division by zero"),
    case("a form that lacks a name", variants("variants = {'a': {'n': 1}, 'b': {}}"), "variants-broken",
         f"{UNIT}, variants cell", "same names: n"),
    case("a variants cell that ends the program", variants("raise SystemExit(0)"), "variants-broken",
         f"{UNIT}, variants cell", "ended the program"),
    case("values that depend on chance",
         variants("import random\nvariants = {f: {'n': random.random()} for f in 'abcd'}"), "variants-unstable",
         f"{UNIT}, variants cell", "other values came out for n"),
    case("values in the order of a set",
         variants("variants = {f: {'n': list({x + f for x in 'pqrstuvw'})} for f in 'abcd'}"), "variants-unstable",
         f"{UNIT}, variants cell", "sort sets"),
    case("a name the variants cell lacks", edit(UNIT, 0, source("Hello {{m}}")), "name-undefined", f"{UNIT}, cell 1",
         "{{m}} is not defined"),
    case("a misstep with a name nobody defines", put(MISSTEPS, "adding_1 = {{n}}", "adding_1 = {{nn}}"),
         "name-undefined", f"{MISSTEPS}, adding-1-answer “forgets to add”", "{{nn}}"),
    case("an expression between double braces", edit(UNIT, 0, source("Hello {{n + 1}}")), "braces-left",
         f"{UNIT}, cell 1", "{{n + 1}}", "warning"),
    case("a value no cell takes",
         variants("variants = {f: {'n': i, 'city': f} for i, f in enumerate('abcd')}"), "variant-unused",
         f"{UNIT}, variants cell", "city", "warning"),
    case("a form's value written out",
         all_of(variants("variants = {f: {'n': i, 'p': f'pier number {i}'} for i, f in enumerate('abcd')}"),
                edit(UNIT, 0, source("We meet at pier number 2, not at {{p}}."))), "value-written-out",
         f"{UNIT}, cell 1", "on form c", "warning"),
    case("no variants cell", all_of(edit(UNIT, 2, tagged()), put(UNIT, "{{n}}", "10"), put(MISSTEPS, "{{n}}", "10")),
         "forms-few", UNIT, "only one form"),
    case("three forms", variants("variants = {f: {'n': i} for i, f in enumerate('abc')}"), "forms-few", UNIT,
         "3 forms", "warning"),
    case("an item on the first form only", edit(UNIT, "adding-1", tagged("instruction", "objective:adding")),
         "forms-differ", UNIT, "Forms a and b", also="tag-misplaced items-few"),
    case("two forms with the same values", variants("variants = {f: {'n': i % 3} for i, f in enumerate('abcd')}"),
         "form-repeated", UNIT, "Form d is the same as form a"),
    # --- correctives
    case("an objective without correctives", put(TOML, '["diagram", "tracing"]', "[]"), "correctives-few",
         f"{TOML}, objectives.adding", "no corrective", also="corrective-unnamed"),
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
         "repeated-same-instruction", CORRECTIVE, "2 of its 5 sentences"),
    case("a corrective with the unit's example",
         all_of(add(UNIT, cell("price = 3\nprice + 4  # together", "instruction")),
                add(CORRECTIVE, cell("price  =  3\nprice + 4"))), "repeated-same-instruction", CORRECTIVE, "example"),
    case("a corrective nobody names", write("corrective/01-one/adding/analogy.ipynb", "{}"), "corrective-unnamed",
         "corrective/01-one/adding/analogy.ipynb", "no learner ever gets it", "warning"),
    case("a corrective of words only", drop_cell(CORRECTIVE, "practice-1", "practice-1-answer"),
         "corrective-without-items", CORRECTIVE, "practice", "warning"),
    # --- missteps
    case("a misstep without code", append(MISSTEPS, '[[misstep]]\ncell = "x"\nname = "y"\n'), "missteps-broken",
         MISSTEPS, "code"),
    case("missteps that are no tables", write(MISSTEPS, 'misstep = "all of them"\n'), "missteps-broken", MISSTEPS,
         "list of tables"),
    case("a misstep for no cell", put(MISSTEPS, 'cell = "adding-4-answer"', 'cell = "adding-4-anwser"'),
         "misstep-cell-unknown", f"{MISSTEPS}, adding-4-anwser “forgets to add”", "adding-", also="missteps-missing"),
    case("an answer no misstep was written for", add(UNIT, *item("adding-5", "adding", "{{n}} + 5")),
         "missteps-missing", MISSTEPS, "adding-5-answer", "warning"),
    case("no missteps at all", remove(MISSTEPS), "missteps-missing", MISSTEPS, "any answer cell", "warning"),
    case("an essay worth nothing", all_of(ESSAY, edit(UNIT, "essay", marked("points", 0))), "points-wrong",
         f"{UNIT}, cell essay", "above 0"),
]  # fmt: skip

HARMLESS = {
    "tags of other tools": edit(UNIT, 1, tagged("instruction", "hide-input", "remove_cell", "slideshow")),
    "an essay that a person scores": ESSAY,
    "a corrective's items without tags": edit(CORRECTIVE, "practice-1", tagged()),
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
