"""The guard on handlers: the committed ones pass, attacks do not, and loops are metered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ROOT
from twingen.twin import guard

HANDLERS = sorted((ROOT / "generated").glob("*/resources/*.py"))


@pytest.mark.parametrize("file", HANDLERS, ids=[f"{file.parts[-3]}-{file.stem}" for file in HANDLERS])
def test_committed_handlers_pass(file: Any) -> None:
    text = file.read_text()
    assert [str(one) for one in guard.violations(text, file.name)] == []
    guard.compiled(text, file.name)


REFUSED = {
    "import os": "the module 'os'",
    "import sys": "the module 'sys'",
    "import subprocess as s": "the module 'subprocess'",
    "from socket import create_connection": "the module 'socket'",
    "import importlib": "the module 'importlib'",
    "from . import x": "a relative import",
    "from operator import attrgetter": "'attrgetter' of operator",
    "from io import open": "'open' of io",
    "from json import *": "'*' of json",
    "from itertools import count": "'count' of itertools",
    "x = open('a')": "'open'",
    "x = eval('1')": "'eval'",
    "exec('1')": "'exec'",
    "x = compile('1', '', 'eval')": "'compile'",
    "x = __import__('os')": "'__import__'",
    "x = __builtins__": "'__builtins__'",
    "x = globals()": "'globals'",
    "x = vars()": "'vars'",
    "x = getattr(1, 'a')": "'getattr'",
    "setattr(1, 'a', 2)": "'setattr'",
    "print(1)": "'print'",
    "x = ().__class__": "the attribute '__class__'",
    "x = (lambda: 1).__globals__": "the attribute '__globals__'",
    "x = (i for i in ()).gi_frame": "the attribute 'gi_frame'",
    "def f(e): return e.tb_frame": "the attribute 'tb_frame'",
    "def f(scope): return scope.engine": "the attribute 'engine'",
    "def f(scope): return scope.engine.handlers": "the attribute 'engine'",
    "def f(scope): return scope.world.collections": "the attribute 'world'",
    "x = '{0.__class__}'.format(1)": "str.format",
    "def f(t): return t.format(1)": "str.format",
    "x = 'a'.format_map({})": "the attribute 'format_map'",
    "x = f'{1:>10000}'": "a format width",
    "x = type('A', (), {})": "type() with three arguments",
    "x = iter(int, 1)": "iter() with two arguments",
    "class A(metaclass=type): pass": "a metaclass",
    "class A:\n    def __reduce__(self): pass": "a method '__reduce__'",
    "class A:\n    __reduce__ = 1": "'__reduce__'",
    "async def f(): pass": "async code",
    "def f():\n    try:\n        pass\n    except:\n        pass": "a bare `except`",
    "def f():\n    global x": "`global`",
    "_twin_meter = 1": "the meter's own name",
    "def f(x):\n    match x:\n        case object(__class__=c): return c": "a pattern on attributes",
    "x = [1]\nx[0] **= 9": "on a member",
    "x = = 1": "not valid Python",
    "x = " + "(" * 500 + ")" * 500: "",
}


@pytest.mark.parametrize("source", REFUSED)
def test_attacks_are_refused_with_their_line(source: str) -> None:
    found = [str(one) for one in guard.violations(f"\n{source}", "resources/a.py")]
    assert any(REFUSED[source] in one and one.startswith("resources/a.py:") for one in found), found


def run(source: str) -> Any:
    """Run a handler `h` as a twin would, with the meter in place."""
    assert guard.violations(source, "a.py") == []

    def imports(name: str, _: Any = None, __: Any = None, fromlist: Any = (), ___: int = 0) -> Any:
        return guard.import_for_handlers(name, fromlist)

    names: dict[str, Any] = {
        guard.METER: guard.Meter(), "__builtins__": guard.safe_builtins(imports), "__name__": "twin.a",
    }  # fmt: skip
    exec(guard.compiled(source, "a.py"), names)  # noqa: S102 - what is tested
    return names["h"]()


ENDLESS = [
    "def h():\n    while True:\n        pass",
    "def h():\n    try:\n        while True: pass\n    except Exception:\n        return 1",
    "def h():\n    return [x for _ in range(10**6) for x in range(10**6)]",
    "def h():\n    return sum(1 for _ in range(5000) for _ in range(5000))",
    "def h():\n    x = [1]\n    while True:\n        x += x",
    "def h():\n    x = 'a'\n    for _ in range(99):\n        x = x + x\n    return x",
    "def h():\n    return 'a' * 10**9",
    "def h():\n    x = [0]\n    x *= 10**9\n    return x",
    "def h():\n    return 10 ** 10 ** 9",
    "def h():\n    return pow(10, 10**9)",
    "def h():\n    return 1 << 10**9",
    "def h():\n    return list(range(10**9))",
    "def h():\n    return bytearray(10**10)",
    "def h():\n    return 'a'.ljust(10**9)",
    "def h():\n    return '%1000000000d' % 1",
    "def h():\n    return f'{1:{10**9}}'",
    "def h():\n    return ('a' * 10**6).replace('a', 'b' * 1000)",
    "from decimal import Decimal\ndef h():\n    return Decimal(10) ** 10**9",
]


@pytest.mark.parametrize("source", ENDLESS)
def test_what_never_ends_or_grows_is_stopped(source: str) -> None:
    with pytest.raises(guard.Exceeded):
        run(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("def h():\n    t = 0\n    for i in range(10):\n        t += i\n    return t", 45),
        ("def h():\n    return [a + b for a, b in zip('ab', 'cd') if a != 'a']", ["bd"]),
        ("def h():\n    return sorted([3, 1], key=lambda x: -x)", [3, 1]),
        ("import urllib.parse\ndef h():\n    return urllib.parse.quote('a b')", "a%20b"),
        ("from collections import Counter\ndef h():\n    return Counter('aab')['a']", 2),
        ("class A:\n    def __init__(self, x):\n        self.x = x\ndef h():\n    a = A(1)\n    a.x += 2\n    return a.x", 3),
        ("def h():\n    '''Words.'''\n    return '%s-%02d' % ('a', 3) + f'{2.5:.1f}' + 'x' * 2", "a-032.5xx"),
        ("def h():\n    x = [1]\n    y = x\n    x += [2]\n    return y", [1, 2]),
        ("def h():\n    return 2 ** 10 + (7 % 4) + (1 << 3) + pow(2, 3, 5)", 1038),
    ],
)
def test_ordinary_code_runs_as_it_would(source: str, value: Any) -> None:
    assert run(source) == value


@pytest.mark.parametrize("source", ["import re\ndef h():\n    return re.enum", "import json as j\ndef h():\n    return j.codecs"])
def test_modules_lead_no_further(source: str) -> None:
    with pytest.raises(AttributeError):
        run(source)


def test_names_of_builtins_may_be_given_values() -> None:
    source = "def work(scope, input):\n    id = input['id']\n    return {'id': id}\n"
    assert guard.violations(source, "a.py") == []
    bound: dict[str, Any] = {guard.METER: guard.Meter(), "__builtins__": guard.safe_builtins(None)}
    exec(guard.compiled("def f(open): ...\ndef g(): return open('x')\n", "a.py"), bound)  # noqa: S102
    with pytest.raises(NameError):
        bound["g"]()
