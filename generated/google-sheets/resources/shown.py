"""How cells read: number formats, colours, and what is understood when something is typed."""

from __future__ import annotations

import math
import re
import struct
from datetime import datetime, timedelta
from typing import Any

EPOCH = datetime(1899, 12, 30)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AaPp][Mm]))?")
_FIELD = re.compile(r"y+|m+|d+|h+|s+|am/pm|a/p|\"[^\"]*\"|\\.|.", re.IGNORECASE)
_DEFAULT = {
    "NUMBER": "#,##0.00", "PERCENT": "0.00%", "CURRENCY": '"$"#,##0.00', "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm", "DATE_TIME": "m/d/yyyy h:mm:ss", "SCIENTIFIC": "0.00E+00",
}  # fmt: skip
_TEMPORAL = frozenset({"DATE", "TIME", "DATE_TIME"})

Typed = tuple[dict[str, Any] | None, dict[str, str] | None]


def typed(value: Any) -> Typed:
    """Return the ExtendedValue for what a user typed, and the number format that it implies."""
    if isinstance(value, bool):
        return {"boolValue": value}, None
    if isinstance(value, (int, float)):
        return {"numberValue": value}, None
    if value == "":
        return None, None
    if value.startswith("'"):
        return {"stringValue": value[1:]}, None
    if value.startswith("=") and len(value) > 1:
        return {"formulaValue": value}, None
    text = value.strip()
    if text.upper() in {"TRUE", "FALSE"}:
        return {"boolValue": text.upper() == "TRUE"}, None
    found = _number_typed(text) or _date_typed(text)
    return found or ({"stringValue": value}, None)


def _number_typed(text: str) -> Typed | None:
    sign = -1 if text.startswith("-") else 1
    bare = text.lstrip("+-") if text[:2] not in {"--", "++", "+-", "-+"} else text
    pattern: tuple[str, str] | None = None
    if bare.startswith("$"):
        bare, pattern = bare[1:], ("CURRENCY", '"$"#,##0' + (".00" if "." in bare else ""))
    elif bare.endswith("%"):
        bare = bare[:-1].rstrip()
        pattern = ("PERCENT", "0.00%" if "." in bare else "0%")
    if not _ascii(bare):
        return None
    if _GROUPED.fullmatch(bare):
        pattern = pattern or ("NUMBER", "#,##0" + (".00" if "." in bare else ""))
        bare = bare.replace(",", "")
    if not _NUMBER.fullmatch(bare):
        return None
    if ("e" in bare or "E" in bare) and pattern is None:
        pattern = ("SCIENTIFIC", "0.00E+00")
    number = sign * float(bare)
    if not math.isfinite(number):
        return None
    if pattern is not None and pattern[0] == "PERCENT":
        number = float(f"{number / 100:.15g}")
    shape = None if pattern is None else {"type": pattern[0], "pattern": pattern[1]}
    return {"numberValue": whole(number)}, shape


def _date_typed(text: str) -> Typed | None:
    date, _, time = text.partition(" ")
    iso, american = _ISO.fullmatch(date), _US.fullmatch(date)
    if iso is None and american is None:
        clock = _fraction(text)
        return (
            None
            if clock is None
            else ({"numberValue": clock}, {"type": "TIME", "pattern": _clock(text)})
        )
    try:
        serial = (datetime(*_day(iso, american)) - EPOCH).days
    except ValueError:
        return None
    pattern = "yyyy-mm-dd" if iso is not None else "m/d/yyyy"
    if not time.strip():
        return {"numberValue": serial}, {"type": "DATE", "pattern": pattern}
    clock = _fraction(time.strip())
    if clock is None:
        return None
    return {"numberValue": serial + clock}, {
        "type": "DATE_TIME",
        "pattern": f"{pattern} {_clock(time)}",
    }


def _day(iso: re.Match[str] | None, american: re.Match[str] | None) -> tuple[int, int, int]:
    if iso is not None:
        return int(iso.group(1)), int(iso.group(2)), int(iso.group(3))
    assert american is not None
    return int(american.group(3)), int(american.group(1)), int(american.group(2))


