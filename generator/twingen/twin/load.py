"""A twin on disk → Twin."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import orjson

from twingen.contract.document import load as load_contract
from twingen.contract.model import Contract
from twingen.errors import DamagedTwinError, FormatError, NewerTwinError
from twingen.twin import shorthand
from twingen.twin.evidence import unresolved
from twingen.twin.format import check
from twingen.twin.lock import FILE as LOCK, parse_lock
from twingen.twin.model import FORMAT, Operation, Place, Resource, Service, Twin, View
from twingen.twin.record import Deviation
from twingen.twin.yaml import line_of, load

_Loaded = TypeVar("_Loaded")
_PAGES = (".html", ".css", ".js", ".svg")


class _Files:
    """Where the files of a twin are read from: a folder, or memory."""

    def __init__(self, path: Path | None, content: Mapping[str, bytes] | None = None):
        self.path = path
        self.content = content

    def read(self, name: str) -> bytes | None:
        if self.content is not None:
            return self.content.get(name)
        assert self.path is not None
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            raise DamagedTwinError("this is a file, not a twin's folder", where=str(self.path)) from None
        except OSError as error:
            raise DamagedTwinError(f"cannot be read: {error.strerror}", where=self.where(name)) from None

    def text(self, name: str) -> str | None:
        raw = self.read(name)
        if raw is None:
            return None
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DamagedTwinError(f"not UTF-8: {error.reason}", where=self.where(name)) from None

    def names(self, folder: str, suffix: str) -> list[str]:
        if self.content is not None:
            return sorted(n for n in self.content if n.startswith(folder + "/") and n.endswith(suffix))
        assert self.path is not None
        return sorted(f"{folder}/{file.name}" for file in (self.path / folder).glob(f"*{suffix}"))

    def where(self, name: str = "") -> str:
        if self.path is None:
            return name or "the twin"
        return str(self.path / name) if name else str(self.path)


def load_files(content: Mapping[str, bytes], contract: Contract | None = None) -> Twin:
    """Return the twin that files in memory are; `contract` saves reading contract.json again."""
    return _load(_Files(None, content), contract)


def load_twin(path: Path) -> Twin:
    """Read the twin in folder `path`.

    Raises DamagedTwinError when a file is missing or does not parse, FormatError when one breaks
    the format, NewerTwinError when the twin was written by a newer twingen.
    """
    return _load(_Files(path), None)


def _load(files: _Files, contract: Contract | None) -> Twin:
    settings = _settings(files)
    name = str(settings["name"])
    contract = contract or _contract(files)
    service = read_file(files, "service.yaml", "service", shorthand.service)
    if service is None:
        raise DamagedTwinError(
            "service.yaml is missing", where=files.where(), remedy="build the twin again"
        )
    resources, handlers = _resources(files, name)
    _once(files, resources)
    _known(files, resources, service)
    seeds = read_file(files, "seed.yaml", "seed", lambda data, _: shorthand.seeds(data)) or ()
    deviations = read_file(files, "deviations.yaml", "deviations", _deviations) or ()
    if deviations:
        _evidenced(files, deviations, contract)
    views = read_file(files, "ui.yaml", "ui", _views) or ()
    return Twin(
        name=name,
        title=str(settings.get("title", name)),
        world=str(settings.get("world", name)),
        seed=str(settings.get("seed", name)),
        contract=contract,
        service=service,
        resources=resources,
        seeds=seeds,
        base_aliases={str(k): str(v) for k, v in settings.get("aliases", {}).items()},
        deviations=deviations,
        views=views,
        pages=_pages(files),
        lock=parse_lock(files.read(LOCK)),
        handlers=handlers,
        digests={str(k): str(v) for k, v in settings.get("digests", {}).items()},
        path=files.path,
    )


def _contract(files: _Files) -> Contract:
    raw = files.read("contract.json")
    if raw is None:
        raise DamagedTwinError(
            "contract.json is missing", where=files.where(), remedy="build the twin again"
        )
    try:
        return load_contract(orjson.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedTwinError(
            f"contract.json does not hold a contract: {error}",
            where=files.where("contract.json"),
            remedy="build the twin again",
        ) from None


def _settings(files: _Files) -> dict[str, Any]:
    file = files.where("twin.toml")
    text = files.text("twin.toml")
    if text is None:
        raise DamagedTwinError(
            "this folder is no twin: it has no twin.toml",
            where=files.where(),
            remedy="give the folder that `twingen build` wrote",
        )
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DamagedTwinError(f"not valid TOML: {error}", where=file) from None
    version = settings.get("format")
    if not isinstance(version, int) or "name" not in settings:
        raise DamagedTwinError("twin.toml lacks `format` or `name`", where=str(file))
    for table in ("aliases", "digests"):
        if not isinstance(settings.get(table, {}), dict):
            raise DamagedTwinError(f"`{table}` is no table", where=str(file))
    if version > FORMAT:
        raise NewerTwinError(
            f"the twin is in format {version}, this twingen reads up to {FORMAT}",
            where=str(file),
            remedy="upgrade twingen: pip install --upgrade twingen",
        )
    return settings


def read_file(
    files: _Files, name: str, kind: str, build: Callable[[Any, Place], _Loaded]
) -> _Loaded | None:
    """Read, check and build one YAML file of a twin; None when it does not exist."""
    text = files.text(name)
    if text is None:
        return None
    where = files.where(name)
    data = load(text, where)
    check(data, kind, file=where, text=text)
    return build(data, Place(file=where))


def load_resource(text: str, file: str, service: str) -> Resource:
    """Return the resource that a unit's text is; raises what loading the twin would."""
    loaded = read_file(
        _Files(None, {file: text.encode()}), file, "resource",
        lambda data, place: shorthand.resource(data, service, place),
    )  # fmt: skip
    assert loaded is not None
    return loaded


