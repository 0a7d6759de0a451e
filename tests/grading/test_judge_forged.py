"""What a learner's process may send instead of answers, and several checks of one submission."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from kit.grading.inside.wire import Wire
from tests.grading.judging import CHECK, answering, judge_and

FUNCTION = {
    "name": "f", "qualname": "f", "module": "__main__", "doc": None, "flags": "", "parameters": None,
    "defaults": None, "kwdefaults": None, "annotations": None,
}  # fmt: skip
Reply = Callable[[Wire, dict[str, Any]], Any]


def impostor(reply: Reply) -> Callable[[socket.socket], None]:
    """A process that gives the judge a function ``f`` (number 1), and *reply* to every question after that."""

    def process(sock: socket.socket) -> None:
        wire = Wire(sock)
        first, _, _ = wire.receive()
        wire.send({"did": first["id"], "now": {"f": [["f", 1, FUNCTION]]}, "ok": None})
        while True:
            message, _, _ = wire.receive()
            reply(wire, message)

    return process


def answer(**more: Any) -> Reply:
    """Answers every question with these keys."""
    return lambda wire, message: wire.send({"did": message["id"], **more})


def raw(data: bytes) -> Reply:
    """Sends bytes that are no message."""
    return lambda wire, message: wire.sock.sendall(data)


def framed(text: str) -> Reply:
    """A frame of any text."""
    data = text.encode()
    return raw(struct.pack(">II", len(data), 0) + data)


def callback(**more: Any) -> Reply:
    """Asks the judge for something, then says what it was told."""

    def ask(wire: Wire, message: dict[str, Any]) -> None:
        wire.send({"id": 1, "a": [], "wait": False, **more})
        told, _, _ = wire.receive()
        wire.send({"did": message["id"], "ok": 7 if told.get("ok") is not None else 0})

    return ask


def twice(wire: Wire, message: dict[str, Any]) -> None:
    wire.send({"did": message["id"], "ok": 1})
    wire.send({"did": message["id"], "ok": 7})


NESTED = "[" * 100_000 + "]" * 100_000
GARBAGE: dict[str, Reply] = {
    "bytes": raw(b"\xff" * 4000),
    "a length without end": raw(struct.pack(">II", 2**32 - 1, 2**32 - 1)),
    "no JSON": framed("{nope"),
    "a list": framed("[1]"),
    "no object": framed("null"),
    "nesting without end": framed(NESTED),
    "nesting within an answer": framed('{"did": 2, "ok": ' + NESTED + "}"),
    "a million empty lists": framed('{"did": 2, "ok": ["t", [' + ",".join(["[]"] * 8_000_000) + "]]}"),
    "a number of too many digits": framed('{"did": 2, "ok": ' + "9" * 10_000 + "}"),
    "blobs of other lengths": framed('{"did": 2, "ok": 7, "blobs": [100]}'),
    "an answer to another question": lambda wire, message: wire.send({"did": 99, "ok": 7}),
    "two answers": twice,
    "no answer in it": answer(),
    "an unknown tag": answer(ok=["?", 1]),
    "an object as a value": answer(ok={"a": 1}),
    "an empty node": answer(ok=[]),
    "a tag that is no text": answer(ok=[["l"], 3]),
    "a number nobody gave": answer(ok=["r", 4]),
    "a number that is none": answer(ok=["r", "1"]),
    "a list under the judge's number": answer(ok=["l", 1000, [7]]),
    "a list under a function's number": answer(ok=["l", 1, [7]]),
    "a function under the judge's number": answer(ok=["f", 2, FUNCTION]),
    "names nobody asked for": answer(ok=7, now={"assert_": [7], "print": [7]}),
    "keys without values": answer(ok=["d", 3, [1, 2], [3]]),
    "a list as a key": answer(ok=["d", 3, [["l", 5, []]], [1]]),
    "a program by name": answer(ok=["G", "os:system"]),
    "eval by name": answer(ok=["G", "builtins:eval"]),
    "a builtin's secret": answer(ok=["G", "builtins:str.__class__"]),
    "an attribute of a module": answer(ok=["G", "math:__loader__"]),
    "the judge's own module": answer(ok=["G", "kit.grading.inside.judging:Bench"]),
    "a pickle": answer(ok=["x", 0, 0, 1, ["pickle", 0]]),
    "a leaf of absurd size": answer(ok=["x", 0, 0, 0, ["array", "<f8", [10**12], "C"]]),
    "bytes that are not there": answer(ok=["y", 5]),
    "a class without a name": answer(ok=["k", 3, {"bases": [], "special": [], "members": {}}]),
    "a class with a method of Python's": answer(ok=["k", 3, {
        "name": "A", "qualname": "A", "module": "m", "bases": [], "special": ["__getattribute__"], "members": {}}]),
    "a class of int": answer(ok=["o", 3, ["G", "builtins:NotInt"]]),
    "an exception of no class": answer(err=["e", 3, ["G", "builtins:int"], [], "", [], None]),
    "no exception at all": answer(err=7),
    "text that is none": answer(ok=7, out=[["o", 7]]),
    "output of another shape": answer(ok=7, out=7),
    "a change of the judge's constants": answer(ok=7, upd=[["l", 1000, [1]]]),
    "a parameter of an odd kind": answer(
        ok=["f", 3, {**FUNCTION, "parameters": [[["x", 9, False, None, None]], None]}]
    ),
    "a function of an odd kind": answer(ok=["f", 3, {**FUNCTION, "flags": "evil"}]),
    "a named tuple with an odd field": answer(ok=["T", 3, "P", ["__class__"], ["d", 5, [], []], None]),
    "an enumeration with an odd name": answer(ok=["E", 3, "Enum", {
        "name": "E", "qualname": "E", "module": "m", "members": [["mro", 1], ["__eq__", 2]], "functions": {}}]),
}  # fmt: skip
HARMLESS: dict[str, Reply] = {
    "asks what nobody may ask": callback(do="import", name="os"),
    "calls what it was not given": callback(do="call", n=1000),
    "calls a function that is its own": callback(do="call", n=1),
    "asks for a private attribute": callback(do="attribute", n=2, name="__globals__"),
    "asks for an attribute of a callback": callback(do="attribute", n=2, name="__code__"),
    "steps a callback": callback(do="step", n=2, name="next"),
    "calls a builtin on a callback": callback(do="builtin", name="vars", a=[["r", 2]]),
    "a special method of a callback": callback(do="special", name="__getattribute__", a=[["r", 2], "__code__"]),
    "an instance of int": answer(ok=["o", 3, ["G", "builtins:int"]]),
    "an exception instead of a value": answer(
        err=["e", 3, ["G", "builtins:AssertionError"], ["fine"], "fine", [], None]
    ),
    "itself as answer": answer(ok=["r", 1]),
}


def judged(process: Callable[[socket.socket], None], source: str, **fields: Any) -> dict[str, Any]:
    with judge_and(process) as say:
        return say({**CHECK, "source": source, "reads": ["f"], **fields})


@pytest.mark.parametrize("case", GARBAGE)
def test_nonsense_is_no_answer(case: str) -> None:
    # Twice, as a second answer to the first question must not be taken for one to the second.
    reply = judged(impostor(GARBAGE[case]), "assert f([1]) == 7 or f([2]) == 7")
    assert reply["state"] == "died"
    assert reply["lost"]


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_no_business_of_the_learners_is_refused(case: str) -> None:
    reply = judged(impostor(HARMLESS[case]), "def cb(): return 7\nassert f(cb) == 7")
    assert reply["state"] in ("failed", "died")


def test_who_never_answers_is_waited_for_only_so_long() -> None:
    reply = judged(impostor(lambda wire, message: None), "f(1)", seconds=1.0)
    assert (reply["state"], reply["lost"]) == ("timeout", True)


def test_who_answers_byte_by_byte_is_waited_for_only_so_long() -> None:
    import time

    def drip(wire: Wire, message: dict[str, Any]) -> None:
        for byte in struct.pack(">II", 2000, 0) + json.dumps({"did": message["id"], "ok": 7}).encode():
            wire.sock.sendall(bytes([byte]))
            time.sleep(0.2)

    assert judged(impostor(drip), "f(1)", seconds=1.0)["state"] == "timeout"


def test_a_callback_gets_hostile_arguments_as_plain_data() -> None:
    reply = judged(impostor(callback(do="call", n=2, a=[["o", 3, ["G", "builtins:int"]]])),
                   "def cb(x): return x == 4 or None\nassert f(cb) == 7")  # fmt: skip
    assert reply["state"] == "failed"


# --- several checks of one submission ---------------------------------------------------------------------------------


def checks(learner: str, sources: list[dict[str, Any]], later: str = "", **begin: Any) -> list[dict[str, Any]]:
    """Replies to several checks: all visible parts first, then the hidden ones."""
    keys = {str(n): list(source["reads"]) for n, source in enumerate(sources)}
    with judge_and(lambda sock: answering(learner, later, keys, sock), **begin) as say:
        replies = [say({**CHECK, **source, "key": str(n)}) for n, source in enumerate(sources)]
        return [
            say({"do": "finish", "key": reply["key"], "seconds": 10.0}) if reply["state"] == "open" else reply
            for reply in replies
        ]


def states(replies: list[dict[str, Any]]) -> list[Any]:
    return [reply["state"] if reply["trouble"] is None else reply["trouble"] for reply in replies]


def test_names_an_earlier_check_made_are_there_for_later_ones() -> None:
    first = {"source": "import math\ndef close(a, b): return math.isclose(a, b)\nassert close(f(1), 2)", "reads": ["f"]}
    second = {"source": "assert close(f(2), 3) and math.pi > 3", "reads": ["f"]}
    assert states(checks("def f(x): return x + 1", [first, second])) == ["ran", "ran"]


def test_a_check_goes_on_with_its_own_names_after_others_ran() -> None:
    one = {
        "source": "result = f(1)\nassert result == 2\nassert result == 2 and f(result) == 3",
        "reads": ["f"],
        "hidden_from": 3,
    }
    two = {"source": "result = f(5)\nassert result == 6\nassert result == 6", "reads": ["f"], "hidden_from": 3}
    assert states(checks("def f(x): return x + 1", [one, two])) == ["ran", "ran"]


def test_a_name_an_earlier_check_bound_means_the_learners_where_the_plan_says_so() -> None:
    one = {"source": "x = 5\nassert x == 5", "reads": []}
    two = {"source": "assert x == 1", "reads": ["x"]}
    assert states(checks("x = 1", [one, two])) == ["ran", "ran"]


def test_a_test_that_patches_a_module_does_not_bend_the_next() -> None:
    one = {
        "source": "import math, builtins\nmath.sqrt = lambda x: 7\nbuiltins.len = lambda x: 7\nassert len(x) == 7",
        "reads": ["x"],
    }
    two = {"source": "import math\nassert math.sqrt(4) == 2 and len(x) == 1", "reads": ["x"]}
    assert states(checks("x = [1]", [one, two])) == ["ran", "ran"]


def test_each_check_finds_the_names_of_its_place() -> None:
    """And what one does to data in place is not seen by the next."""
    one = {"source": "data.append(9)\nassert data == [1, 9] and n == 1", "reads": ["data", "n"]}
    assert states(checks("data = [1]\nn = 1", [one, {**one}], later="n = 2\ndata.clear()")) == ["ran", "ran"]


def test_a_swapped_helper_is_back_for_the_next_check() -> None:
    learner = "def helper(x): return 1\ndef f(x): return helper(x)"
    one = {"source": "helper = lambda x: 50\nassert f(0) == 50", "reads": ["f", "helper"], "shares": ["helper"]}
    two = {"source": "assert f(0) == 1", "reads": ["f", "helper"], "shares": []}
    assert states(checks(learner, [one, two])) == ["ran", "ran"]


def test_random_numbers_begin_alike_in_every_check() -> None:
    check = {"source": "import random\nn = random.random()\nassert n == globals().get('m', n)\nm = n", "reads": []}
    assert states(checks("", [check, check])) == ["ran", "ran"]


def test_objects_made_in_one_check_are_used_in_the_next() -> None:
    learner = "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)"
    one = {"source": "s = Stack()\ns.push(1)\nassert s.items == [1]", "reads": ["Stack"]}
    two = {"source": "s.push(2)\nassert s.items == [1, 2] and isinstance(s, Stack)", "reads": ["Stack"]}
    assert states(checks(learner, [one, two])) == ["ran", "ran"]


def test_after_the_process_ended_other_checks_are_told_so() -> None:
    one = {"source": "f()", "reads": ["f"]}
    replies = checks("import os\ndef f(): os._exit(1)", [one, one, {"source": "assert 1", "reads": []}])
    assert [reply["state"] for reply in replies] == ["died", "died", "ran"]
    assert all(reply["lost"] for reply in replies)


def test_a_fork_that_answers_for_one_check() -> None:
    import os

    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        try:
            answering("log = []\ndef add(x): log.append(x)", "", {"own": ["log", "add"]}, theirs)
        finally:
            os._exit(0)
    theirs.close()
    check = {**CHECK, "key": "own", "own": True, "reads": ["log", "add"], "source": "add(1)\nassert log == [1]"}
    with judge_and(lambda sock: answering("", "", {}, sock)) as say:
        reply = say(check, (ours.fileno(),))
        ours.close()
        again = say({**CHECK, "key": "later", "source": "assert add(2) is None"})
    assert (reply["state"], reply["lost"]) == ("ran", False)
    assert again["state"] == "failed"  # a name of the learner's is read anew in each check
    assert os.waitpid(pid, 0)[1] == 0


def test_objects_of_a_fork_are_still_there_for_later_checks() -> None:
    import os

    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        try:
            answering("class Box:\n    def __init__(self, x): self.x = x", "", {"own": ["Box"]}, theirs)
        finally:
            os._exit(0)
    theirs.close()
    first = {**CHECK, "key": "own", "own": True, "reads": ["Box"], "source": "box = Box(3)\nassert box.x == 3"}
    second = {**CHECK, "key": "second", "reads": ["look"], "source": "assert box.x == 3\nlook(box)"}
    with judge_and(lambda sock: answering("def look(b): return b.x", "", {"second": ["look"]}, sock)) as say:
        assert say(first, (ours.fileno(),))["state"] == "ran"
        ours.close()
        trouble = say(second)["trouble"]
    assert trouble["message"] == "this Box was made in another check: make a new one in this check"
    assert os.waitpid(pid, 0)[1] == 0
