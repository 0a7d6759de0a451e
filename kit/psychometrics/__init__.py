"""How far a mastery decision can be trusted: pure functions, each with its source.

Every function takes numbers and gives numbers; there is no file, clock, database or randomness. One principle holds
throughout: an argument that cannot be (no items, a cut above them, a level of 1.2, NaN) raises ValueError with a
sentence that names it; *data* that cannot tell (one learner, no variance) give NaN, and the docstring says so.

Words, used in all modules:

- level: the share of all items of an objective's domain that a learner would do right (the true domain score), 0–1
- criterion: the level that defines a master, 0–1
- cut: the number right from which on a test of so many items is passed
- false master: a learner below the criterion who passes; false non-master: one at or above it who does not
- matrix: learners × items, what each learner got on each item (0–1 or points), NaN where not assessed

Import from the modules themselves: `sequential` and `tracing` need the standard library alone, the others NumPy and
`scipy.special`.
"""
