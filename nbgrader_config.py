"""Points nbgrader's own tools (formgrader, the nbgrader commands, the assignment list) at this course."""

from pathlib import Path

from kit.exchange.nbgrader import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821  (nbgrader puts get_config here)
