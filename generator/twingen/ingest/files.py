"""What lies in a documentation folder, judged by content and never by name."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from twingen.contract.diagnostics import Diagnostics
from twingen.contract.model import Origin

# A larger file is not read: no vendor's contract comes near, and YAML takes half a second per MB.
SIZE_LIMIT = 48 * 1024 * 1024
_HEAD = 64 * 1024
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})

_VERSION = rb"\s*[\"']?v?[0-9][0-9.]*"
_CONTRACT_YAML = re.compile(rb"^[\"']?(?:openapi|swagger|discoveryVersion)[\"']?:" + _VERSION, re.M)
_CONTRACT_JSON = re.compile(rb'[{,]\s{0,200}"(?:openapi|swagger|discoveryVersion)"\s*:' + _VERSION)
_POSTMAN = re.compile(rb"schema\.(?:get)?postman\.com/.{0,80}/v2\.[01]")
_FENCE = re.compile(rb"^(?:```|~~~)", re.M)
_YAML_LABELS = (
    (re.compile(rb"^[\"']?asyncapi[\"']?:\s*[\"']?([0-9.]+)", re.M),
     "AsyncAPI {} document: no reader"),
    (re.compile(rb"^[\"']?arazzo[\"']?:\s*[\"']?([0-9.]+)", re.M),
     "Arazzo {} document: no contract"),
    (re.compile(rb"^[\"']?overlay[\"']?:\s*[\"']?([0-9.]+)", re.M),
     "Overlay {} document: no contract"),
    (re.compile(rb"\A#%RAML"), "RAML document: no reader"),
)  # fmt: skip
_JSON_LABELS = (
    (re.compile(rb'"asyncapi"\s*:\s*"([0-9.]+)"'), "AsyncAPI {} document: no reader"),
    (re.compile(rb'"arazzo"\s*:\s*"([0-9.]+)"'), "Arazzo {} document: no contract"),
    (re.compile(rb'"overlay"\s*:\s*"([0-9.]+)"'), "Overlay {} document: no contract"),
    (re.compile(rb"schema\.getpostman\.com"), "Postman collection of an older version: no reader"),
    (re.compile(rb'"\$schema"\s*:\s*"[^"]*json-schema\.org'), "JSON Schema: no contract"),
    (re.compile(rb'"log"\s*:\s*\{[^}]{0,2000}"creator"'), "HTTP archive: no contract"),
)
_XML_LABELS = (
    (re.compile(rb"<(?:\w+:)?definitions[^>]{0,2000}wsdl"), "WSDL document: no reader"),
    (re.compile(rb"<(?:\w+:)?Edmx"), "OData CSDL document: no reader"),
)
_PLURALS = {
    "JSON document that is no contract": "JSON documents that are no contract",
    "page of text": "pages of text",
    "HTML page": "HTML pages",
    "binary file": "binary files",
    "XML document: no reader": "XML documents: no reader",
    "empty file": "empty files",
    "JSON Schema: no contract": "JSON Schemas: no contract",
}


@dataclass(frozen=True)
class File:
    """A regular file; `path` is relative to the folder, with slashes."""

    path: str
    place: Path
    size: int

    @cached_property
    def content(self) -> bytes:
        """Its bytes, or only their head if it is too large to be read."""
        with self.place.open("rb") as stream:
            return stream.read(_HEAD if self.too_large else -1)

    @property
    def too_large(self) -> bool:
        return self.size > SIZE_LIMIT

    @cached_property
    def sha256(self) -> str:
        digest = hashlib.sha256(self.content)
        if self.too_large:
            digest.update(str(self.size).encode())
        return digest.hexdigest()

    @cached_property
    def looks_like_contract(self) -> bool:
        content = self.content
        if _is_binary(content):
            return False
        head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if head == b"{":
            return bool(_CONTRACT_JSON.search(content) or _POSTMAN.search(content))
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return b"o\0p\0e\0n\0a\0p\0i" in content or b"s\0w\0a\0g\0g\0e\0r" in content
        match = _CONTRACT_YAML.search(content.removeprefix(b"\xef\xbb\xbf"))
        return match is not None and _FENCE.search(content, 0, match.start()) is None

    @cached_property
    def label(self) -> str:
        """What the file is, where no reader takes it."""
        content = self.content
        if not content.strip():
            return "empty file"
        if _is_binary(content):
            return "binary file"
        head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
        if head.startswith((b"<!doctype html", b"<html")):
            return "HTML page"
        if head[:1] in (b"{", b"["):
            return _label(_JSON_LABELS, content) or "JSON document that is no contract"
        if head[:1] == b"<":
            return _label(_XML_LABELS, content) or "XML document: no reader"
        match = _FENCE.search(content)
        return _label(_YAML_LABELS, content[: match.start() if match else None]) or "page of text"


def _label(labels: Iterable[tuple[re.Pattern[bytes], str]], content: bytes) -> str | None:
    for pattern, label in labels:
        match = pattern.search(content)
        if match:
            return label.format(match[1].decode() if pattern.groups else "")
    return None


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:4096] and content[:2] not in (b"\xff\xfe", b"\xfe\xff")


def list_files(folder: Path, diagnostics: Diagnostics) -> list[File]:
    """Return the regular files of `folder` by path; a link that leads out of it is refused."""
    if folder.is_file():
        return [File(folder.name, folder, folder.stat().st_size)]
    root = folder.resolve()
    found: list[File] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        for name in [*folders, *sorted(names)]:
            place = Path(here, name)
            path = place.relative_to(folder).as_posix()
            if place.is_symlink() and not place.resolve().is_relative_to(root):
                diagnostics.add(
                    "warning",
                    "outside-folder",
                    "the link leads out of the documentation folder",
                    Origin(document=path),
                    left_out="what it leads to",
                )
                continue
            if name not in folders and place.is_file():
                found.append(File(path, place, place.stat().st_size))
    return sorted(found, key=lambda file: file.path)


def summaries(files: Iterable[File]) -> list[tuple[str, str]]:
    """Return what `files` are, counted by folder: [("slack/methods", "322 JSON documents ...")]."""
    counts: Counter[tuple[str, str]] = Counter()
    single: dict[tuple[str, str], str] = {}
    for file in files:
        key = (_group(file.path), file.label)
        counts[key] += 1
        single[key] = file.path
    return sorted(
        (single[group, label], label) if count == 1 else (group, f"{count} {_plural(label)}")
        for (group, label), count in counts.items()
    )


def _group(path: str) -> str:
    parts = PurePosixPath(path).parts
    return "/".join(parts[:-1][:2]) or "."


def _plural(label: str) -> str:
    if label in _PLURALS:
        return _PLURALS[label]
    head, colon, tail = label.partition(":")
    return f"{head}s{colon}{tail}"