def _resources(files: _Files, service: str) -> tuple[tuple[Resource, ...], dict[str, str]]:
    """Read every resources/*.yaml in order of name, and the .py files among them as text."""
    resources: list[Resource] = []
    handlers: dict[str, str] = {}
    for name in files.names("resources", ".yaml"):
        loaded = read_file(
            files, name, "resource", lambda data, place: shorthand.resource(data, service, place)
        )
        assert loaded is not None
        stem = name.removeprefix("resources/").removesuffix(".yaml")
        if loaded.name != stem:
            raise FormatError(
                f"the file is named {stem!r}, its resource {loaded.name!r}",
                where=f"{files.where(name)}:1",
                remedy=f"rename the file to {loaded.name}.yaml",
            )
        resources.append(loaded)
    for name in files.names("resources", ".py"):
        code = files.text(name)
        if code is not None:
            handlers[name.removeprefix("resources/").removesuffix(".py")] = code
    return tuple(resources), handlers


def _once(files: _Files, resources: tuple[Resource, ...]) -> None:
    seen: dict[str, tuple[Resource, Operation]] = {}
    for resource in resources:
        for operation in resource.operations:
            earlier, _ = seen.setdefault(operation.key, (resource, operation))
            if earlier is not resource:
                raise FormatError(
                    f"the operation {operation.key!r} is described twice",
                    where=_line(files, resource, operation),
                    remedy=f"the other one is in {_line(files, earlier, operation)}",
                )


def _known(files: _Files, resources: tuple[Resource, ...], service: Service) -> None:
    """Raise FormatError for the first paging style that service.yaml lacks."""
    for resource in resources:
        for operation in resource.operations:
            if operation.page not in {None, "none", *service.paging}:
                raise FormatError(
                    f"there is no paging style {operation.page!r} (operation {operation.key})",
                    where=_line(files, resource, operation),
                    remedy=f"styles in service.yaml: {', '.join(sorted(service.paging)) or 'none'}",
                )


def _line(files: _Files, resource: Resource, operation: Operation) -> str:
    name = f"resources/{resource.name}.yaml"
    line = line_of(files.text(name) or "", ["operations", operation.key])
    return f"{files.where(name)}:{line}"


def _deviations(data: Any, place: Place) -> tuple[Deviation, ...]:
    return tuple(
        Deviation(
            operation=item["operation"],
            check=item["check"],
            reason=item["reason"],
            evidence=item["evidence"],
        )
        for item in data["deviations"] or ()
    )


def _evidenced(files: _Files, deviations: tuple[Deviation, ...], contract: Contract) -> None:
    """Raise FormatError for the first deviation that is about nothing, or whose evidence is none."""
    document = orjson.loads(files.read("contract.json") or b"{}")
    operations = {operation.key: operation for operation in contract.operations}
    documents = frozenset(one.path for one in contract.documents)
    for number, one in enumerate(deviations):
        operation = operations.get(one.operation)
        if operation is None:
            message, key = f"there is no operation {one.operation!r}", "operation"
        else:
            message, key = unresolved(one.evidence, operation, document, documents), "evidence"
        if message:
            line = line_of(files.text("deviations.yaml") or "", ["deviations", number, key])
            raise FormatError(
                f"the evidence does not resolve: {message}" if operation is not None else message,
                where=f"{files.where('deviations.yaml')}:{line}",
                remedy="a deviation without evidence excuses nothing: mend the entry, or drop it",
            )


def _views(data: Any, place: Place) -> tuple[View, ...]:
    return tuple(
        View(**{**item, "columns": tuple(item.get("columns", ()))}) for item in data["ui"] or ()
    )


def _pages(files: _Files) -> dict[str, bytes]:
    """Return the files of the UI that this twin has of its own, by name."""
    names = [name for suffix in _PAGES for name in files.names("ui", suffix)]
    found = {name: files.read(name) for name in names}
    return {name.removeprefix("ui/"): raw for name, raw in found.items() if raw is not None}
