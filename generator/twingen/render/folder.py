"""A twin's folder: gathered in memory, written beside the old one, swapped in at the end."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from twingen import __version__
from twingen.contract.model import Contract
from twingen.errors import UsageError
from twingen.render.swap import staging_folder, swap
from twingen.twin.load import load_files
from twingen.twin.model import FORMAT, Twin

_OURS = frozenset({
    "twin.toml", "contract.json", "overlay.yaml", "service.yaml", "seed.yaml", "deviations.yaml",
    "ui.yaml", "models.py", "additions.yaml", "twin.lock", "CONFORMANCE.md", "resources", "ui", "scenarios", ".twin",
})  # fmt: skip

_INSIDE = {"resources": {".yaml", ".py"}, "ui": {".html", ".css", ".js", ".svg"}, "scenarios": {".yaml"}}


@dataclass(slots=True, kw_only=True)
class TwinFolder:
    """The files of a twin by path, before they are on disk."""

    name: str
    title: str
    world: str
    seed: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    contract: Contract | None = None
    files: dict[str, bytes] = field(default_factory=dict)

    def settings(self) -> str:
        """Return twin.toml."""
        contract = self.contract
        assert contract is not None
        lines = [
            f"format = {FORMAT}",
            f"name = {_quoted(self.name)}",
            f"title = {_quoted(self.title)}",
            f"world = {_quoted(self.world)}",
            f"seed = {_quoted(self.seed)}",
            f"hosts = [{', '.join(_quoted(server.url) for server in contract.servers)}]",
            "",
            "[versions]",
            f"twingen = {_quoted(__version__)}",
            f"contract = {_quoted(contract.version)}",
            "",
            "[digests]",
        ]
        lines += [
            f"{_quoted(document.path)} = {_quoted(document.sha256[:32])}"
            for document in contract.documents
        ]
        if self.aliases:
            lines += ["", "# Path heads that lead to the same operations as another.", "[aliases]"]
            lines += [f"{_quoted(k)} = {_quoted(v)}" for k, v in sorted(self.aliases.items())]
        return "\n".join(lines) + "\n"

    def load(self) -> Twin:
        """Return the twin that these files are; raises what loading from disk would."""
        return load_files(self.files, self.contract)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    clean = "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped)
    return f'"{clean}"'


def check_target(out: Path) -> None:
    """Raise UsageError unless a twin may be written to `out`: it is absent, empty, or a twin."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError("the output is no folder", where=str(out), remedy="choose another --out")
    if out.is_dir():
        names = {entry.name for entry in out.iterdir()}
        if names and "twin.toml" not in names:
            shown = ", ".join(sorted(names)[:5])
            raise UsageError(
                f"the folder holds other things than a twin: {shown}",
                where=str(out),
                remedy="choose another --out, or empty the folder",
            )
        foreign = sorted(names - _OURS) or _foreign(out)
        if foreign:
            raise UsageError(
                f"the twin's folder holds foreign files: {', '.join(foreign[:5])}",
                where=str(out),
                remedy="move them elsewhere; a build replaces the whole folder",
            )
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise UsageError("no permission to write there", where=str(out), remedy="choose another --out")


def _foreign(out: Path) -> list[str]:
    """Return what stands inside a twin's subfolders and no twin is made of, so that it would go."""
    found = []
    for name, suffixes in _INSIDE.items():
        for entry in (out / name).glob("*"):
            ours = entry.suffix in suffixes and entry.is_file()
            if not ours and entry.name != "__pycache__":
                found.append(f"{name}/{entry.name}")
    return sorted(found)


def write_folder(folder: TwinFolder, out: Path) -> None:
    """Put the folder in place of `out` in one step; whatever fails leaves the old one as it was."""
    try:
        staging = staging_folder(out)
    except OSError as error:
        raise UsageError(f"cannot write there: {error.strerror}", where=str(out)) from None
    new = staging / "new"
    try:
        for name, content in folder.files.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        swap(new, out, staging / "old")
    except OSError as error:
        raise UsageError(f"cannot write the twin: {error.strerror}", where=str(out)) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