def _fraction(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match.group(1)), int(match.group(2)), int(match.group(3) or 0)
    if match.group(4):
        hour = hour % 12 + (12 if match.group(4).lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return (hour * 3600 + minute * 60 + second) / 86400


def _clock(text: str) -> str:
    pattern = "h:mm:ss" if text.count(":") == 2 else "h:mm"
    return pattern + (" am/pm" if text.strip()[-1] in "mM" else "")


def _ascii(text: str) -> bool:
    return text.isascii() and "_" not in text


def whole(number: float) -> int | float:
    """Return a number without the `.0` that JSON would show."""
    return (
        int(number)
        if isinstance(number, float) and number.is_integer() and abs(number) < 1e21
        else number
    )


def plain(number: float) -> str:
    """Return a number as an unformatted cell shows it: ten significant digits, no trailing zeros."""
    if number == 0:
        return "0"
    size = abs(number)
    if size >= 1e21 or size < 1e-10:
        mantissa, _, exponent = f"{number:.5E}".partition("E")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}E{exponent[0]}{exponent[1:].lstrip('0').zfill(2)}"
    if float(number).is_integer():
        return str(int(number))
    digits = max(0, 10 - max(1, math.floor(math.log10(size)) + 1))
    if size < 1:
        digits = 9 - math.floor(math.log10(size))
    return f"{number:.{min(digits, 20)}f}".rstrip("0").rstrip(".")


def text_of(value: dict[str, Any] | None, format: dict[str, Any] | None) -> str:
    """Return the formatted text of an effective value."""
    if not value:
        return ""
    if "stringValue" in value:
        return str(value["stringValue"])
    if "boolValue" in value:
        return "TRUE" if value["boolValue"] else "FALSE"
    if "errorValue" in value:
        return error_text(value["errorValue"]["type"])
    number = value["numberValue"]
    kind = (format or {}).get("type", "")
    if kind in {"", "NUMBER_FORMAT_TYPE_UNSPECIFIED", "TEXT"} or (kind not in _DEFAULT):
        return plain(number)
    pattern = (format or {}).get("pattern") or _DEFAULT[kind]
    return temporal(number, pattern) if kind in _TEMPORAL else patterned(number, pattern)


def error_text(kind: str) -> str:
    return {
        "ERROR": "#ERROR!", "NULL_VALUE": "#NULL!", "DIVIDE_BY_ZERO": "#DIV/0!", "VALUE": "#VALUE!",
        "REF": "#REF!", "NAME": "#NAME?", "NUM": "#NUM!", "N_A": "#N/A",
    }.get(kind, "#ERROR!")  # fmt: skip


def patterned(number: float, pattern: str) -> str:
    """Return a number under a pattern of digits (`0`, `#`, grouping, `%`, `E+00`, literal text)."""
    parts = pattern.split(";")
    if number < 0 and len(parts) > 1:
        return patterned(-number, parts[1])
    pattern = parts[0]
    match = re.search(r"[#0][#0,]*(?:\.[#0]+)?(?:E\+0+)?", pattern)
    if match is None:
        return _literal(pattern) or plain(number)
    before, body, after = pattern[: match.start()], match.group(), pattern[match.end() :]
    sign, size = ("-" if number < 0 else ""), abs(number)
    if "%" in pattern:
        size *= 100
    fraction = re.search(r"\.([#0]+)", body)
    places = len(fraction.group(1)) if fraction else 0
    if "E" in body:
        mantissa, _, exponent = f"{size:.{places}E}".partition("E")
        text = f"{mantissa}E{exponent}"
    else:
        text = f"{float(f'{size:.15g}'):{',' if ',' in body else ''}.{places}f}"
        least = fraction.group(1).count("0") if fraction else 0
        while places > least and text.endswith("0"):
            text, places = text[:-1], places - 1
        text = text.rstrip(".")
    return sign + _literal(before) + text + _literal(after)


