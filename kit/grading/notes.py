"""Why an item came out as it did, in words for a beginner: kind, exact, and never more than they may see.

Of a check's hidden part nothing is said but the message its author wrote as plain text; the text is taken from the
author's notebook, never from the process in which the learner's code ran. Not even the exception is named there: a
learner's function can raise another one for each value it is given. The same holds for all that came later.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from kit import syntax
from kit.grading.executors.job import CellRun, Run, Trouble
from kit.grading.match import Placed
from kit.grading.trusted import SourceCell

NO_ANSWER = "There is no answer here yet."
FURTHER = "A further check with other values did not pass."
NOT_PASSED = "The check did not pass. Run it in your notebook and read what it says."
NOT_PASSED_OR_FURTHER = f"{NOT_PASSED} If it passes there: {FURTHER[0].lower()}{FURTHER[1:]}"
LONGEST = 500
"""Letters of a message that are shown."""

EXPLANATIONS: Mapping[str, str] = {
    "NameError": "Python does not know the name {name} at this point. Is it spelled the same everywhere, and does the "
    "line that makes it come earlier?",
    "UnboundLocalError": "Inside the function the name {name} is used before it gets a value there.",
    "NotImplementedError": NO_ANSWER,
    "SyntaxError": "Python cannot read this line as it stands. Often a bracket, a quotation mark or a colon is "
    "missing, here or in the line above.",
    "IndentationError": "The spaces at the beginning of this line do not fit the lines around it.",
    "TabError": "This line begins with a mix of tabs and spaces. Use spaces only.",
    "TypeError": "Two things were put together that do not go together, for example a text and a number, or a function "
    "was called with too many or too few values.",
    "ValueError": "A value had the right type, but Python could not work with what was in it.",
    "ZeroDivisionError": "Something was divided by zero.",
    "IndexError": "A position was asked for that the list or text does not have. Positions begin at 0.",
    "KeyError": "A key was asked for that the dictionary does not have.",
    "AttributeError": "This kind of value does not have what stands after the dot.",
    "ModuleNotFoundError": "This module is not there. Is its name spelled right?",
    "ImportError": "This name could not be imported. Is it spelled right?",
    "FileNotFoundError": "There is no file with this name where the notebook runs.",
    "RecursionError": "A function calls itself again and again and does not come to an end.",
    "MemoryError": "The code asked for more memory than there is. Does something grow without end?",
    "OverflowError": "A number became too large for this calculation.",
    "SystemExit": "The code ended the program (exit, quit or sys.exit). Leave that line out: the cell ends by itself.",
    "KeyboardInterrupt": "The code was stopped from outside.",
    "StdinNotImplementedError": "The code asks for input with input(). Nobody sits at the keyboard when your work is "
    "checked: give the value in the code instead.",
    "AssertionError": "A condition that had to hold did not hold.",
    "NotAPlainValue": "The check needs a plain value here, such as a number, a text or a list; your answer is an "
    "object of a class of its own.",
    "Unreported": "The check could not be carried out: your code changed how Python itself works.",
}


def seconds_in_words(seconds: float) -> str:
    """``20.0`` → "20 seconds"."""
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


def explain(trouble: Trouble) -> str:
    """What an error means, for somebody who meets it for the first time; "" for one this table does not know."""
    text = EXPLANATIONS.get(trouble.name, "")
    if "{name}" in text:
        found = re.search(r"'([^'\W][\w]{0,40})'", trouble.message)
        text = text.replace("{name}", f"“{found[1]}”" if found else "used here")
    return text


def clean(text: str) -> str:
    """*text* as something that can be written down: half a surrogate pair, as ``"\\ud800"`` is one, becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def short(text: str) -> str:
    """*text* on one line, clean, cut to what a note can hold."""
    text = " ".join(clean(text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def not_run(run: Run) -> str:
    """Why a cell at the end was not run."""
    if run.stopped == "restarts":
        return (
            "This check did not run: the notebook ended Python again and again before it. Look for a line that ends "
            "the program or uses very much memory, take it out, and it can be checked."
        )
    if run.stopped == "time":
        return (
            "This check did not run: the cells before it used up the whole time of the notebook. "
            "Is there a loop that never ends, or a very long calculation?"
        )
    return "This check did not run."


def stopped(what: str, state: str, seconds: float) -> str:
    """What is said of a cell (*what*: "Your answer", "The check") that ran too long or ended the kernel."""
    if state == "timeout":
        return f"{what} ran longer than {seconds_in_words(seconds)}: is there a loop that never ends?"
    return f"{what} ended Python itself. Look for a line that ends the program or uses very much memory."


def of_answer(cell: Placed, run: CellRun, seconds: float) -> str:
    """What went wrong in an answer cell itself; "" when it ran to its end."""
    if run.state in ("timeout", "died"):
        return stopped("Your answer", run.state, seconds)
    if run.trouble is None:
        return ""
    meaning = explain(run.trouble)
    if meaning == NO_ANSWER:
        return NO_ANSWER
    line = _line_of(run.trouble, cell)
    return f"Your answer stopped with {_named(run.trouble)}{f' in line {line}' if line else ''}. {meaning}".strip()


def of_check(check: SourceCell, run: CellRun, seconds: float, inside: bool = False) -> str:
    """Why a check did not pass; *inside*: it ran in the learner's process, and its trouble is the learner's word."""
    if run.state in ("timeout", "died"):
        return stopped("With your code the check", run.state, seconds)
    if run.trouble is None:
        return ""
    places = [line for key, line in run.trouble.lines if key == run.key]
    hidden = check.hidden_lines
    if hidden and inside:
        return NOT_PASSED_OR_FURTHER
    if run.late or (hidden and (not places or hidden.intersection(places))):
        return _further(check, run.trouble, places)
    return _visible(check, run.trouble, places)


def _visible(check: SourceCell, trouble: Trouble, places: Sequence[int]) -> str:
    if trouble.name == "AssertionError":
        if trouble.message:
            return short(trouble.message)
        line = check.source.split("\n")[places[-1] - 1].strip() if places else ""
        return f"This did not hold: {line}" if line else EXPLANATIONS["AssertionError"]
    meaning = explain(trouble)
    if meaning == NO_ANSWER:
        return NO_ANSWER
    if trouble.name in ("NotAPlainValue", "Unreported"):
        return meaning
    said = f" ({short(trouble.message)})" if trouble.message else ""
    return short(f"The check stopped with {_named(trouble)}{said}. {meaning}".strip())


def _further(check: SourceCell, trouble: Trouble, places: Sequence[int]) -> str:
    """Words of the author's or none: which exception it was can tell what the learner's code was given."""
    hidden = check.hidden_lines
    written = _written_message(check.source, places) if trouble.name == "AssertionError" else ""
    if written:
        return short(f"A further check: {written}" if hidden.intersection(places) else written)
    if not hidden:
        return NOT_PASSED
    return FURTHER if not places or hidden.intersection(places) else NOT_PASSED_OR_FURTHER


def _written_message(source: str, places: Sequence[int]) -> str:
    """The message of the assert at one of *places*, if its author wrote it as plain text."""
    try:
        tree = syntax.parse(source)
    except (SyntaxError, ValueError):
        return ""
    for line in reversed(places):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or node.lineno):
                return _plain_text(node.msg)
    return ""


def _plain_text(message: ast.expr | None) -> str:
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return message.value
    if isinstance(message, ast.JoinedStr) and all(isinstance(part, ast.Constant) for part in message.values):
        return "".join(str(part.value) for part in message.values if isinstance(part, ast.Constant))
    return ""


def _named(trouble: Trouble) -> str:
    name = trouble.name if re.fullmatch(r"\w{1,60}", trouble.name) else "error"
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def _line_of(trouble: Trouble, cell: Placed) -> int | None:
    """The line of the learner's cell an error names, if it can be one."""
    last = cell.source.count("\n") + 1
    places = [line for key, line in trouble.lines if key == cell.key and 1 <= line <= last]
    return places[-1] if places else None
