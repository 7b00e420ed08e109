"""Where things live: item paths with the collections above them, each under a name of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from twingen.contract.keys import parameter_names
from twingen.contract.model import Operation as Documented
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    is_parameter,
    list_items,
    name_of,
    segments,
    success_examples,
    success_schema,
)
from twingen.infer.words import kebab, singular

Path = tuple[str, ...]
_TWO = re.compile(r"[\w.-]+/[\w.-]+")
_VERSION = re.compile(r"^v?\d+(\.\d+)*$")


class Place:
    """The operations on one item path and the collection path above it."""

    def __init__(self, item: Path, parameter: str):
        self.item = item
        self.parameter = parameter
        self.collection = item[:-1]
        # The field that holds both of two parameters that name an item together, if they do.
        self.whole: str | None = None
        self.on_item: dict[str, Documented] = {}
        self.on_collection: dict[str, Documented] = {}
        # Reads that answer what another operation documents, by key.
        self.borrowed: dict[str, str] = {}


def places(draft: Draft) -> dict[Path, Place]:
    by_path: dict[Path, dict[str, Documented]] = defaultdict(dict)
    for operation in draft.contract.operations:
        if "#" not in operation.path and not operation.host:
            by_path[segments(operation.path)].setdefault(operation.method, operation)
    places: dict[Path, Place] = {}
    for path, methods in by_path.items():
        if len(path) > 1 and is_parameter(path[-1]) and not is_parameter(path[-2]):
            if "{" not in path[-2]:
                place = Place(path, parameter_names(next(iter(methods.values())).path)[-1])
                place.on_item = methods
                place.on_collection = by_path.get(path[:-1], {})
                places[path] = place
    _borrow(places)
    for path, methods in by_path.items():
        both = _in_two(draft, path, methods, by_path)
        if both is not None:
            places[path] = both
    for path, methods in by_path.items():
        _implied(path, next(iter(methods.values())), by_path, places, draft)
    return places


def _in_two(
    draft: Draft, path: Path, methods: dict[str, Documented], by_path: dict[Path, dict[str, Documented]]
) -> Place | None:
    """Return an item that two parameters name together, as one field of it shows: `octo/hello`.

    It is made and listed above them, or at the only path without parameters that ends in the same
    noun and makes what the item's read answers.
    """
    read = methods.get("GET")
    if len(path) < 3 or read is None or not all(is_parameter(part) for part in path[-2:]) or "{" in path[-3]:
        return None
    whole = next(
        (
            name
            for _, example in success_examples(read)
            if isinstance(example.value, dict)
            for name, value in example.value.items()
            if isinstance(value, str) and _TWO.fullmatch(value) and value.partition("/")[2] in example.value.values()
        ),
        None,
    )
    schema = name_of(success_schema(read))
    if whole is None or schema is None:
        return None
    makes = [
        other
        for other, there in by_path.items()
        if other[-1] == path[-3] and not any("{" in part for part in other)
        and "POST" in there and name_of(success_schema(there["POST"])) == schema
    ]  # fmt: skip
    place = Place(path, parameter_names(read.path)[-1])
    place.on_item, place.whole = methods, whole
    if len(makes) == 1:
        place.on_collection = by_path[makes[0]]
    return place


def _borrow(places: dict[Path, Place]) -> None:
    """Let a read whose answer is not told answer what reads of the same name answer elsewhere.

    `/boards/{}/properties/{key}` without a schema is taken for `/issues/{}/properties/{key}` with one.
    """
    for item, place in places.items():
        for of in ("on_item", "on_collection"):
            mine: dict[str, Documented] = getattr(place, of)
            read = mine.get("GET")
            if read is None or success_schema(read) is not None:
                continue
            for other in places.values():
                same = other.parameter == place.parameter and other.item[-2] == item[-2] and depth(other.item) > 1
                told = getattr(other, of).get("GET") if same else None
                if told is not None and success_schema(told) is not None and told.key not in place.borrowed.values():
                    setattr(place, of, {**mine, "GET": replace(read, responses=told.responses)})
                    place.borrowed[read.key] = told.key
                    break


def _implied(
    path: Path, operation: Documented, by_path: dict[Path, dict[str, Documented]],
    places: dict[Path, Place], draft: Draft,
) -> None:  # fmt: skip
    """Add the items that a path goes through without being documented themselves, if they are listed."""
    names = parameter_names(operation.path)
    for end in range(2, len(path)):
        item = path[:end]
        if not is_parameter(item[-1]) or "{" in item[-2] or item in places or item in by_path:
            continue
        listed = by_path.get(item[:-1], {}).get("GET")
        if listed is not None and list_items(success_schema(listed), draft.contract) is not None:
            place = Place(item, names[sum("{" in part for part in item) - 1])
            place.on_collection = by_path[item[:-1]]
            places[item] = place


def operations(place: Place) -> Iterator[Documented]:
    yield from place.on_collection.values()
    yield from place.on_item.values()


def names(places: dict[Path, Place]) -> dict[Path, str]:
    """Name each place by its last noun, with the nouns above it where that is not enough.

    The place with the most operations has the first choice; path heads up to a version say nothing.
    """
    nouns = {path: _nouns(path) for path in places}
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(places, key=lambda path: (depth(path), len(nouns[path]), -_size(places[path]), path)):
        words = nouns[path]
        for count in range(1, len(words) + 1):
            name = "-".join(words[-count:])
            if name not in taken:
                break
        else:
            number = 2
            while f"{'-'.join(words)}-{number}" in taken:
                number += 1
            name = f"{'-'.join(words)}-{number}"
        taken.add(name)
        names[path] = name
    return names


def _nouns(path: Path) -> list[str]:
    start = next((n + 1 for n, part in enumerate(path[:4]) if _VERSION.match(part)), 0)
    return [singular(kebab(segment)) for segment in path[start:-1] if "{" not in segment]


def depth(path: Path) -> int:
    return sum("{" in segment for segment in path)


def _size(place: Place) -> int:
    return len(place.on_item) + len(place.on_collection)
