"""How a check comes to its score: values at its end, displays, semicolons, hidden parts, cells a person grades."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, Written, feature, pair

N = Answer("n = 4", "n = 3")
HALVES = "def parts(n): return [n > 2, n % 2 == 0]"

FEATURES = (
    feature("partial credit by the last value", N, Check("sum([n > 2, n % 2 == 0]) / 1", points=2, wrong=1)),
    feature("partial credit as a whole number", N, Check("3 if n == 4 else 1", points=3, wrong=1)),
    feature("a fraction of a point", N, Check("round(n / 8, 3)", points=0.5, wrong=0.375)),
    feature("nothing as the last value", N, Check("0 if n != 4 else 1")),
    feature("a value in the middle is none", N, Check("0.25\nassert n == 4\nx = 1")),
    feature("a value and then an assertion", N, Check("0.25\nassert n == 4")),
    feature("only the last of several values is shown", N, Check("0.25\nassert n == 4\n0.75", right=0.75)),
    feature("two values in a line", N, Check("assert n == 4\n0.25; 0.75", right=0.75)),
    feature("a value with a semicolon", N, Check("assert n == 4\n0.25;")),
    feature("a value with a semicolon and a comment", N, Check("assert n == 4\n0.25;  # not shown")),
    feature("a value inside an if", N, Check("assert n == 4\nif n:\n    0.25")),
    feature("a value inside a loop", N, Check("assert n == 4\nfor i in range(3):\n    0.25")),
    feature("a value given to a name", N, Check("assert n == 4\nscore = 0.25")),
    feature("a value that a name holds", N, Check("score = 0.25 * (n == 4)\nscore", right=0.25)),
    feature("None at the end", N, Check("assert n == 4\nNone")),
    feature("True at the end", N, Check("assert n == 4\nTrue")),
    feature("a call at the end that returns nothing", N, Check("assert n == 4\nprint('Success!')")),
    feature("a call at the end that returns a share", N,
            Check("def share(ok):\n    return 0.5 if ok else 0.25\nshare(n == 4)", right=0.5, wrong=0.25)),
    feature("a display before the value", N, Check("display(0.125)\nprint(0.125)\n0.5 * (n == 4)", right=0.5)),
    feature("a display and no value", N, Check("assert n == 4\ndisplay(0.125)")),
    feature("a text as the first line", N, Check('"""Check that n is right."""\nassert n == 4')),
    feature("an underscore name", N, Check("_ = 0.25\nassert n == 4")),
    feature("a comment only", N, Check("# the points are for running all cells", wrong=1)),
    feature("a hidden part", N, Check("assert n > 2", "assert n == 4")),
    feature("a hidden part first", N,
            Check("### BEGIN HIDDEN TESTS\nassert n == 4\n### END HIDDEN TESTS\nassert n > 2")),
    feature("everything hidden", N, Check("", "assert n == 4")),
    feature("partial credit in a hidden part", N, Check("assert n > 2", "0.75 if n == 4 else 0.25",
                                                         right=0.75, wrong=0.25)),
    feature("two hidden parts", N,
            Check("### BEGIN HIDDEN TESTS\nassert n == 4\n### END HIDDEN TESTS\nassert n > 2", "assert n < 5")),
    feature("two checks of one answer", N, Check("assert n > 2", wrong=1), Check("assert n == 4", points=2)),
    feature("assertions in loops and functions", Answer(HALVES, "def parts(n): return [True, False]"),
            Check("def look(n):\n    for part, expected in zip(parts(n), (n > 2, n % 2 == 0)):\n"
                  "        assert part == expected, f'{n}: {part}'\n"
                  "for n in range(5):\n    with open('/dev/null'):\n        try:\n            look(n)\n"
                  "        finally:\n            done = True")),
    pair("an assertion on several lines", "n = 4", "n = 3",
         "assert (\n    n\n    == 4\n), (\n    'n is '\n    f'{n}'\n)"),
    pair("raise instead of assert", "n = 4", "n = 3", "if n != 4:\n    raise ValueError('no')"),
    feature("an answer in words", Written("Because it is so.", "I do not know.")),
    feature("a program that a person reads", Written("print('mine')", "1 / 0", code=True)),
)  # fmt: skip
