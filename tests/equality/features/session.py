"""What a notebook does that a program does not: magics, the shell, await, displays, input, files."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, Given, feature, pair

FEATURES = (
    pair("await at the top of a cell", "import asyncio\nasync def work():\n    await asyncio.sleep(0)\n    return 3\n"
         "got = await work()", "got = 4", "assert got == 3"),
    feature("await in a check", Answer("async def later(n):\n    return n + 1", "async def later(n):\n    return n"),
            Check("assert await later(2) == 3"), Check("0.5 * (await later(2) == 3)", right=0.5)),
    feature("await at the end of a check", Answer("async def half():\n    return 0.5", "async def half():\n    return 0"),
            Check("await half()", right=0.5)),
    pair("a generator that is asynchronous", "async def count(n):\n    for i in range(n):\n        yield i",
         "async def count(n):\n    yield n", "assert [i async for i in count(3)] == [0, 1, 2]"),
    pair("asyncio.run is refused in a notebook", "import asyncio\nasync def one():\n    return 1\nvalue = await one()",
         "import asyncio\nasync def one():\n    return 1\nvalue = asyncio.run(one())", "assert value == 1\ndel value"),
    pair("a line magic", "%matplotlib inline\n%time a = 1 + 1", "%matplotlib inline\n%time a = 1", "assert a == 2"),
    pair("a cell magic", "%%time\nb = 2", "%%time\nb = 1", "assert b == 2"),
    feature("a cell magic in a check", Answer("c = 2", "c = 1"), Check("%%time\nassert c == 2"),
            Check("%%capture\nprint(c)", wrong=1)),
    pair("a line magic in a check", "c2 = 2", "c2 = 1", "%matplotlib inline\nassert c2 == 2"),
    pair("what a magic gives", "where = %pwd", "where = None", "import os\nassert where == os.getcwd()"),
    pair("the shell", "words = !echo one two\nfirst = words[0]", "!echo one two\nfirst = ''",
         "assert first == 'one two'"),
    pair("a bash cell", "%%bash --out said\necho hello", "said = ''", "assert said == 'hello\\n'"),
    pair("a file written by a magic", "%%writefile story.txt\nonce upon a time", "%%writefile story.txt\nno",
         "assert open('story.txt').read().split() == ['once', 'upon', 'a', 'time']"),
    pair("a module written and imported", "from pathlib import Path\nPath('own_module.py').write_text('x = 7')\n"
         "import own_module", "own_module = None", "assert own_module.x == 7"),
    pair("a file that a function writes", "def save(text):\n    with open('saved.txt', 'w') as file:\n"
         "        file.write(text)", "def save(text):\n    pass",
         "save('abc')\nwith open('saved.txt') as file:\n    assert file.read() == 'abc'"),
    pair("a file that a check writes", "def count_lines(path):\n    return len(open(path).readlines())",
         "def count_lines(path):\n    return 0",
         "with open('lines.txt', 'w') as file:\n    file.write('a\\nb\\nc\\n')\nassert count_lines('lines.txt') == 3"),
    pair("a file that came with the notebook", "def read_numbers():\n"
         "    return [int(n) for n in open('data/numbers.txt')]", "def read_numbers():\n    return []",
         "assert read_numbers() == [1, 2, 3]"),
    pair("a temporary folder", "import os\ndef listing(folder):\n    return sorted(os.listdir(folder))",
         "def listing(folder):\n    return []",
         "import tempfile, pathlib\nwith tempfile.TemporaryDirectory() as folder:\n"
         "    (pathlib.Path(folder) / 'a').touch()\n    assert listing(folder) == ['a']"),
    pair("input is refused, and that can be caught", "try:\n    name = input('Name? ')\n"
         "except Exception as problem:\n    name = type(problem).__name__", "name = input('Name? ')",
         "assert name == 'StdinNotImplementedError'"),
    pair("input from a stand-in", "def ask():\n    return int(input('A number: ')) * 2",
         "def ask():\n    return int(input('A number: '))",
         "from unittest.mock import patch\nwith patch('builtins.input', return_value='21'):\n    assert ask() == 42"),
    pair("input rebound in a check", "def greet():\n    return 'Hello ' + input()", "def greet():\n    return input()",
         "given = iter(['Ada', 'Ben'])\ninput = lambda *question: next(given)\n"
         "try:\n    assert greet() == 'Hello Ada'\n    assert greet() == 'Hello Ben'\nfinally:\n    del input"),
    pair("printing, read with redirect_stdout", "def say(n):\n    for i in range(n):\n        print('ho', end=' ')",
         "def say(n):\n    print('ho')",
         "import io\nfrom contextlib import redirect_stdout\nbuffer = io.StringIO()\nwith redirect_stdout(buffer):\n"
         "    say(3)\nassert buffer.getvalue() == 'ho ho ho '"),
    pair("printing, read through sys.stdout", "def tell():\n    print('told')", "def tell():\n    return 'told'",
         "import io, sys\nkept, sys.stdout = sys.stdout, io.StringIO()\ntry:\n    tell()\n"
         "    said = sys.stdout.getvalue()\nfinally:\n    sys.stdout = kept\nassert said == 'told\\n'"),
    pair("a function that displays", "def shown(n):\n    display(n)\n    return n", "def shown(n):\n    display(n)",
         "assert shown(3) == 3"),
    pair("sys.exit ends its cell only", "early = 1\nimport sys\nsys.exit()\nearly = 2", "import sys\nsys.exit()\nearly = 1",
         "assert early == 1\ndel early"),
    pair("an error ends its cell only", "kept = 1\n1 / 0\nkept = 2", "1 / 0\nkept = 1", "assert kept == 1\ndel kept"),
    pair("a syntax error in another cell", "fine = 1", "fine = = 1", "assert fine == 1\ndel fine"),
    pair("the name of the main module", "if __name__ == '__main__':\n    started = True", "started = False",
         "assert started and __name__ == '__main__'"),
    pair("the history of a session", "5 * 5", "5", "assert any(value == 25 for value in Out.values())"),
    pair("get_ipython", "shell = type(get_ipython()).__name__", "shell = ''",
         "assert shell == type(get_ipython()).__name__ == 'ZMQInteractiveShell'"),
    pair("threads", "from concurrent.futures import ThreadPoolExecutor\ndef double(n):\n    return 2 * n\n"
         "def doubled(numbers):\n    with ThreadPoolExecutor(2) as pool:\n        return list(pool.map(double, numbers))",
         "def doubled(numbers):\n    return numbers", "assert doubled([1, 2]) == [2, 4]"),
    pair("a process of its own", "import subprocess, sys\nout = subprocess.run([sys.executable, '-c', 'print(6 * 7)'],"
         " capture_output=True, text=True).stdout", "out = ''", "assert out == '42\\n'"),
    feature("a given cell with an error in it", Given("undefined_thing"), Answer("after = 1", "after = 2"),
            Check("assert after == 1")),
    feature("a locked cell", Given("factor = 10", locked=True), Answer("product = factor * 4", "product = 4"),
            Check("assert product == 40")),
)  # fmt: skip
