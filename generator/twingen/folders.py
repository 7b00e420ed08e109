"""Where twingen keeps things outside a project: what may be lost (cache) and what may not (state)."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the cache folder: $TWINGEN_CACHE, else the user's. Not created here."""
    return _folder("TWINGEN_CACHE", "XDG_CACHE_HOME", ".cache", "Library/Caches")


def state_folder() -> Path:
    """Return the state folder: $TWINGEN_STATE, else the user's. Not created here."""
    return _folder(
        "TWINGEN_STATE", "XDG_STATE_HOME", ".local/state", "Library/Application Support"
    )


def _folder(variable: str, xdg: str, usual: str, mac: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        return Path(chosen)
    base = os.environ.get(xdg, "")
    if base and Path(base).is_absolute():
        return Path(base) / "twingen"
    return Path.home() / (mac if sys.platform == "darwin" else usual) / "twingen"
