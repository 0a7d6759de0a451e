"""What leaves a course as files: frames, xAPI statements, and grades in the form that Canvas and Moodle import.

- `write_frames(view, place)`: every frame as CSV or Parquet, with a data dictionary
- `write_statements(view, place, home)`: the ledger's events as xAPI 1.0.3 statements
- `write_canvas(view, file)`, `write_moodle(view, file)`: a grade for each learner and unit, as
  `kit.exports.grades` says

Nothing is worked out here: what stands in the files is what the frames and the ledger say.
"""

from __future__ import annotations

from kit.exports.canvas import write_canvas
from kit.exports.moodle import write_moodle
from kit.exports.place import Place
from kit.exports.streaming import write_statements
from kit.exports.tables import write_frames

__all__ = ["Place", "write_canvas", "write_frames", "write_moodle", "write_statements"]
