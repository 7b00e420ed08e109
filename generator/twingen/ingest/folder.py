"""A folder of documentation → one Contract."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from twingen.contract.diagnostics import Diagnostics
from twingen.contract.model import Contract, Origin
from twingen.errors import DocumentError, NoContractError, UsageError
from twingen.ingest.cache import Cache
from twingen.ingest.conformity import check_examples
from twingen.ingest.files import File, list_files, summaries
from twingen.ingest.merge import Part, merge
from twingen.ingest.parse import parse
from twingen.ingest.reader import Context, Reader
from twingen.ingest.readers import READERS
from twingen.ingest.source import Source, Text

_FORMATS = "OpenAPI 3, Swagger 2.0, Google Discovery and Postman 2.1 documents"


def read_folder(
    folder: Path,
    *,
    diagnostics: Diagnostics,
    cache: Path | None = None,
    on_event: Callable[[str], None] | None = None,
    advice: bool = False,
    beside: Mapping[str, bytes] | None = None,
) -> Contract:
    """Read every contract in `folder` (or the file `folder`) into one.

    Trouble in documents goes to `diagnostics`. Raises UsageError for a folder that cannot be read,
    NoContractError where there is no contract, DocumentError where the only contract is broken.
    `advice` adds what openapi-spec-validator says, which takes seconds and decides nothing.
    `beside` are documents by name that are read with those of the folder.
    """
    if not folder.exists():
        raise UsageError(
            f"no such folder: {folder}", remedy="--docs takes a folder of documentation, or a file."
        )
    with TemporaryDirectory(prefix="twingen-") as home:
        more = [_placed(Path(home), name, content) for name, content in (beside or {}).items()]
        return _read(folder, more, diagnostics, cache, on_event, advice)


def _placed(home: Path, name: str, content: bytes) -> File:
    place = home / name
    place.write_bytes(content)
    return File(name, place, len(content))


def _read(
    folder: Path, more: list[File], diagnostics: Diagnostics, cache: Path | None,
    on_event: Callable[[str], None] | None, advice: bool,
) -> Contract:  # fmt: skip
    local = Diagnostics()
    files = [*list_files(folder, local), *more]
    if not files:
        raise UsageError(
            f"the folder {folder} is empty", remedy="--docs takes a folder of documentation."
        )
    store = Cache(cache)
    digest = sha256(repr([(f.path, f.sha256) for f in files] + [advice]).encode()).hexdigest()
    known = store.contract(digest)
    if known is not None:
        contract, items = known
    else:
        with _no_collector():
            ingestion = _Ingestion(folder, files, local, store, on_event, advice)
            contract = ingestion.run()
        items = list(local)
        if ingestion.alone:
            store.keep_contract(digest, contract, items)
    for item in items:
        diagnostics.add(item.level, item.code, item.message, item.origin, left_out=item.left_out)
    return contract


@contextmanager
def _no_collector() -> Iterator[None]:
    """Pause the cycle collector: reading makes millions of values and no garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(slots=True)
