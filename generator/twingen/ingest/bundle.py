"""A document in many files → one document whose references all stay inside.

A schema in another file becomes a named schema; everything else (path items, parameters,
responses, examples) is put where the reference stood. The name of a schema is that under which the
root document lists it, else the last word of the reference's pointer, else the file's stem; a name
that is taken gets the file's stem before it, then its folder's, then a number.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from twingen.contract.schemas import LISTS, MAPS, ONE
from twingen.ingest.pointers import MISSING, escape, join, lookup, of_fragment, split
from twingen.ingest.reader import Context
from twingen.ingest.source import Source

Json = dict[str, Any]

_EXTERNAL = re.compile(rb"\$ref[\"']?\s*:\s*[\"']?[^#\"'\s{\[]")
_SCHEMA_MAPS = MAPS | {"definitions"}
_NAMED = frozenset(
    {"responses", "headers", "content", "requestBodies", "securitySchemes", "callbacks", "links",
     "pathItems", "parameters", "encoding", "variables"}
)  # fmt: skip
_DATA = frozenset({"example", "default", "enum", "const", "value", "mapping", "scopes"})
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")

Target = tuple[str, str]  # path of a file, JSON pointer in it


def bundle(source: Source, context: Context, home: str) -> Source:
    """Return `source` with what it refers to in other files; named schemas stand at `home`."""
    if not isinstance(source.data, dict) or not _EXTERNAL.search(source.text.content):
        return source
    return _Bundling(source, context, home).run()


@dataclass(slots=True)
class _Bundling:
    root: Source
    context: Context
    home: str
    _names: dict[Target, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _queue: deque[tuple[Target, Source, str]] = field(default_factory=deque)
    _moved: dict[str, tuple[Source, str]] = field(default_factory=dict)
    _inlined: dict[tuple[Target, str], Any] = field(default_factory=dict)
    _open: list[Target] = field(default_factory=list)

    def run(self) -> Source:
        self._moved[""] = (self.root, "")
        schemas = lookup(self.root.data, self.home)
        schemas = schemas if isinstance(schemas, dict) else {}
        self._taken.update(schemas)
        listed = dict(self._listed(schemas))
        data = self._object(self.root.data, self.root, "", "")
        named: Json = {}
        for name, schema in schemas.items():
            pointer = join(self.home, name)
            if name in listed:
                found, there = listed[name]
                schema = self._schema(lookup(found.data, there), found, pointer)
                self._moved[pointer] = (found, there)
            else:
                schema = self._schema(schema, self.root, pointer)
            named[name] = schema
        while self._queue:
            (_, there), found, name = self._queue.popleft()
            pointer = join(self.home, name)
            self._moved[pointer] = (found, there)
            named[name] = self._schema(lookup(found.data, there), found, pointer)
        return replace(self.root, data=_with(data, split(self.home), named), moved=self._moved)

    def _listed(self, schemas: Json) -> Iterator[tuple[str, tuple[Source, str]]]:
        """Yield the root's schemas that are no more than a reference to another file."""
        for name, schema in schemas.items():
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(reference, str) or reference.startswith("#") or len(schema) > 1:
                continue
            target = self._target(reference, self.root, join(self.home, name))
            if target is None or target[0].path == self.root.path:
                continue
            key = (target[0].path, target[1])
            if key not in self._names:
                self._names[key] = name
                yield name, target

    # References

    def _target(self, reference: str, base: Source, pointer: str) -> tuple[Source, str] | None:
        """Return the file and pointer of a reference, None if they cannot be had (said why)."""
        path, _, _ = reference.partition("#")
        there = of_fragment(reference).rstrip("/")
        if not path:
            found: Source | None = base
        elif re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", path):
            self._refuse("remote-reference", f"{reference} is not in the folder; twingen fetches "
                         "nothing", base, pointer)  # fmt: skip
            return None
        else:
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(base.path), unquote(path)))
            if joined.startswith(("../", "/")) or joined == "..":
                self._refuse("outside-folder", f"{reference} leads out of the documentation folder",
                             base, pointer)  # fmt: skip
                return None
            found = self.root if joined == self.root.path else self.context.open(joined)
        if found is None or lookup(found.data, there) is MISSING:
            return None
        return found, there

    def _refuse(self, code: str, message: str, base: Source, pointer: str) -> None:
        self.context.diagnostics.add("warning", code, message, self._origin(pointer),
                                     left_out="what it refers to")  # fmt: skip

    def _origin(self, pointer: str) -> Any:
        return replace(self.root, moved=self._moved).origin(pointer)

    def _named(self, source: Source, there: str) -> str:
        """Return the reference to a schema of a file, giving it a name at the first time."""
        if source is self.root:
            return f"#{there}"
        target = (source.path, there)
        if target not in self._names:
            name = self._free(source.path, there)
            self._taken.add(name)
            self._names[target] = name
            self._queue.append((target, source, name))
        return "#" + join(self.home, self._names[target])

    def _free(self, path: str, there: str) -> str:
        folder, file = posixpath.split(path)
        stem = file.partition(".")[0] or file
        word = split(there)[-1] if there else stem
        names = [word, f"{stem}_{word}" if there else "", f"{posixpath.basename(folder)}_{stem}"]
        if there:
            names[2] += f"_{word}"
        legal = [_ILLEGAL.sub("_", name).strip("_") for name in names if name]
        for name in legal:
            if name and name not in self._taken:
                return name
        count = 2
        while f"{legal[-1]}_{count}" in self._taken:
            count += 1
        return f"{legal[-1]}_{count}"

    # The walk: `pointer` is the place in the bundled document

    def _schema(self, node: Any, base: Source, pointer: str) -> Any:
        if not isinstance(node, dict):
            return node
        found: Json = {}
        for key, value in node.items():
            inner = f"{pointer}/{key}"
            if key == "$ref" and isinstance(value, str):
                found[key] = self._schema_reference(value, base, pointer)
            elif key in _SCHEMA_MAPS and isinstance(value, dict):
                found[key] = {
                    name: self._schema(child, base, f"{inner}/{escape(name)}")
                    for name, child in value.items()
                }
            elif (key in LISTS and isinstance(value, list)) or key == "items":
                found[key] = (
                    [self._schema(child, base, f"{inner}/{i}") for i, child in enumerate(value)]
                    if isinstance(value, list)
                    else self._schema(value, base, inner)
                )
            elif key in ONE:
                found[key] = self._schema(value, base, inner)
            elif key == "discriminator" and isinstance(value, dict):
                found[key] = self._discriminator(value, base, inner)
            else:
                found[key] = value
        return found

    def _schema_reference(self, reference: str, base: Source, pointer: str) -> str:
        if base is self.root and reference.startswith("#"):
            return reference
        target = self._target(reference, base, pointer)
        if target is None:  # reported when the schema is read
            return f"{base.path}{reference}" if reference.startswith("#") else reference
        return self._named(*target)

    def _discriminator(self, raw: Json, base: Source, pointer: str) -> Json:
        mapping = raw.get("mapping")
        if not isinstance(mapping, dict):
            return raw
        read = {
            tag: self._schema_reference(target, base, pointer)
            if isinstance(target, str) and ("#" in target or "/" in target or "." in target)
            else target
            for tag, target in mapping.items()
        }
        return {**raw, "mapping": read}

    def _object(self, node: Any, base: Source, pointer: str, kind: str) -> Any:
        """Walk anything but a schema; `kind` is the key under which it stands."""
        if isinstance(node, list):
            return [
                self._object(child, base, f"{pointer}/{i}", kind) for i, child in enumerate(node)
            ]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            return self._inline(node, base, pointer, kind)
        found: Json = {}
        for key, value in node.items():
            inner = f"{pointer}/{escape(key)}"
            if inner == self.home or key in _DATA or key.startswith("x-"):
                found[key] = value
            elif key == "schema":
                found[key] = self._schema(value, base, inner)
            elif key == "examples":
                found[key] = self._examples(value, base, inner)
            elif (key in _NAMED or key == "paths") and isinstance(value, dict):
                found[key] = self._names_of(value, base, inner, key)
            else:
                found[key] = self._object(value, base, inner, key)
        return found

    def _names_of(self, value: Json, base: Source, pointer: str, kind: str) -> Json:
        if isinstance(value.get("$ref"), str):  # the whole mapping stands in another file
            value = self._inline(value, base, pointer, kind)
            return value if isinstance(value, dict) else {}
        return {
            name: self._object(child, base, f"{pointer}/{escape(name)}", kind)
            for name, child in value.items()
        }

    def _examples(self, value: Any, base: Source, pointer: str) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: self._inline(child, base, f"{pointer}/{escape(name)}", "examples")
            if isinstance(child, dict) and isinstance(child.get("$ref"), str)
            else child
            for name, child in value.items()
        }

    def _inline(self, node: Json, base: Source, pointer: str, kind: str) -> Any:
        reference = node["$ref"]
        if base is self.root and reference.startswith("#"):
            return node
        target = self._target(reference, base, pointer)
        if target is None:
            shown = f"{base.path}{reference}" if reference.startswith("#") else reference
            return {**node, "$ref": shown}
        source, there = target
        key = (source.path, there)
        if source is self.root:
            return {**node, "$ref": f"#{there}"}
        if kind == "paths":
            self.context.path_items.add(source.path)
        self._moved[pointer] = (source, there)
        if (key, kind) not in self._inlined:
            if key in self._open:
                return {**node, "$ref": f"{source.path}#{there}"}
            self._open.append(key)
            whole = lookup(source.data, there)
            walk = self._names_of if kind in _NAMED and _is_map(whole, kind) else self._object
            self._inlined[key, kind] = walk(whole, source, pointer, kind)
            self._open.pop()
        found = self._inlined[key, kind]
        siblings = {k: v for k, v in node.items() if k != "$ref"}
        return {**found, **siblings} if siblings and isinstance(found, dict) else found


def _is_map(node: Any, kind: str) -> bool:
    """Whether a whole `responses` or `content` mapping was referred to, not one entry of it."""
    return isinstance(node, dict) and kind in ("responses", "content") and all(
        isinstance(value, dict) for value in node.values()
    )  # fmt: skip


def _with(data: Json, path: tuple[str, ...], value: Any) -> Json:
    """Return `data` with `value` at `path`, the mappings on the way created where missing."""
    if not path:
        return value  # type: ignore[no-any-return]
    inner = data.get(path[0])
    return {**data, path[0]: _with(inner if isinstance(inner, dict) else {}, path[1:], value)}
