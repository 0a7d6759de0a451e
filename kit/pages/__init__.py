"""What people are shown about a course, as values: the same for the hub's pages and for the widgets in a notebook.

- `present`: the course as it is now, kept in memory; only what is new is read
- `cohort`, `history`, `learning`: the instructor's map, one learner's record, and the learner's own page
- `overriding`: an instructor's decision, before it is made
- `reading`: a standing as the exchange gives it to its learner, read back
- `drawing`: the pieces of HTML that all of them are set with

Nothing is decided here; words and signs are those of `kit.reports`.
"""
