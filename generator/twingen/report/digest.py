"""Which twin a report is about: a digest of the files that decide what the twin does."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

REPORT = "CONFORMANCE.md"
# What decides nothing: the report itself, the pages, and the texts that later merges start from.
_BESIDE = (REPORT, "ui/", ".twin/")


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest of a twin's files by path."""
    digest = sha256()
    for name, content in sorted(files.items()):
        if not name.startswith(_BESIDE) and "__pycache__" not in name:
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]


def digest_of_folder(folder: Path) -> str:
    """Return the digest of the twin in `folder`."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return digest_of({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})
