"""The language of twins: absent values never raise, and what is not in it is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from twingen.errors import ExpressionError
from twingen.twin.expression import compile_expression
from twingen.twin.functions import FUNCTIONS, NOTHING
from twingen.twin.template import compile_template, text_of, volatile


class Names:
    """A scope of plain names."""

    def __init__(self, **names: Any):
        self.names = names

    def __getattr__(self, name: str) -> Any:
        return self.__dict__["names"].get(name)

    def having(self, name: str, value: Any) -> Names:
        return Names(**{**self.names, name: value})


def value(expression: str, **names: Any) -> Any:
    return compile_expression(expression)(Names(**names))


def built(template: Any, **names: Any) -> Any:
    return compile_template(template)(Names(**names))


def refused(expression: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(expression)
    return str(caught.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("user.profile.login", "ann"),
        ("user['profile']['login']", "ann"),
        ("user.absent.deeper[3].still", None),
        ("list[1]", 2),
        ("list[-1]", 3),
        ("list[9]", None),
        ("list[0:2]", [1, 2]),
        ("text[1:]", "ello"),
        ("absent[1:2]", None),
        ("list[absent:text]", None),
        ("1 + 2 * 3", 7),
        ("'a' + 1", "a1"),
        ("absent + 1", 1),
        ("user + 1", None),
        ("1 / 0", None),
        ("7 // 2", 3),
        ("7 % 0", None),
        ("-absent", None),
        ("absent < 1", False),
        ("'a' < 1", False),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("absent in list", False),
        ("1 in absent", False),
        ("user in 'text'", False),
        ("2 in list", True),
        ("9 not in list", True),
        ("true == 1", False),
        ("absent == null", True),
        ("absent is null", True),
        ("true and not false", True),
        ("'x' if absent else 'y'", "y"),
        ("[1, text, null]", [1, "hello", None]),
        ("(1, 2)", [1, 2]),
        ("{'a': text}", {"a": "hello"}),
        ("either(absent, nothing, text)", "hello"),
        ("len(absent) + len(list)", 3),
        ("first(absent)", None),
        ("first(5)", None),
        ("last(user)", None),
        ("join(list, '-')", "1-2-3"),
        ("join(5, '-')", ""),
        ("join(list, absent)", "123"),
        ("split(text, 'l')", ["he", "", "o"]),
        ("split(text, '')", ["hello"]),
        ("split(absent, ',')", [""]),
        ("replace(text, absent, 'x')", "hello"),
        ("replace(text, 'l', absent)", "heo"),
        ("strip(text, 5)", "hello"),
        ("only_chars(text, absent)", False),
        ("int('12') + int('x')", 12),
        ("int(number('inf'))", None),
        ("round(number('inf'))", None),
        ("number('1.5')", 1.5),
        ("flag('TRUE') and flag(1)", True),
        ("flag('no')", False),
        ("has(user, list)", False),
        ("pick(user, 'id', 'zzz')", {"id": 1}),
        ("pick(user, list)", {}),
        ("omit(user, 'profile')", {"id": 1}),
        ("merge(user.profile, {'x': 1}, absent)", {"login": "ann", "x": 1}),
        ("compact({'a': null, 'b': 0})", {"b": 0}),
        ("unique([1, 1, 2])", [1, 2]),
        ("unique(5)", []),
        ("pluck([user, {}], 'id')", [1, None]),
        ("pluck(5, 'id')", []),
        ("without(list, 2, 3)", [1]),
        ("without(5, 2)", []),
        ("parse_json('{')", None),
        ("parse_json('[1]')", [1]),
        ("json({'a': [1]})", '{"a":[1]}'),
        ("quote('a b/c')", "a%20b%2Fc"),
        ("min(3, absent, 'x', 2)", 2),
        ("max()", None),
        ("text(true)", "true"),
        ("text.__class__", None),
        ("user.__class__.__mro__", None),
        ("user['__class__']", None),
    ],
)
def test_values(expression: str, expected: Any) -> None:
    found = value(
        expression, user={"id": 1, "profile": {"login": "ann"}}, list=[1, 2, 3], text="hello"
    )
    assert found == expected
    assert type(found) is type(expected)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_ARITY = {"min": 2, "max": 2, "either": 2, "merge": 2, "pick": 2, "omit": 2, "without": 2}


@given(st.sampled_from(sorted(FUNCTIONS)), _anything, _anything, _anything)
def test_functions_never_raise(name: str, a: Any, b: Any, c: Any) -> None:
    for count in (1, 2, 3):
        try:
            call = compile_expression(f"{name}({', '.join('abc'[:count])})")
        except ExpressionError:
            continue  # not with that many
        call(Names(a=a, b=b, c=c))


@given(
    st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "<=", ">", ">=", "==", "in", "not in", "is"]),
    _anything,
    _anything,
)
def test_operators_never_raise(operator: str, a: Any, b: Any) -> None:
    compile_expression(f"a {operator} b")(Names(a=a, b=b))
    compile_expression("a[b:a]")(Names(a=a, b=b))
    compile_expression("a[b]")(Names(a=a, b=b))
    compile_expression("-a")(Names(a=a))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("__import__('os')", "there is no function __import__() in expression\n    __import__('os')\n    ^"),
        ("_scope", "a name may not start with an underscore: _scope in expression\n    _scope\n    ^"),
        (
            "body.x.lower()",
            "only the language's functions can be called in expression\n    body.x.lower()\n    ^",
        ),
        ("lowr(body)", "there is no function lowr(); did you mean lower()? in expression\n    lowr(body)\n    ^"),
        ("1 + lambda: 1", "invalid syntax in expression\n    1 + lambda: 1"),
        ("(lambda: 1)", "Lambda is not part of the language in expression\n    (lambda: 1)\n     ^"),
        (
            "[x for x in body]",
            "ListComp is not part of the language in expression\n    [x for x in body]\n    ^",
        ),
        ("f'{body}'", "JoinedStr is not part of the language in expression\n    f'{body}'\n    ^"),
        ("b'x'", "a bytes literal is not allowed in expression\n    b'x'\n    ^"),
        ("1j", "a complex literal is not allowed in expression\n    1j\n    ^"),
        ("...", "a ellipsis literal is not allowed in expression\n    ...\n    ^"),
        ("(x := 1)", "NamedExpr is not part of the language in expression\n    (x := 1)\n     ^"),
        ("2 ** 99", "this operator is not part of the language in expression\n    2 ** 99\n    ^"),
        ("1 << 99", "this operator is not part of the language in expression\n    1 << 99\n    ^"),
        ("~1", "this operator is not part of the language in expression\n    ~1\n    ^"),
        ("lower(*body)", "Starred is not part of the language in expression\n    lower(*body)\n          ^"),
        ("lower(**body)", "** is not part of the language in expression\n    lower(**body)\n    ^"),
        ("{**body}", "** is not part of the language in expression\n    {**body}\n    ^"),
        ("await body", "Await is not part of the language in expression\n    await body\n    ^"),
        ("import os", "invalid syntax in expression\n    import os"),
        ("", "invalid syntax in expression\n    "),
        ("a b", "invalid syntax in expression\n    a b"),
        ("a\x00", "source code string cannot contain null bytes in expression\n    a\x00"),
        ("lower()", "lower() does not take these arguments in expression\n    lower()\n    ^"),
        ("lower(1, 2)", "lower() does not take these arguments in expression\n    lower(1, 2)\n    ^"),
        ("lower(x=1)", "lower() does not take these arguments in expression\n    lower(x=1)\n    ^"),
        ("x" * 5000, "an expression of 5000 characters (at most 4000)"),
        ("a" + ".a" * 1900, "nested too deeply in expression\n    " + "a" + ".a" * 1900),
        ("1" + "+1" * 1900, "nested too deeply in expression\n    " + "1" + "+1" * 1900),
        ("not " * 900 + "a", "nested too deeply in expression\n    " + "not " * 900 + "a"),
    ],
)
def test_what_is_refused(expression: str, message: str) -> None:
    found = refused(expression)
    if message.startswith(("invalid syntax", "source code")):
        assert found.endswith(f" in expression\n    {expression}")  # Python's own words
    else:
        assert found == message


def test_names_that_mean_nothing_here() -> None:
    compile_expression("user.id == body.id", frozenset({"user"}))
    with pytest.raises(ExpressionError) as caught:
        compile_expression("usr.id", frozenset({"user"}))
    head, remedy = str(caught.value).split("\n  names that mean something here: ")
    assert head == "unknown name 'usr' in expression\n    usr.id"
    assert {"user", "body", "now"} <= set(remedy.split(", "))


# Templates


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        ("{n}", 5),
        (" {n}", " 5"),
        ("{n}{n}", "55"),
        ("a {list} b", "a [1,2] b"),
        ("{yes} {absent}!", "true !"),
        ("{{n}}", "{n}"),
        ("{{{n}}}", "{5}"),
        ("}", "}"),
        ("{ {'a': 1} }", {"a": 1}),
        ("{'}'}", "}"),
        ({"a": "{n}", "b": "{nothing}", "c": None, "d": "{absent}"}, {"a": 5, "c": None, "d": None}),
        (["{n}", "{nothing}", 1], [5, 1]),
        ({"{text}": 1, "{{x}}": 2}, {"hi": 1, "{x}": 2}),
        ({"}}": 1}, {"}": 1}),
        ({"$each": "list", "as": "one", "give": {"v": "{one}"}}, [{"v": 1}, {"v": 2}]),
        ({"$each": "list"}, [1, 2]),
        ({"$each": "list", "when": "each > 1"}, [2]),
        ({"$each": "list", "key": "k{each}", "give": "{each}"}, {"k1": 1, "k2": 2}),
        ({"$each": "absent"}, []),
        ({"$each": "n"}, []),
        ({"$each": "list", "give": {"$if": "each == 1", "then": "one"}}, ["one"]),
        ({"$if": "yes", "then": 1, "else": 2}, 1),
        ({"$if": "absent", "then": 1, "else": "{n}"}, 5),
        ({"a": {"$if": "absent", "then": 1}}, {}),
        ({"$merge": [{"a": 1, "b": 1}, {"b": 2}, "{absent}", "{nothing}"]}, {"a": 1, "b": 2}),
        (5, 5),
        (None, None),
        ({"a": [{"b": {"c": "x"}}]}, {"a": [{"b": {"c": "x"}}]}),
    ],
)
def test_templates(template: Any, expected: Any) -> None:
    found = built(template, n=5, list=[1, 2], yes=True, text="hi")
    assert found == expected
    assert type(found) is type(expected)


def test_nothing_alone_is_nothing() -> None:
    assert built("{nothing}") is NOTHING
    assert not NOTHING
    assert text_of(NOTHING) == ""


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "a {b",
            "a brace is never closed in template\n    a {b\n  write {{ for a literal brace",
        ),
        (
            {"$each": "x", "giv": 1},
            "'giv' stands beside '$each'\n  keys that belong together: $each, as, give, key, when",
        ),
        (
            {"$if": "x", "thn": 1},
            "'thn' stands beside '$if'\n  keys that belong together: $if, else, then",
        ),
        ({"$merge": [], "x": 1}, "'x' stands beside '$merge'\n  keys that belong together: $merge"),
        ({"$merge": 5}, "$merge takes a list of objects"),
    ],
)
def test_templates_that_do_not_compile(template: Any, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_template(template)
    assert str(caught.value) == message


_literal = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def _escaped(node: Any) -> Any:
    if isinstance(node, str):
        return node.replace("{", "{{").replace("}", "}}")
    if isinstance(node, dict):
        return {_escaped(key): _escaped(member) for key, member in node.items()}
    return [_escaped(item) for item in node] if isinstance(node, list) else node


@given(_literal)
def test_an_escaped_value_stands_for_itself(node: Any) -> None:
    assert built(_escaped(node)) == node


def test_what_may_change_between_requests() -> None:
    assert not volatile({"a": "{record.id}", "b": ["x", 1]})
    assert volatile({"a": "{now}"})
    assert volatile({"a": {"b": ["{query.x}"]}})
    assert volatile("{count('user')}")
    assert not volatile("{url('/a')}")


def test_members_named_like_words_of_python() -> None:
    scope = SimpleNamespace(query={"from": 3, "class": {"in": "x"}})
    assert compile_expression("query.from")(scope) == 3
    assert compile_expression("query.class.in == 'query.from'")(scope) is False
    assert compile_expression("query.class.in + '.from'")(scope) == "x.from"
