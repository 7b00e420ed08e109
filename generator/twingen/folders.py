"""Where twingen keeps things: what may be lost (cache), what may not (state), and its templates."""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

from twingen.errors import TwingenError


def cache_folder() -> Path:
    """Return the cache folder: $TWINGEN_CACHE, else the user's. Not created here."""
    return _folder("TWINGEN_CACHE", "XDG_CACHE_HOME", ".cache", "Library/Caches")


def state_folder() -> Path:
    """Return the state folder: $TWINGEN_STATE, else the user's. Not created here."""
    return _folder(
        "TWINGEN_STATE", "XDG_STATE_HOME", ".local/state", "Library/Application Support"
    )


def templates_folder() -> Path:
    """Return the folder of templates: the installed package's, else the checkout's."""
    installed = Path(str(files("twingen"))) / "templates"
    checkout = Path(__file__).resolve().parents[2] / "templates"
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise TwingenError(
        f"the templates are missing: neither {installed} nor {checkout} is a folder",
        remedy="install twingen again",
    )


def _folder(variable: str, xdg: str, usual: str, mac: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        return Path(chosen)
    base = os.environ.get(xdg, "")
    if base and Path(base).is_absolute():
        return Path(base) / "twingen"
    return Path.home() / (mac if sys.platform == "darwin" else usual) / "twingen"
