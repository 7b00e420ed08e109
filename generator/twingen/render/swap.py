"""Put a folder in the place of another in one step, so that sudden death leaves one of the two."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def staging_folder(out: Path) -> Path:
    """Return a new folder beside `out` to prepare its successor in; see `swap`.

    What builds that died left beside `out` is cleared away first.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _clear(out)
    return Path(tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}.", dir=out.parent))


def swap(new: Path, out: Path, old: Path) -> None:
    """Rename `new` to `out`; what was at `out` is at `old` afterwards, or at `new`."""
    if not out.exists():
        new.rename(out)
        return
    if _exchange(new, out):
        return
    out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        if not out.exists():
            old.rename(out)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)


def _clear(out: Path) -> None:
    pattern = re.compile(rf"\.{re.escape(out.name)}\.(\d+)\.\w+")
    for left in out.parent.iterdir():
        match = pattern.fullmatch(left.name)
        if match is None or not left.is_dir() or _alive(int(match.group(1))):
            continue
        if (left / "old").exists() and not out.exists():
            (left / "old").rename(out)  # it died between two renames
        shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
