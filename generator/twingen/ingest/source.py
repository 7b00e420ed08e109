"""A file that was read, and where each of its values stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from twingen.contract.model import Origin
from twingen.ingest.lines import json_lines, yaml_line
from twingen.ingest.parse import Parsed, compose


class Text:
    """The text of a file; lines of deep pointers are computed when first asked for."""

    def __init__(self, content: bytes, parsed: Parsed) -> None:
        self.content = content
        self._shallow = parsed.lines
        if parsed.node is not None:
            self._index = parsed.node

    def line(self, pointer: str) -> int | None:
        """Return the line of `pointer` or of its nearest parent that has one."""
        if not pointer:
            return 1
        if pointer in self._shallow:
            return self._shallow[pointer]
        if isinstance(self._index, dict):
            while pointer and pointer not in self._index:
                pointer = pointer.rpartition("/")[0]
            index: dict[str, int] = self._index
            return index.get(pointer, 1)
        return yaml_line(self._index, pointer)

    @cached_property
    def _index(self) -> Any:
        text = self.content.decode("utf-8-sig", "replace")
        if text.lstrip()[:1] in ("{", "["):
            return json_lines(text, None)[0]
        try:
            return compose(text)
        except Exception:  # the text was parsed once; a line is not worth an error
            return {}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A parsed document. `moved` says which parts of `data` were written elsewhere.

    A bundled or converted document has other pointers than the files that it was made from:
    `moved` maps a pointer, and with it all below, to a source and a pointer there.
    """

    path: str
    data: Any
    text: Text
    sha256: str = ""
    moved: Mapping[str, tuple[Source, str]] = field(default_factory=dict, repr=False)

    def origin(self, pointer: str = "") -> Origin:
        if self.moved:
            prefix = pointer
            while prefix and prefix not in self.moved:
                prefix = prefix.rpartition("/")[0]
            if prefix in self.moved:
                source, there = self.moved[prefix]
                return source.origin(there + pointer[len(prefix) :])
        return Origin(document=self.path, pointer=pointer, line=self.text.line(pointer))

    def converted(self, data: Any, moved: Mapping[str, str]) -> Source:
        """Return this source with other data; what `moved` does not name kept its pointer."""
        entries = {new: (self, old) for new, old in moved.items()}
        return replace(self, data=data, moved={"": (self, ""), **entries})
