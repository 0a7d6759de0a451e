"""mastery-kit: teach by mastery instead of by the calendar, on Jupyter and nbgrader."""

__version__ = "0.1.0"
