"""Files: made, read, changed, copied, exported."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from typing import Any

from twin.search import compile_query

from twingen.runtime.handlers import Reply
from twingen.runtime.refusal import Unwritten

FOLDER = "application/vnd.google-apps.folder"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
# What clients may set; the rest of a body that is documented as read-only is passed over.
_SENT = (
    "id", "name", "mimeType", "description", "starred", "trashed", "parents", "properties", "appProperties",
    "createdTime", "modifiedTime", "viewedByMeTime", "originalFilename", "folderColorRgb", "shortcutDetails",
    "writersCanShare", "copyRequiresWriterPermission", "viewersCanCopyContent",
)  # fmt: skip
# Changes of these alone leave modifiedTime as it is.
_QUIET = frozenset({"trashed", "starred", "viewedByMeTime"})


def create(scope: Any) -> Any:
    data = _sent(scope)
    if data.get("trashed"):
        data["explicitlyTrashed"] = True
    parents = data.pop("parents", None) or [scope.root]
    data["parents"] = [_folder(scope, parent).id for parent in parents]
    if scope.media is not None:
        data.setdefault(
            "mimeType", scope.media.content_type.partition(";")[0] or "application/octet-stream"
        )
    elif _google(data.get("mimeType")) is False:
        data = {**data, "size": "0"}
    if scope.media is not None and _google(data["mimeType"]):
        raise Unwritten("importing content into a document of Google's own types has no behaviour")
    if "id" in data and scope.get("file", data["id"]) is not None:
        raise scope.fail("conflict", id=data["id"])
    file = scope.create("file", data)
    return _filled(scope, file)


def get(scope: Any) -> Any:
    alt = scope.query.get("alt") or "json"
    if alt == "media":
        content = scope.get("content", scope.file.id)
        if _google(scope.file.data["mimeType"]):
            raise scope.fail("no_bytes")
        raw = b"" if content is None else base64.b64decode(content.data["base64"])
        return Reply(raw, content_type=scope.file.data["mimeType"])
    return scope.file


def update(scope: Any) -> Any:
    data, file = _sent(scope), scope.file
    if "parents" in data or "id" in data:
        raise scope.fail("not_writable")
    changed = {**file.data, **data}
    for name in ("properties", "appProperties"):
        if isinstance(data.get(name), dict):
            merged = {**(file.data.get(name) or {}), **data[name]}
            changed[name] = {key: value for key, value in merged.items() if value is not None}
    if "trashed" in data:
        changed["explicitlyTrashed"] = changed["trashed"] = bool(data["trashed"])
    parents = list(file.data.get("parents") or [scope.root])
    gone = {_folder(scope, each).id for each in _listed(scope.query.get("removeParents"))}
    added = [_folder(scope, each).id for each in _listed(scope.query.get("addParents"))]
    if gone or added:
        changed["parents"] = [each for each in parents if each not in gone and not added] + added
    if scope.media is not None and _google(changed["mimeType"]):
        raise Unwritten("importing content into a document of Google's own types has no behaviour")
    if scope.media is not None or (data.keys() - _QUIET and "modifiedTime" not in data):
        changed["modifiedTime"] = scope.do_iso(scope.epoch)
    return _filled(scope, scope.write(file, changed))


def copy(scope: Any) -> Any:
    source = scope.file
    if source.data["mimeType"] == FOLDER:
        raise scope.fail("cannot_copy")
    kept = {name: value for name, value in source.data.items() if name in _SENT and name not in {
        "id", "createdTime", "modifiedTime", "trashed", "viewedByMeTime", "starred"}}  # fmt: skip
    given = {"name": f"Copy of {source.data['name']}", **_sent(scope)}
    data = {
        **kept,
        **given,
        "size": source.data.get("size"),
        "md5Checksum": source.data.get("md5Checksum"),
    }
    data["parents"] = [_folder(scope, parent).id for parent in data.get("parents") or [scope.root]]
    made = scope.create("file", {name: value for name, value in data.items() if value is not None})
    content = scope.get("content", source.id)
    if content is not None:
        scope.create("content", content.data, file=made)
    if data["mimeType"] == SPREADSHEET:
        _copy_spreadsheet(scope, source, made)
    return made


def export(scope: Any) -> Any:
    mime = scope.query.get("mimeType")
    if not mime:
        raise scope.fail("required", field="mimeType")
    kind = scope.file.data["mimeType"]
    if not _google(kind) or kind == FOLDER:
        raise scope.fail("not_exportable")
    if (kind, mime) != (SPREADSHEET, "text/csv"):
        raise Unwritten(f"exporting {kind} as {mime} has no behaviour")
    sheets = scope.all("sheet", spreadsheet=scope.file.id)
    first = min(sheets, key=lambda sheet: (sheet.data["properties"].get("index", 0), sheet.seq))
    rows = [
        [(cell or {}).get("formattedValue", "") for cell in row or ()]
        for row in scope.get("grid", first.id).data.get("rows") or ()
    ]
    width = max((len(row) for row in rows), default=0)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [*row, *[""] * (width - len(row))] for row in rows
    )
    return Reply(text.getvalue().removesuffix("\r\n").encode(), content_type="text/csv")


def generate_ids(scope: Any) -> Any:
    query = scope.query
    count, space = query.get("count", 10), query.get("space") or "drive"
    ids = [scope.do_mint("1{base64:32}") for _ in range(count)]
    return {"kind": "drive#generatedIds", "space": space, "ids": ids}


def query(scope: Any, text: str) -> Any:
    """Return the test of a file that a `q` means."""
    return compile_query(scope, text)


def _sent(scope: Any) -> dict[str, Any]:
    body = scope.body if isinstance(scope.body, dict) else {}
    return {name: value for name, value in body.items() if name in _SENT and value is not None}


def _google(mime: str | None) -> bool:
    return bool(mime) and str(mime).startswith("application/vnd.google-apps.")


def _folder(scope: Any, identifier: str) -> Any:
    found = scope.get("file", identifier)
    if found is None:
        raise scope.fail("not_found", id=identifier)
    return found


def _listed(value: Any) -> list[str]:
    return [part.strip() for part in str(value).split(",")] if value else []


def _filled(scope: Any, file: Any) -> Any:
    """Give a file the bytes that came with the request."""
    if scope.media is None:
        return file
    raw = scope.media.content
    content = scope.get("content", file.id)
    text = scope.media.content_type.startswith("text/")
    data: dict[str, Any] = {"base64": base64.b64encode(raw).decode()}
    if text or scope.query.get("useContentAsIndexableText"):
        data["words"] = raw.decode("utf-8", "replace")
    if content is None:
        scope.create("content", data, file=file)
    else:
        scope.write(content, data)
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    return scope.write(file, {**file.data, "size": str(len(raw)), "md5Checksum": digest})


def _copy_spreadsheet(scope: Any, source: Any, made: Any) -> None:
    """Give a new spreadsheet what another one holds: its settings, sheets with their ids, and names."""
    old, new = scope.get("spreadsheet", source.id), scope.get("spreadsheet", made.id)
    if old is None or new is None:
        return
    properties = {**old.data["properties"], "title": made.data["name"]}
    new = scope.write(new, {**new.data, "properties": properties})
    for sheet in scope.all("sheet", spreadsheet=new.id):
        scope.delete(sheet)
    for sheet in scope.all("sheet", spreadsheet=old.id):
        twin = scope.create("sheet", sheet.data, spreadsheet=new)
        scope.write(scope.get("grid", twin.id), scope.get("grid", sheet.id).data)
        for kind in ("protected-range", "table"):
            for row in scope.all(kind, sheet=sheet.id):
                data = {
                    name: value
                    for name, value in row.data.items()
                    if name not in {"tableId", "protectedRangeId"}
                }
                scope.create(kind, data, sheet=twin)
    for row in scope.all("named-range", spreadsheet=old.id):
        data = {name: value for name, value in row.data.items() if name != "namedRangeId"}
        scope.create("named-range", data, spreadsheet=new)
