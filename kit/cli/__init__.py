"""The command `kit`: a thin layer of words over the packages. Nothing heavy is imported before a command runs."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, tuple[str, str]] = {
    # For everyone who teaches
    "new": ("authoring", "Make another course that runs at once."),
    "import": ("authoring", "Make units of an existing nbgrader course."),
    "tidy": ("authoring", "Clear outputs and name cells in the sources."),
    "check": ("authoring", "Report every fault of the course."),
    "build": ("authoring", "Make the releases from the sources."),
    "enrol": ("teaching", "Add learners to the course."),
    "run": ("teaching", "Collect, grade, decide and release, once."),
    "watch": ("teaching", "Keep doing so until stopped."),
    "grade": ("grading", "Collect and grade, and open nothing yet."),
    "regrade": ("grading", "Grade again after a corrected test."),
    "status": ("teaching", "The cohort, and who needs you."),
    "record": ("teaching", "Everything about one learner."),
    "report": ("reporting", "One page about the cohort, or a notebook."),
    "export": ("exporting", "The course's data as files for other programs."),
    "items": ("analysing", "How each item behaves."),
    "forms": ("analysing", "Whether the forms are parallel."),
    "correctives": ("analysing", "Whether the correctives help."),
    "decisions": ("analysing", "How far decisions can be trusted."),
    "override": ("teaching", "Decide otherwise, with a reason."),
    "portfolio": ("proving", "What a learner can show others."),
    "keys": ("proving", "The keys that sign credentials."),
    "credential": ("proving", "Issue a signed credential."),
    "verify": ("proving", "Check a credential."),
    "restore": ("teaching", "Write a damaged ledger again."),
    "demo": ("demo", "Watch a cohort go through the course."),
    # For planning, and for looking at other data
    "plan": ("forecasting", "What this course would ask of a cohort."),
    "simulate": ("forecasting", "Compare ways of teaching on one simulated cohort."),
    "replay": ("forecasting", "Run every rule over recorded answers."),
    # On a JupyterHub
    "hub": ("trying", "Try the course on a JupyterHub here."),
    "hub-config": ("trying", "What another hub's configuration needs."),
    "hub-service": ("hubbing", "Serve the course to a JupyterHub."),
    # For learners
    "next": ("learning", "What is next for you."),
    "fetch": ("learning", "Get what is open for you."),
    "submit": ("learning", "Hand a notebook in."),
    "feedback": ("learning", "Read what came back."),
    "lab": ("learning", "Open JupyterLab on your notebooks."),
}
"""Command → the module of this package it lives in, and its one line in the help."""

_GROUPS = {
    "Authors": ("authoring",),
    "Instructors": ("teaching", "reporting", "exporting", "grading", "analysing", "demo"),
    "Planning": ("forecasting",),
    "Proof": ("proving",),
    "JupyterHub": ("trying", "hubbing"),
    "Learners": ("learning",),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"kit.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, modules in _GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name, words) for name, (module, words) in COMMANDS.items() if module in modules])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            if close:
                raise click.UsageError(f"{error.message} Did you mean `kit {close[0]}`?", ctx) from None
            raise


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mastery-kit", prog_name="kit")
@click.option(
    "-C", "--course", "course", envvar="KIT_COURSE", metavar="DIR",
    help="The course folder. Otherwise $KIT_COURSE, else the nearest folder upwards with a course.toml.",
)  # fmt: skip
@click.pass_context
def main(ctx: click.Context, course: str | None) -> None:
    """Teach by mastery instead of by the calendar.

    Every learner shows each objective of a unit before the next unit opens; who does not yet, gets different
    instruction aimed at exactly the gap, then a parallel form.
    """
    ctx.obj = course
