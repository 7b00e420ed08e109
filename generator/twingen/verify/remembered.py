"""What the laws said of the same twin before: laws are deterministic, so an unchanged twin is not
tried again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache as once
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import orjson

from twingen.twin.model import Twin
from twingen.verify.prove import Verdict, prove

# What a verdict depends on beside the twin: the code that runs it and the code that judges it.
_CODE = ("contract", "twin", "runtime", "verify", "verify/laws")


def prove_once(twin: Twin, content: Mapping[str, bytes], cache: Path | None) -> Mapping[str, Verdict]:
    """Return the laws' verdicts on `twin`, whose files are `content`; kept in the folder `cache`.

    A damaged or unreadable entry counts as none; one that cannot be written is not kept.
    """
    if cache is None:
        return prove(twin)
    digest = sha256(code_digest())
    for name, file in sorted(content.items()):
        if name != "twin.lock" and not name.startswith("ui"):
            digest.update(f"{name} {len(file)}\n".encode() + file)
    entry = cache / "laws" / f"{digest.hexdigest()[:40]}.json"
    try:
        return {key: Verdict(**said) for key, said in orjson.loads(entry.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    verdicts = prove(twin)
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        temporary = entry.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(orjson.dumps({key: asdict(said) for key, said in verdicts.items()}))
        temporary.replace(entry)
    except OSError:
        pass
    return verdicts


@once
def code_digest() -> bytes:
    """Return a digest of the code that verdicts depend on."""
    digest = sha256()
    package = files("twingen")
    for folder in _CODE:
        for file in sorted(package.joinpath(folder).iterdir(), key=lambda one: one.name):
            if file.name.endswith(".py"):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()
