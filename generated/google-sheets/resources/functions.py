"""The functions that formulas may call. One that is not here is `#NAME?`, as in the service."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from twin import shown

Thunk = Callable[[], Any]
_NAMES = {
    "#NULL!": "NULL_VALUE", "#DIV/0!": "DIVIDE_BY_ZERO", "#VALUE!": "VALUE", "#REF!": "REF",
    "#NAME?": "NAME", "#NUM!": "NUM", "#N/A": "N_A", "#ERROR!": "ERROR",
}  # fmt: skip


class Failed(Exception):
    """An error as the value of a cell: its type in the API and the message behind it."""

    def __init__(self, kind: str, message: str = ""):
        super().__init__(kind)
        self.kind = kind
        self.message = message

    @classmethod
    def named(cls, text: str) -> Failed:
        return cls(_NAMES[text])


def number_of(value: Any) -> Any:
    """Return a value as a number, or the failure that it makes."""
    if isinstance(value, Failed):
        return value
    if value is None or value == "":
        return (
            0
            if value is None
            else Failed("VALUE", "'' is a text and cannot be coerced to a number.")
        )
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    found = shown.typed(value)[0] or {}
    if "numberValue" in found:
        return found["numberValue"]
    return Failed("VALUE", f"'{value}' is a text and cannot be coerced to a number.")


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return shown.plain(value) if isinstance(value, (int, float)) else str(value)


def cells(arguments: tuple[Any, ...]) -> Iterator[tuple[Any, bool]]:
    """Yield every value of arguments, and whether it came from a range."""
    for argument in arguments:
        if isinstance(argument, list):
            for row in argument:
                for value in row:
                    yield value, True
        else:
            yield argument, False


def numbers(arguments: tuple[Any, ...]) -> list[float]:
    """Return the numbers of arguments: text and booleans in ranges do not count."""
    found = []
    for value, ranged in cells(arguments):
        if isinstance(value, Failed):
            raise value
        if ranged and (value is None or isinstance(value, (str, bool))):
            continue
        number = number_of(value)
        if isinstance(number, Failed):
            raise number
        found.append(number)
    return found


def one(value: Any) -> Any:
    if isinstance(value, list):
        value = value[0][0] if value and value[0] else None
    if isinstance(value, Failed):
        raise value
    return value


def number(value: Any) -> Any:
    found = number_of(one(value))
    if isinstance(found, Failed):
        raise found
    return found


def text(value: Any) -> str:
    return text_of(one(value))


def truth(value: Any) -> bool:
    value = one(value)
    if isinstance(value, str):
        if value.upper() in {"TRUE", "FALSE"}:
            return value.upper() == "TRUE"
        raise Failed("VALUE", f"'{value}' is a text and cannot be coerced to a boolean.")
    return bool(value)


def _average(*arguments: Any) -> float:
    found = numbers(arguments)
    if not found:
        raise Failed(
            "DIVIDE_BY_ZERO", "Evaluation of function AVERAGE caused a divide by zero error."
        )
    return sum(found) / len(found)


def _median(*arguments: Any) -> float:
    found = sorted(numbers(arguments))
    if not found:
        raise Failed("NUM", "MEDIAN has no valid input data.")
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def _count(*arguments: Any) -> int:
    return sum(
        1 for value, _ in cells(arguments)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    )  # fmt: skip


def criterion(wanted: Any) -> Callable[[Any], bool]:
    """Return the test of COUNTIF and its like: `>5`, `<>x`, wildcards, or an equal value."""
    wanted = one(wanted)
    operator, operand = "=", wanted
    if isinstance(wanted, str):
        match = re.match(r"(<>|<=|>=|<|>|=)?(.*)", wanted, re.DOTALL)
        assert match is not None
        operator, operand = match.group(1) or "=", match.group(2)
        parsed = (shown.typed(operand)[0] or {}) if operand else {}
        operand = parsed.get("numberValue", parsed.get("boolValue", operand))
    if isinstance(operand, str):
        escaped = re.escape(operand).replace(r"\*", ".*").replace(r"\?", ".")
        same = re.compile(escaped, re.IGNORECASE | re.DOTALL)
        if operator in {"=", "<>"}:
            return lambda value: (
                bool(isinstance(value, str) and same.fullmatch(value)) is (operator == "=")
            )
        return lambda value: (
            isinstance(value, str) and _holds(operator, value.casefold(), operand.casefold())
        )
    if isinstance(operand, bool):
        return lambda value: isinstance(value, bool) and _holds(operator, value, operand)
    return lambda value: (
        _holds(operator, value, operand)
        if (isinstance(value, (int, float)) and not isinstance(value, bool))
        else operator == "<>"
    )


def _holds(operator: str, left: Any, right: Any) -> bool:
    return bool({
        "=": left == right, "<>": left != right, "<": left < right, "<=": left <= right,
        ">": left > right, ">=": left >= right,
    }[operator])  # fmt: skip


def _sum_if(area: Any, wanted: Any, other: Any = None) -> float:
    test = criterion(wanted)
    sums = [value for value, _ in cells((area if other is None else other,))]
    chosen = [test(value) for value, _ in cells((area,))]
    return float(
        sum(value for value, yes in zip(sums, chosen, strict=False) if yes and _plain(value))
    )


def _plain(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(up: bool | None) -> Callable[..., float]:
    def run(value: Any, places: Any = 0) -> float:
        scale = 10 ** int(number(places))
        scaled = float(f"{abs(number(value)) * scale:.15g}")
        whole = (
            math.floor(scaled + 0.5)
            if up is None
            else math.ceil(scaled)
            if up
            else math.floor(scaled)
        )
        return math.copysign(whole / scale, number(value)) if whole else 0

    return run


def _mod(value: Any, divisor: Any) -> Any:
    return number(value) % number(divisor)


def _lookup(wanted: Any, rows: Any, index: Any, ordered: Any = True) -> Any:
    place = int(number(index)) - 1
    key = one(wanted)
    best = None
    for row in rows:
        same = _folded(row[0]) == _folded(key)
        if same or (truth(ordered) and type(row[0]) is type(key) and row[0] < key):
            best = row
            if same and not truth(ordered):
                break
    if best is None:
        raise Failed("N_A", f"Did not find value '{text_of(key)}' in VLOOKUP evaluation.")
    if not 0 <= place < len(best):
        raise Failed("REF", "VLOOKUP evaluates to an out of bounds range.")
    return best[place]


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _index(area: Any, row: Any = 0, column: Any = 0) -> Any:
    rows = area if isinstance(area, list) else [[area]]
    down, right = int(number(row)), int(number(column))
    if down > len(rows) or right > len(rows[0]):
        raise Failed("REF", "Function INDEX is out of bounds.")
    chosen = rows if down == 0 else [rows[down - 1]]
    return chosen if right == 0 else [[each[right - 1]] for each in chosen]


def _match(wanted: Any, area: Any, order: Any = 1) -> int:
    key, found = _folded(one(wanted)), [_folded(value) for value, _ in cells((area,))]
    direction = number(order)
    best = 0
    for place, value in enumerate(found, 1):
        if value == key:
            return place
        if (
            direction
            and type(value) is type(key)
            and ((value < key) if direction > 0 else (value > key))
        ):
            best = place
    if not best:
        raise Failed("N_A", f"Did not find value '{text_of(one(wanted))}' in MATCH evaluation.")
    return best


def _find(fold: bool) -> Callable[..., int]:
    def run(part: Any, whole: Any, start: Any = 1) -> int:
        needle, hay = text(part), text(whole)
        if fold:
            needle, hay = needle.casefold(), hay.casefold()
        at = hay.find(needle, int(number(start)) - 1)
        if at < 0:
            raise Failed(
                "VALUE", f"In {'SEARCH' if fold else 'FIND'} evaluation, cannot find '{needle}'."
            )
        return at + 1

    return run


def _substitute(whole: Any, old: Any, new: Any, nth: Any = None) -> str:
    if nth is None:
        return text(whole).replace(text(old), text(new)) if text(old) else text(whole)
    parts = text(whole).split(text(old))
    place = int(number(nth))
    if len(parts) <= place:
        return text(whole)
    return text(old).join(parts[:place]) + text(new) + text(old).join(parts[place:])


def _moment(value: Any) -> datetime:
    return shown.EPOCH + timedelta(days=math.floor(number(value)))


def _date(year: Any, month: Any, day: Any) -> int:
    first = int(number(year)) * 12 + int(number(month)) - 1
    return (datetime(first // 12, first % 12 + 1, 1) - shown.EPOCH).days + int(number(day)) - 1


def _formatted(value: Any, pattern: Any) -> str:
    wanted = text(pattern)
    dated = re.search(r"[ymdhs]", re.sub(r'"[^"]*"', "", wanted), re.IGNORECASE)
    return (
        shown.temporal(number(value), wanted) if dated else shown.patterned(number(value), wanted)
    )


def _sqrt(value: Any) -> float:
    if number(value) < 0:
        raise Failed(
            "NUM", "Function SQRT parameter 1 value is negative. It should be positive or zero."
        )
    return math.sqrt(number(value))


def _any_failed(value: Any) -> bool:
    return isinstance(value[0][0] if isinstance(value, list) and value else value, Failed)


def _single(value: Any) -> Any:
    return value[0][0] if isinstance(value, list) and value and value[0] else value


LIBRARY: dict[str, Callable[..., Any]] = {
    "SUM": lambda *a: sum(numbers(a)),
    "AVERAGE": _average,
    "MEDIAN": _median,
    "COUNT": _count,
    "COUNTA": lambda *a: sum(1 for value, _ in cells(a) if value is not None),
    "COUNTBLANK": lambda *a: sum(1 for value, _ in cells(a) if value is None or value == ""),
    "MIN": lambda *a: min(numbers(a), default=0),
    "MAX": lambda *a: max(numbers(a), default=0),
    "PRODUCT": lambda *a: math.prod(numbers(a)),
    "COUNTIF": lambda area, wanted: sum(
        map(criterion(wanted), (value for value, _ in cells((area,))))
    ),
    "SUMIF": _sum_if,
    "ABS": lambda a: abs(number(a)),
    "INT": lambda a: math.floor(number(a)),
    "SIGN": lambda a: (number(a) > 0) - (number(a) < 0),
    "SQRT": _sqrt,
    "POWER": lambda a, b: number(a) ** number(b),
    "EXP": lambda a: math.exp(number(a)),
    "LN": lambda a: math.log(number(a)),
    "LOG": lambda a, base=10: math.log(number(a), number(base)),
    "LOG10": lambda a: math.log10(number(a)),
    "PI": lambda: math.pi,
    "MOD": _mod,
    "ROUND": _rounded(None),
    "ROUNDUP": _rounded(True),
    "ROUNDDOWN": _rounded(False),
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "AND": lambda *a: all(truth(value) for value, _ in cells(a) if value is not None),
    "OR": lambda *a: any(truth(value) for value, _ in cells(a) if value is not None),
    "NOT": lambda a: not truth(a),
    "ISBLANK": lambda a: _single(a) is None,
    "ISNUMBER": lambda a: _plain(_single(a)),
    "ISTEXT": lambda a: isinstance(_single(a), str),
    "ISLOGICAL": lambda a: isinstance(_single(a), bool),
    "CONCATENATE": lambda *a: "".join(text(value) for value, _ in cells(a)),
    "CONCAT": lambda a, b: text(a) + text(b),
    "JOIN": lambda by, *a: text(by).join(text(value) for value, _ in cells(a)),
    "LEN": lambda a: len(text(a)),
    "LEFT": lambda a, count=1: text(a)[: int(number(count))],
    "RIGHT": lambda a, count=1: text(a)[-int(number(count)) :] if int(number(count)) else "",
    "MID": lambda a, start, count: text(a)[int(number(start)) - 1 :][: int(number(count))],
    "UPPER": lambda a: text(a).upper(),
    "LOWER": lambda a: text(a).lower(),
    "PROPER": lambda a: text(a).title(),
    "TRIM": lambda a: (
        " ".join(text(a).split(" ")) if "  " not in text(a) else re.sub(" +", " ", text(a)).strip()
    ),
    "REPT": lambda a, count: text(a) * min(int(number(count)), 32_000),
    "SUBSTITUTE": _substitute,
    "FIND": _find(fold=False),
    "SEARCH": _find(fold=True),
    "EXACT": lambda a, b: text(a) == text(b),
    "TEXT": _formatted,
    "VALUE": number,
    "N": lambda a: number(a) if not isinstance(one(a), str) else 0,
    "DATE": _date,
    "YEAR": lambda a: _moment(a).year,
    "MONTH": lambda a: _moment(a).month,
    "DAY": lambda a: _moment(a).day,
    "VLOOKUP": _lookup,
    "INDEX": _index,
    "MATCH": _match,
    "HYPERLINK": lambda url, label=None: text(url) if label is None else one(label),
}


def _if(thunks: list[Thunk]) -> Any:
    try:
        chosen = 1 if truth(thunks[0]()) else 2
    except Failed as failed:
        return failed
    return thunks[chosen]() if chosen < len(thunks) else False


def _if_error(thunks: list[Thunk]) -> Any:
    value = thunks[0]()
    if not _any_failed(value):
        return value
    return thunks[1]() if len(thunks) > 1 else None


# Functions that do not look at all of their arguments, or look at failures without failing.
LAZY: dict[str, Callable[[list[Thunk]], Any]] = {
    "IF": _if,
    "IFERROR": _if_error,
    "ISERROR": lambda thunks: _any_failed(thunks[0]()),
    "NA": lambda thunks: Failed("N_A"),
}
