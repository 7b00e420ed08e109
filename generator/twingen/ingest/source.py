"""A file that was read, and where each of its values stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from twingen.contract.model import Origin
from twingen.ingest.lines import json_lines, yaml_line
from twingen.ingest.parse import compose


class Text:
    """The text of a file; lines of deep pointers are computed when first asked for."""

    def __init__(self, content: bytes, shallow: dict[str, int]) -> None:
        self._content = content
        self._shallow = shallow

    def line(self, pointer: str) -> int | None:
        """Return the line of `pointer` or of its nearest parent that has one."""
        if not pointer:
            return 1
        if pointer in self._shallow:
            return self._shallow[pointer]
        if isinstance(self._index, dict):
            while pointer and pointer not in self._index:
                pointer = pointer.rpartition("/")[0]
            return self._index.get(pointer, 1)
        return yaml_line(self._index, pointer)

    @cached_property
    def _index(self) -> Any:
        text = self._content.decode("utf-8-sig", "replace")
        if text.lstrip()[:1] in ("{", "["):
            return json_lines(text, None)[0]
        try:
            return compose(text)
        except Exception:  # the text was parsed once; a line is not worth an error
            return {}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A parsed document. `moved` says which parts of `data` were written elsewhere.

    A bundled or converted document has other pointers than the files that it was made from: an
    entry (pointer, source, pointer there) of `moved` maps what is below the first to the last.
    """

    path: str
    data: Any
    text: Text
    sha256: str = ""
    moved: tuple[tuple[str, Source, str], ...] = field(default=(), repr=False)

    def origin(self, pointer: str = "") -> Origin:
        best = -1
        found: tuple[str, Source, str] | None = None
        for entry in self.moved:
            prefix = entry[0]
            if len(prefix) > best and (pointer == prefix or pointer.startswith(prefix + "/")):
                best, found = len(prefix), entry
        if found is not None:
            prefix, source, there = found
            return source.origin(there + pointer[len(prefix) :])
        return Origin(document=self.path, pointer=pointer, line=self.text.line(pointer))

    def converted(self, data: Any, moved: tuple[tuple[str, str], ...] = ()) -> Source:
        """Return this source with other data; what `moved` does not name kept its pointer."""
        entries = tuple((new, self, old) for new, old in moved)
        return replace(self, data=data, moved=(("", self, ""), *entries))
