"""multipart/* bodies taken apart: parts with their headers, contents untouched."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

MOST_PARTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part; `name` and `filename` are those of its Content-Disposition."""

    name: str = ""
    filename: str | None = None
    content_type: str = ""
    content: bytes = b""


class MultipartError(ValueError):
    """The body does not follow its boundary; `offset` is where that showed."""

    def __init__(self, message: str, offset: int = 0):
        super().__init__(message)
        self.offset = offset


def header_parameters(header: str) -> tuple[str, dict[str, str]]:
    """Split `form-data; name="a"` into its value in lower case and its parameters."""
    value, _, rest = header.partition(";")
    found: dict[str, str] = {}
    while rest:
        name, equals, rest = rest.partition("=")
        name = name.strip().strip(";").strip().lower()
        if not equals:
            break
        rest = rest.lstrip()
        if rest[:1] == '"':
            text, rest = _quoted(rest)
            _, _, rest = rest.partition(";")
        else:
            text, _, rest = rest.partition(";")
            text = text.strip()
        found.setdefault(name, text)
    return value.strip().lower(), found


def _quoted(text: str) -> tuple[str, str]:
    out: list[str] = []
    at = 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out), text[at + 1 :]


def parse_multipart(raw: bytes, boundary: str) -> list[Part]:
    """Return the parts of `raw` in order. Raises MultipartError."""
    if not boundary:
        raise MultipartError("the content type names no boundary")
    mark = b"--" + boundary.encode("latin-1", "replace")
    if raw.startswith(mark):
        start = len(mark)
    else:
        start = raw.find(b"\n" + mark) + len(mark) + 1
        if start <= len(mark):
            raise MultipartError(f'boundary "{boundary}" not found')
    parts: list[Part] = []
    while raw[start : start + 2] != b"--":
        line = raw.find(b"\n", start)
        if line < 0:
            raise MultipartError("the body ends inside a boundary", start)
        if len(parts) >= MOST_PARTS:
            raise MultipartError(f"more than {MOST_PARTS} parts", start)
        end = raw.find(b"\n" + mark, line)
        if end < 0:
            raise MultipartError("the last boundary is missing", len(raw))
        content_end = end - 1 if end > line and raw[end - 1 : end] == b"\r" else end
        parts.append(_part(raw, line + 1, max(content_end, line + 1)))
        start = end + 1 + len(mark)
    return parts


def _part(raw: bytes, start: int, end: int) -> Part:
    if raw[start : start + 2] == b"\r\n" or raw[start : start + 1] == b"\n":
        skip = 2 if raw[start : start + 1] == b"\r" else 1
        return Part(content=raw[start + skip : end])
    block = raw[start:end]
    head, found, content = block.partition(b"\r\n\r\n")
    bare_head, bare, bare_content = block.partition(b"\n\n")
    if bare and (not found or len(bare_head) < len(head)):
        head, found, content = bare_head, bare, bare_content
    if not found:
        raise MultipartError("a part without an empty line after its headers", start)
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    _, about = header_parameters(headers.get("content-disposition", ""))
    filename = about.get("filename")
    if "filename*" in about:
        filename = unquote(about["filename*"].rpartition("'")[2])
    return Part(
        name=about.get("name", ""),
        filename=filename,
        content_type=headers.get("content-type", ""),
        content=content,
    )
