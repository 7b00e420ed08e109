"""A twin on disk → Twin."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import orjson

from twingen.contract.document import load as load_contract
from twingen.errors import DamagedTwinError, FormatError, NewerTwinError
from twingen.twin import shorthand
from twingen.twin.format import check
from twingen.twin.lock import load_lock
from twingen.twin.model import FORMAT, Deviation, Operation, Place, Resource, Twin
from twingen.twin.yaml import line_of, load

_Loaded = TypeVar("_Loaded")


def load_twin(path: Path) -> Twin:
    """Read the twin in folder `path`.

    Raises DamagedTwinError when a file is missing or does not parse, FormatError when one breaks
    the format, NewerTwinError when the twin was written by a newer twingen.
    """
    settings = _settings(path)
    name = str(settings["name"])
    contract_file = path / "contract.json"
    try:
        contract = load_contract(orjson.loads(contract_file.read_bytes()))
    except FileNotFoundError:
        raise DamagedTwinError(
            "contract.json is missing", where=str(path), remedy="build the twin again"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedTwinError(
            f"contract.json does not hold a contract: {error}",
            where=str(contract_file),
            remedy="build the twin again",
        ) from None
    service = read_file(path / "service.yaml", "service", shorthand.service)
    if service is None:
        raise DamagedTwinError(
            "service.yaml is missing", where=str(path), remedy="build the twin again"
        )
    resources, handlers = read_resources(path, name)
    _once(resources)
    seeds = read_file(path / "seed.yaml", "seed", lambda data, _: shorthand.seeds(data)) or ()
    deviations = read_file(path / "deviations.yaml", "deviations", _deviations) or ()
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
        lock=load_lock(path),
        handlers=handlers,
        digests={str(k): str(v) for k, v in settings.get("digests", {}).items()},
        path=path,
    )


def _settings(path: Path) -> dict[str, Any]:
    file = path / "twin.toml"
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DamagedTwinError(
            "this folder is no twin: it has no twin.toml",
            where=str(path),
            remedy="give the folder that `twingen build` wrote",
        ) from None
    except NotADirectoryError:
        raise DamagedTwinError("this is a file, not a twin's folder", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DamagedTwinError(f"not valid TOML: {error}", where=str(file)) from None
    version = settings.get("format")
    if not isinstance(version, int) or "name" not in settings:
        raise DamagedTwinError("twin.toml lacks `format` or `name`", where=str(file))
    if version > FORMAT:
        raise NewerTwinError(
            f"the twin is in format {version}, this twingen reads up to {FORMAT}",
            where=str(file),
            remedy="upgrade twingen: pip install --upgrade twingen",
        )
    return settings


def read_file(
    file: Path, kind: str, build: Callable[[Any, Place], _Loaded]
) -> _Loaded | None:
    """Read, check and build one YAML file of a twin; None when it does not exist."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise DamagedTwinError(f"not UTF-8: {error.reason}", where=str(file)) from None
    data = load(text, str(file))
    check(data, kind, file=str(file), text=text)
    return build(data, Place(file=str(file)))


def read_resources(path: Path, service: str) -> tuple[tuple[Resource, ...], dict[str, str]]:
    """Read every resources/*.yaml in order of name, and the .py files beside them as text."""
    resources: list[Resource] = []
    handlers: dict[str, str] = {}
    for file in sorted((path / "resources").glob("*.yaml")):
        loaded = read_file(
            file, "resource", lambda data, place: shorthand.resource(data, service, place)
        )
        assert loaded is not None
        if loaded.name != file.stem:
            raise FormatError(
                f"the file is named {file.stem!r}, its resource {loaded.name!r}",
                where=f"{file}:1",
                remedy=f"rename the file to {loaded.name}.yaml",
            )
        resources.append(loaded)
        code = file.with_suffix(".py")
        if code.exists():
            handlers[loaded.name] = code.read_text(encoding="utf-8")
    return tuple(resources), handlers


def _once(resources: tuple[Resource, ...]) -> None:
    seen: dict[str, Operation] = {}
    for resource in resources:
        for operation in resource.operations:
            earlier = seen.setdefault(operation.key, operation)
            if earlier is not operation:
                raise FormatError(
                    f"the operation {operation.key!r} is described twice",
                    where=_line(operation),
                    remedy=f"the other one is in {_line(earlier)}",
                )


def _line(operation: Operation) -> str:
    if operation.place is None:
        return ""
    text = Path(operation.place.file).read_text(encoding="utf-8")
    return f"{operation.place.file}:{line_of(text, ['operations', operation.key])}"


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
