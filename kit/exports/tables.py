"""Every frame as a file: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from kit.errors import KitError
from kit.exports import dictionary
from kit.exports.cells import harmless
from kit.exports.hiding import hidden
from kit.exports.place import Place
from kit.files import replacing, write_bytes, write_text
from kit.reports import CourseView

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["csv", "parquet"]
_DICTIONARIES = ("data-dictionary.csv", "data-dictionary.md")
_ROWS = 50_000
"""Rows that are turned into text at once."""


def write_frames(
    view: CourseView,
    place: Place,
    kind: Kind = "csv",
    *,
    names: Mapping[str, str] | None = None,
    watch: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> dict[str, int]:
    """Write every frame of *view* into *place*, with the data dictionary, and return the rows of each file.

    names: a pseudonym for each learner, where they are to be hidden. *watch* is told which frame, and how many of how
    many are done. KitError where the package that writes Parquet is missing, or a file of that name is somebody else's.
    """
    if kind == "parquet":
        require_parquet()
    files = [f"{frame}.{kind}" for frame in dictionary.FRAMES]
    place.claim([*files, *_DICTIONARIES])
    rows = {}
    for done, (name, frame) in enumerate(_frames(view, names)):
        watch(name, done, len(files))
        with replacing(place.folder / files[done]) as file:
            _write(frame, file, kind)
        rows[files[done]] = len(frame)
        place.tell({"rows": len(frame)}, [files[done]])
    watch("data dictionary", len(files), len(files))
    write_bytes(place.folder / _DICTIONARIES[0], dictionary.as_csv())
    write_text(place.folder / _DICTIONARIES[1], dictionary.as_markdown(view.course.title))
    return rows


def require_parquet() -> None:
    """KitError if nothing here writes Parquet."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise KitError(
            'Parquet needs the package pyarrow, which is not here: pip install "mastery-kit[parquet]". '
            "CSV does without: --frames csv."
        ) from None


def _frames(view: CourseView, names: Mapping[str, str] | None) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in dictionary.FRAMES:
        frame: pd.DataFrame = getattr(view.frames, name)
        if name == "events" and (names is not None or view.section is not None):
            # The ledger also has what came from strangers, and from other sections.
            frame = frame[frame["learner"].isin(view.frames.learners["learner"].astype(object))]
        yield name, (frame if names is None else hidden(name, frame, names)).reset_index(drop=True)


def _write(frame: pd.DataFrame, file: Any, kind: Kind) -> None:
    if kind == "parquet":
        _each(frame, _typed).to_parquet(file, engine="pyarrow", index=False)
    else:
        as_text(frame).to_csv(
            file, index=False, mode="wb", encoding="utf-8", errors="replace", lineterminator="\r\n",
            date_format="%Y-%m-%dT%H:%M:%S.%fZ", chunksize=_ROWS,
        )  # fmt: skip


def _typed(column: pd.Series) -> pd.Series:
    """*column*, with categories that are texts also where there are none: Parquet would not know of what kind."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.cat.rename_categories(pd.Index(column.cat.categories, dtype="str"))


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """*frame* as a spreadsheet may have it: texts harmless, durations in seconds, all else as it was."""
    return _each(frame, _column)


def _each(frame: pd.DataFrame, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    import pandas as pd

    # Not `apply`, which leaves an empty frame as it is.
    return pd.DataFrame({name: change(frame[name]) for name in frame.columns})


def _column(column: pd.Series) -> pd.Series:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.rename_categories([harmless(str(value)) for value in column.cat.categories])
    if isinstance(column.dtype, pd.StringDtype):
        return column.map(harmless, na_action="ignore").astype(column.dtype)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    return column