def _literal(text: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)|\[[^\]]*\]', lambda m: m.group(1) or m.group(2) or "", text)


def temporal(number: float, pattern: str) -> str:
    """Return a serial number under a pattern of dates and times."""
    moment = EPOCH + timedelta(
        days=math.floor(number), seconds=round((number - math.floor(number)) * 86400)
    )
    fields = _FIELD.findall(pattern)
    half = any(field.lower() in {"am/pm", "a/p"} for field in fields)
    shown, clock = [], False
    for place, field in enumerate(fields):
        kind = field[0].lower()
        if field.lower() in {"am/pm", "a/p"}:
            shown.append("AM" if moment.hour < 12 else "PM")
        elif kind == "y":
            shown.append(f"{moment.year % 100:02d}" if len(field) <= 2 else f"{moment.year:04d}")
        elif kind == "m" and (clock or _seconds_follow(fields, place)):
            shown.append(f"{moment.minute:0{min(len(field), 2)}d}")
        elif kind == "m":
            shown.append(_named(moment, field, moment.month, "%b", "%B"))
        elif kind == "d":
            shown.append(_named(moment, field, moment.day, "%a", "%A"))
        elif kind == "h":
            hour = (moment.hour % 12 or 12) if half else moment.hour
            shown.append(f"{hour:0{min(len(field), 2)}d}")
        elif kind == "s":
            shown.append(f"{moment.second:0{min(len(field), 2)}d}")
        else:
            shown.append(_literal(field))
        if kind in "hs" or (kind in "ymd" and field[0].isalpha()):
            clock = kind == "h"
    return "".join(shown)


def _named(moment: datetime, field: str, number: int, short: str, long: str) -> str:
    if len(field) <= 2:
        return f"{number:0{len(field)}d}"
    return moment.strftime(short if len(field) == 3 else long)


def _seconds_follow(fields: list[str], place: int) -> bool:
    letters = [field[0].lower() for field in fields[place + 1 :] if field[0].isalpha()]
    return bool(letters) and letters[0] == "s"


def channel(value: float | None) -> int | float:
    """Return a colour's channel as it is kept: 8 bits, answered as the shortest 32-bit fraction."""
    bits = math.floor(min(max(float(value or 0), 0.0), 1.0) * 255 + 1e-5)
    packed = struct.pack("f", bits / 255)
    exact = struct.unpack("f", packed)[0]
    shortest = (float(f"{exact:.{digits}g}") for digits in range(1, 10))
    return whole(next(each for each in shortest if struct.pack("f", each) == packed))


_COLOURS = frozenset({"backgroundColor", "foregroundColor", "color", "tabColor", "rgbColor"})
_STYLED = {"backgroundColor", "foregroundColor", "tabColor"}


def coloured(value: Any) -> Any:
    """Return formats with colours as the service keeps them, each with its style beside it."""
    if isinstance(value, list):
        return [coloured(item) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for name, member in value.items():
        if (
            name in _COLOURS
            and isinstance(member, dict)
            and not member.keys() - {"red", "green", "blue", "alpha"}
        ):
            kept = {key: channel(part) for key, part in member.items() if channel(part)}
            result[name] = kept
            if name in _STYLED and f"{name}Style" not in value:
                result[f"{name}Style"] = {"rgbColor": kept}
        else:
            result[name] = coloured(member)
            base = name.removesuffix("Style")
            if (
                name.endswith("Style")
                and base in _STYLED
                and base not in value
                and "rgbColor" in (result[name] or {})
            ):
                result[base] = result[name]["rgbColor"]
    return result


def paired(mask: dict[str, Any]) -> dict[str, Any]:
    """Return a mask in which a colour and its style, which are one thing, stand together."""
    result: dict[str, Any] = {}
    for name, below in mask.items():
        result[name] = paired(below)
        base = name.removesuffix("Style")
        if base in _STYLED:
            result.setdefault(base if base != name else f"{name}Style", {})
    return result
