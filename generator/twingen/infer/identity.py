"""Which field names a record, and how its ids are minted: in the style of the published examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from twingen.contract.model import Contract, Schema
from twingen.contract.schemas import resolve, types
from twingen.infer.words import kebab
from twingen.twin.model import Identity

# A parameter that ends so means that field, even of a record that has an id besides.
_NUMBERS = frozenset({"number", "slug", "login", "iid", "sid"})
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identity_field(parameter: str, resource: str, fields: dict[str, Schema]) -> str | None:
    """Return the record's field that the path parameter means, None when none fits."""
    wanted = [parameter, "id", f"{resource.replace('-', '')}Id", f"{resource.replace('-', '_')}_id"]
    if parameter.lower().endswith(("id", "_id")) and "id" in fields:
        return "id"
    lowered = {name.lower(): name for name in fields}
    words = kebab(parameter).split("-")
    if words[-1] in _NUMBERS and words[-1] in lowered and "id" not in words:
        return lowered[words[-1]]
    for name in wanted:
        if name.lower() in lowered:
            return lowered[name.lower()]
    stem = re.sub(r"(?<=[a-z])(Key|Name|Code)$|_(key|name|code)$", "", parameter)
    if stem != parameter and stem.lower() in lowered:
        return lowered[stem.lower()]
    for suffix in ("name", "key", "slug", "code"):
        if kebab(parameter).split("-")[-1] == suffix and suffix in lowered:
            return lowered[suffix]
    for name in ("key", "uuid", "guid", "slug", "name"):
        if name in lowered:
            return lowered[name]
    # Records that keep what names them apart from what they hold.
    return next((f"metadata.{n}" for n in (parameter, "name", "id") if f"metadata.{n}" in fields), None)


def other_names(parameter: str, field: str, fields: dict[str, Schema]) -> tuple[str, ...]:
    """Return further fields that the path parameter may hold: `issueIdOrKey` takes the key as well."""
    words = kebab(parameter).split("-")
    if "or" not in words:
        return ()
    place = words.index("or")
    lowered = {name.lower(): name for name in fields}
    found = [lowered[word] for word in (words[place - 1], *words[place + 1 :]) if word in lowered]
    return tuple(name for name in dict.fromkeys(found) if name != field)


def identity(
    field: str, fields: dict[str, Schema], sent: dict[str, Schema], values: Iterable[Any],
    contract: Contract, also: tuple[str, ...] = (),
) -> Identity:  # fmt: skip
    """Return how ids are made: chosen by the client where it can send the field, else minted."""
    schema = resolve(fields.get(field, {}), contract.schemas)
    number = "integer" in types(schema)
    read_only = bool(schema.get("readOnly"))
    chosen = field in sent and not read_only and not resolve(sent[field], contract.schemas).get("readOnly")
    return Identity(
        field=field,
        mint=style([value for value in values if isinstance(value, (str, int))], number, schema),
        take=f"input.{field}" if chosen else None,
        number=number,
        also=also,
    )


def style(values: list[Any], number: bool, schema: Schema) -> str:
    """Return the style of ids: from the examples, the schema's format, or 20 letters and digits."""
    if number:
        return "{counter:10001}"
    texts = list(dict.fromkeys(str(value) for value in values if str(value)))
    if schema.get("format") == "uuid" or (texts and all(_UUID.fullmatch(text) for text in texts)):
        return "{uuid}"
    texts = [text for text in texts if 4 <= len(text) <= 64 and re.fullmatch(r"[\w-]+", text)]
    if not texts:
        return "{base62:20}"
    if all(text.isdigit() for text in texts):
        return "{counter:10001}"
    length = max({len(text) for text in texts}, key=[len(text) for text in texts].count)
    texts = [text for text in texts if len(text) == length]
    prefix = os.path.commonprefix(texts)[:4] if len(texts) > 1 else ""
    head = re.match(r"[A-Za-z]{2,8}_", texts[0])
    if head and all(text.startswith(head.group()) for text in texts):
        prefix = head.group()
    rest = "".join(text[len(prefix) :] for text in texts)
    if rest.isdigit():
        return f"{prefix}{{digits:{length - len(prefix)}}}" if prefix else "{counter:10001}"
    alphabet = "base62"
    for name, pattern in (("hex", r"[0-9a-f]+"), ("upper", r"[0-9A-Z]+"), ("lower", r"[0-9a-z]+")):
        if re.fullmatch(pattern, rest):
            alphabet = name
            break
    return f"{prefix}{{{alphabet}:{max(length - len(prefix), 8)}}}"