class _Ingestion:
    folder: Path
    files: list[File]
    diagnostics: Diagnostics
    cache: Cache
    on_event: Callable[[str], None] | None
    advice: bool
    _sources: dict[str, Source | None] = field(default_factory=dict)
    _broken: list[DocumentError] = field(default_factory=list)
    _opened: set[str] = field(default_factory=set)
    _by_path: dict[str, File] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether nothing was read beyond the listed files, so that these decide the result."""
        return self._opened <= {file.path for file in self.files}

    def __post_init__(self) -> None:
        self._by_path.update((file.path, file) for file in self.files)

    def run(self) -> Contract:
        recognised: list[tuple[Source, Reader]] = []
        others: list[File] = []
        for file in self.files:
            found = self._recognise(file)
            if found is None:
                others.append(file)
            else:
                recognised.append(found)
        parts = self._read(recognised)
        unknown = [f for f in others if f.path not in self._opened and not self._is_broken(f.path)]
        if not any(part.contract.operations for part in parts):
            self._refuse(parts, unknown)
        for error in self._broken:
            document, _, line = (error.where or "").rpartition(":")
            self.diagnostics.add(
                "error",
                "unreadable-document",
                error.message,
                Origin(document=document, line=int(line) if line.isdigit() else None),
                left_out="the document",
            )
        for place, label in summaries(unknown):
            self.diagnostics.add("note", "not-a-contract", label, Origin(document=place))
        self._event(f"merging {len(parts)} documents" if len(parts) > 1 else "contract read")
        return merge(parts, self.diagnostics)

    def _event(self, text: str) -> None:
        if self.on_event is not None:
            self.on_event(text)

    def _recognise(self, file: File) -> tuple[Source, Reader] | None:
        if not file.looks_like_contract:
            return None
        if file.too_large:
            self.diagnostics.add(
                "error",
                "too-large",
                f"the file looks like a contract but has {file.size // 1_000_000} MB",
                Origin(document=file.path),
                left_out="the document",
            )
            return None
        self._event(f"reading {file.path}")
        try:
            source = self._source(file)
        except DocumentError as error:
            self._broken.append(error)
            return None
        if isinstance(source.data, dict):
            for reader in READERS:
                if reader.recognises(source.data):
                    return source, reader
        return None

    def _is_broken(self, path: str) -> bool:
        return any((error.where or "").startswith(f"{path}:") for error in self._broken)

    def _source(self, file: File) -> Source:
        known = self._sources.get(file.path)
        if known is not None:
            return known
        parsed = self.cache.parsed(file.sha256)
        if parsed is None:
            parsed = parse(file.content, file.path)
            if file.looks_like_contract:
                self.cache.keep_parsed(file.sha256, parsed)
        for pointer, line in parsed.repeated:
            self.diagnostics.add(
                "warning",
                "repeated-key",
                "the key is given twice; the last one counts",
                Origin(document=file.path, pointer=pointer, line=line),
                left_out="what the first one says",
            )
        source = Source(
            path=file.path,
            data=parsed.data,
            text=Text(file.content, parsed),
            sha256=file.sha256,
        )
        self._sources[file.path] = source
        return source

    def _open(self, path: str) -> Source | None:
        """Return another file of the folder that a reference names, None if there is none."""
        file = self._by_path.get(path)
        if file is None and self.folder.is_file():  # a single file may refer to its neighbours
            place = self.folder.parent / path
            inside = place.resolve().is_relative_to(self.folder.parent.resolve())
            if inside and place.is_file():
                file = self._by_path[path] = File(path, place, place.stat().st_size)
        if file is None or file.too_large:
            return None
        self._opened.add(path)
        try:
            return self._source(file)
        except DocumentError as error:
            if not self._is_broken(path):
                self._broken.append(error)
            return None

    def _read(self, recognised: list[tuple[Source, Reader]]) -> list[Part]:
        parts: list[Part] = []
        heard: list[Diagnostics] = []
        for source, reader in recognised:
            context = Context(diagnostics=Diagnostics(), open=self._open)
            contract = reader.read(source, context)
            check_examples(contract, context.diagnostics)
            parts.append(Part(contract, tuple(context.hosts), frozenset(context.path_items)))
            heard.append(context.diagnostics)
            if self.advice:
                from twingen.ingest.advice import advise

                context.diagnostics.items.extend(advise(source.data, source=source))
        # What another document pulls in is a part of that one, not a contract of its own.
        pulled: set[str] = set()
        for part in parts:
            if part.path not in pulled:
                pulled |= part.path_items - {part.path}
        kept: list[Part] = []
        for part, said in zip(parts, heard, strict=True):
            alone = bool(part.contract.operations) or part.path not in self._opened
            if part.path in pulled or not alone:
                continue
            kept.append(part)
            for item in said:
                self.diagnostics.add(item.level, item.code, item.message, item.origin,
                                     left_out=item.left_out)  # fmt: skip
        return kept

    def _refuse(self, parts: list[Part], unknown: list[File]) -> None:
        if self._broken:
            raise self._broken[0]
        found = [f"{place}: {label}" for place, label in summaries(unknown)]
        found += [f"{part.path}: describes no operation" for part in parts]
        listed = "".join(f"\n    {line}" for line in found[:20])
        if len(found) > 20:
            listed += f"\n    and {len(found) - 20} more"
        raise NoContractError(
            f"no contract in {self.folder}; found:{listed}",
            remedy=f"twingen reads {_FORMATS}.",
        )
