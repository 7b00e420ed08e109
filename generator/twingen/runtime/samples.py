"""Published examples that a new record starts from: the one that overlaps the request best."""

from __future__ import annotations

import re
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.runtime.paths import get, put
from twingen.twin.model import Resource, Twin

_TELLING = frozenset({"type", "kind", "status", "name", "signOnMode", "provider", "action", "mode"})


class Samples:
    """The samples of each resource, resolved on first use.

    A sample is named `KEY STATUS NAME`: operation, response status, example name; a dotted path
    after `@` leads to the record inside an envelope (`... @values[]`).
    """

    def __init__(self, twin: Twin):
        self._operations: dict[str, Documented] | None = None
        self._twin = twin
        self._found: dict[str, list[dict[str, Any]]] = {}

    def of(self, resource: Resource) -> list[dict[str, Any]]:
        found = self._found.get(resource.name)
        if found is None:
            found = [
                sample
                for reference in resource.samples
                for sample in self._resolve(reference)
                if isinstance(sample, dict)
            ]
            self._found[resource.name] = found
        return found

    def best(self, resource: Resource, sent: dict[str, Any]) -> dict[str, Any]:
        """Return the sample that shares most with what was sent ({} when there is none)."""
        samples = self.of(resource)
        if not samples:
            return {}
        if len(samples) == 1:
            return samples[0]
        return max(samples, key=lambda sample: _overlap(sample, sent))

    def one(self, reference: str) -> dict[str, Any]:
        """Return the record that a reference names; {} when it leads nowhere."""
        found = self._resolve(reference)
        return found[0] if found and isinstance(found[0], dict) else {}

    def _resolve(self, reference: str) -> list[Any]:
        reference, _, inside = reference.partition(" @")
        head, _, name = reference.rpartition(" #")
        key, _, status = head.rpartition(" ")
        if self._operations is None:
            self._operations = {op.key: op for op in self._twin.contract.operations}
        operation = self._operations.get(key)
        if operation is None:
            return []
        for response in operation.responses:
            if response.status == status:
                for media in response.content:
                    for example in media.examples:
                        if example.name == name:
                            return _inside(example.value, inside)
        return []


def _inside(value: Any, path: str) -> list[Any]:
    values = [value]
    for step in path.split(".") if path else ():
        name, bracket, place = step.partition("[")
        values = [item.get(name) for item in values if isinstance(item, dict)] if name else values
        place = place.rstrip("]")
        if bracket and not place:
            values = [member for item in values if isinstance(item, list) for member in item]
        elif bracket:
            number = int(place)
            values = [item[number] for item in values if isinstance(item, list) and number < len(item)]
    return values


def _overlap(sample: dict[str, Any], sent: dict[str, Any], depth: int = 0) -> float:
    score = 0.0
    for name, value in sent.items():
        if name not in sample:
            score -= 0.2
            continue
        mine = sample[name]
        score += 1
        if isinstance(value, dict) and isinstance(mine, dict) and depth < 4:
            score += _overlap(mine, value, depth + 1)
        elif mine == value:
            score += 10 if name in _TELLING else 2
        elif name in _TELLING and isinstance(value, str):
            score -= 10
    return score


_ADDRESS = re.compile(r"^https?://[^/?#]+")
_TELLING_ID = 4  # a shorter one may stand for something else where it occurs
_LINKS = frozenset({"href", "self", "_links", "links", "next", "nextPage"})


def personal(
    sample: dict[str, Any], id_path: tuple[str, ...] | None, identifier: str, base: str,
    hosts: frozenset[str],
) -> dict[str, Any]:  # fmt: skip
    """Return a sample as the start of another record: its own id becomes `identifier`, and links
    that stay on the service (`hosts`, or under a member that holds links) lead to `base`.
    """
    old = get(sample, id_path) if id_path else None
    text = "" if old is None or isinstance(old, (dict, list)) else str(old)
    telling = len(text) >= _TELLING_ID
    result: dict[str, Any] = _adapted(sample, text if telling else None, identifier, base, hosts, False)
    if text and not telling and id_path:
        result = {
            name: _stepped(member, text, identifier, base, name in _LINKS)
            for name, member in result.items()
        }
        number = type(old) is int and identifier.isdigit()
        result = put(result, id_path, int(identifier) if number else identifier)
    return result


def _adapted(
    value: Any, old: str | None, new: str, base: str, hosts: frozenset[str], linking: bool
) -> Any:
    if isinstance(value, dict):
        return {
            name: _adapted(member, old, new, base, hosts, linking or name in _LINKS)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_adapted(item, old, new, base, hosts, linking) for item in value]
    if not isinstance(value, str):
        same = old is not None and type(value) is int and str(value) == old and new.isdigit()
        return int(new) if same else value
    if old is not None and old in value:
        value = value.replace(old, new)
    address = _ADDRESS.match(value)
    if address is not None and (linking or address.group() in hosts):
        value = base + value[address.end() :]
    return value


def _stepped(value: Any, old: str, new: str, base: str, linking: bool) -> Any:
    """Return a member of a record with the short id `old` changed where it is a step of an address."""
    if linking and isinstance(value, dict):
        return {name: _stepped(member, old, new, base, True) for name, member in value.items()}
    if linking and isinstance(value, list):
        return [_stepped(item, old, new, base, True) for item in value]
    if isinstance(value, str) and value.startswith(f"{base}/"):
        return base + "/".join(new if step == old else step for step in value[len(base) :].split("/"))
    return value
