"""Functions and operators of the expression language; absent values (None) never raise.

`FUNCTIONS` are pure; `CONTEXT_FUNCTIONS` are methods of the request's scope and reach the world
through it (see runtime/scope.py for what a scope offers).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import quote


class Nothing:
    """The value that leaves its key or list member out of what a template builds."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "nothing"


NOTHING = Nothing()


def get(value: Any, name: str) -> Any:
    """Return a member of an object, the stored field of a record, or None."""
    if type(value) is dict:
        return value.get(name)
    if value is None:
        return None
    member = getattr(value, "member", None)
    if member is not None:
        return member(name)
    if isinstance(value, Mapping):
        return value.get(name)
    return None


def item(value: Any, key: Any) -> Any:
    """Return a member by computed key or position, or None."""
    if isinstance(value, (list, tuple, str)):
        if isinstance(key, int) and -len(value) <= key < len(value):
            return value[key]
        return None
    return get(value, key) if isinstance(key, str) else None


def take(value: Any, start: Any, stop: Any) -> Any:
    if not isinstance(value, (list, tuple, str)):
        return None
    if not (_place(start) and _place(stop)):
        return None
    return value[start:stop]


def _place(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


_NUMBERS = frozenset({int, float})


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _ordered(left: Any, right: Any) -> bool:
    return (_number(left) and _number(right)) or (isinstance(left, str) and isinstance(right, str))


def equal(left: Any, right: Any) -> bool:
    if type(left) is not type(right) and isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def add(left: Any, right: Any) -> Any:
    if isinstance(left, list) or isinstance(right, list):
        return [*_members(left), *_members(right)]
    if isinstance(left, str) or isinstance(right, str):
        return f"{'' if left is None else left}{'' if right is None else right}"
    left, right = left or 0, right or 0
    return left + right if _number(left) and _number(right) else None


def _arithmetic(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if type(left) not in _NUMBERS or type(right) not in _NUMBERS:
            left, right = left or 0, right or 0
            if not (_number(left) and _number(right)):
                return None
        try:
            return apply(left, right)
        except ArithmeticError:
            return None

    return run


def within(member: Any, container: Any) -> bool:
    if container is None:
        return False
    if isinstance(container, str):
        return isinstance(member, str) and member in container
    try:
        return member in container
    except TypeError:
        return False


OPERATORS: dict[str, Callable[..., Any]] = {
    "get": get,
    "item": item,
    "slice": take,
    "eq": equal,
    "ne": lambda left, right: not equal(left, right),
    "lt": lambda left, right: _ordered(left, right) and left < right,
    "le": lambda left, right: _ordered(left, right) and left <= right,
    "gt": lambda left, right: _ordered(left, right) and left > right,
    "ge": lambda left, right: _ordered(left, right) and left >= right,
    "in": within,
    "not_in": lambda member, container: not within(member, container),
    "is": equal,
    "is_not": lambda left, right: not equal(left, right),
    "add": add,
    "sub": _arithmetic(lambda left, right: left - right),
    "mul": _arithmetic(lambda left, right: left * right),
    "div": _arithmetic(lambda left, right: left / right),
    "floordiv": _arithmetic(lambda left, right: left // right),
    "mod": _arithmetic(lambda left, right: left % right),
    "neg": lambda value: -value if _number(value) else None,
}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _members(value: Any) -> list[Any]:
    """Return the members of a list; what is none has none."""
    return list(value) if isinstance(value, (list, tuple)) else []


def split(value: Any, by: Any) -> list[str]:
    text, by = _text(value), _text(by)
    return text.split(by) if by else [text]


def replace(value: Any, old: Any, new: Any) -> str:
    text, old = _text(value), _text(old)
    return text.replace(old, _text(new)) if old else text


def rounded(value: Any) -> int | None:
    return integer(round(value)) if _number(value) and math.isfinite(value) else None


def integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def plain(value: Any) -> dict[str, Any]:
    """Return an object's members, a record's stored fields, or {}."""
    if type(value) is dict:
        return value.copy()
    if value is None:
        return {}
    value = getattr(value, "data", value)
    return dict(value) if isinstance(value, Mapping) else {}


def pick(value: Any, *names: str) -> dict[str, Any]:
    members = plain(value)
    return {name: members[name] for name in names if isinstance(name, str) and name in members}


def omit(value: Any, *names: str) -> dict[str, Any]:
    return {name: member for name, member in plain(value).items() if name not in names}


def compact(value: Any) -> dict[str, Any]:
    """Return an object without its null members."""
    members = plain(value)
    return {name: members[name] for name in members if members[name] is not None}


def merge(*values: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for value in values:
        result.update(plain(value))
    return result


def unique(values: Any) -> list[Any]:
    result: list[Any] = []
    for value in _members(values):
        if value not in result:
            result.append(value)
    return result


def either(*values: Any) -> Any:
    """Return the first value that is there; without one, nothing where that was offered, else None."""
    for value in values:
        if value is not None and value is not NOTHING:
            return value
    return NOTHING if NOTHING in values else None


def parse_json(value: Any) -> Any:
    if not isinstance(value, (str, bytes)):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def truthy(value: Any) -> bool:
    """Return whether a flag is set, however it was written: true, "true", "1", 1."""
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes", "on"}
    return bool(value)


def digest(value: Any) -> str:
    """Return 32 hexadecimal digits, the same for the same text."""
    return blake2b(str(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": lambda value: len(value) if hasattr(value, "__len__") else 0,
    "lower": lambda value: _text(value).lower(),
    "upper": lambda value: _text(value).upper(),
    "trim": lambda value: _text(value).strip(),
    "strip": lambda value, chars: _text(value).strip(_text(chars)),
    "starts": lambda value, head: isinstance(value, str) and value.startswith(_text(head)),
    "ends": lambda value, tail: isinstance(value, str) and value.endswith(_text(tail)),
    "replace": replace,
    "split": split,
    "join": lambda values, by: _text(by).join(_text(value) for value in _members(values)),
    "only_chars": lambda value, chars: set(_text(value)) <= set(_text(chars)),
    "text": lambda value: ("true" if value else "false") if isinstance(value, bool) else _text(value),
    "int": integer,
    "number": number,
    "flag": truthy,
    "is_text": lambda value: isinstance(value, str),
    "is_number": _number,
    "is_object": lambda value: isinstance(value, Mapping),
    "is_list": lambda value: isinstance(value, list),
    "has": lambda value, name: isinstance(name, str) and name in plain(value),
    "keys": lambda value: list(plain(value)),
    "values": lambda value: list(plain(value).values()),
    "first": lambda values: item(values, 0),
    "last": lambda values: item(values, -1),
    "either": either,
    "min": lambda *values: min((v for v in values if _number(v)), default=None),
    "max": lambda *values: max((v for v in values if _number(v)), default=None),
    "round": rounded,
    "pick": pick,
    "omit": omit,
    "compact": compact,
    "merge": merge,
    "unique": unique,
    "pluck": lambda values, name: [item(value, name) for value in _members(values)],
    "without": lambda values, *gone: [value for value in _members(values) if value not in gone],
    "json": lambda value: json.dumps(value, separators=(",", ":"), default=str),
    "parse_json": parse_json,
    "quote": lambda value: quote(_text(value), safe=""),
    "hash": digest,
}


# Each is the method `do_NAME` of a scope.
CONTEXT_FUNCTIONS = frozenset(
    {"mint", "serial", "later", "iso", "count", "exists", "find", "find_all", "missing", "render", "url", "secret"}
)
