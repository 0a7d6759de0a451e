"""Benchmarks: what the kit costs, measured beside a peer in the same run.

`make bench` runs all of them, `python -m benchmarks PART …` some. Each part is a module here with one function
`run(ground) -> list[Row]` and a docstring that says what is measured against which peer. The machine these run on is
never quiet: a part measures its contenders in turn, round by round, reports CPU time beside wall time, and what counts
is the ratio. To add a part: a module, its name in `benchmarks.parts.PARTS`, and a section in docs/benchmarks.md with
its two marker comments and three sentences on what the figures mean.
"""
