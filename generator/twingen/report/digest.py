"""Which twin a report is about: a digest of the files that decide what the twin does."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

REPORT = "CONFORMANCE.md"


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest of a twin's files by path; its pages and its own report do not count."""
    digest = sha256()
    for name, content in sorted(files.items()):
        if name != REPORT and not name.startswith("ui/") and "__pycache__" not in name:
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]


def digest_of_folder(folder: Path) -> str:
    """Return the digest of the twin in `folder`."""
    return digest_of(
        {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file() and not file.relative_to(folder).as_posix().startswith(".twin/")
        }
    )
