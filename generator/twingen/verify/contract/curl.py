"""A request as a curl command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

# What curl itself sends, or what only says that schemathesis sent it.
_OWN = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent",
     "x-schemathesis-testcaseid"}
)  # fmt: skip
_LONGEST = 20_000


def curl(
    method: str, address: str, target: str, headers: Mapping[str, str] | Iterable[tuple[str, str]],
    body: bytes,
) -> str:  # fmt: skip
    """Return a command that sends this request; `target` is path and query as on the wire."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    parts = ["curl", "-i"]
    parts += ["-I"] if method == "HEAD" else ["-X", method]
    parts.append(shlex.quote(address.rstrip("/") + target))
    if any(mark in target for mark in "[]{}"):
        parts.insert(1, "-g")
    for name, value in pairs:
        if name.lower() not in _OWN:
            shown = f"{name}: {value}" if value else f"{name};"
            parts += ["-H", _quoted(shown)]
    if not body:
        return " ".join(parts)
    if len(body) > _LONGEST:
        return " ".join(parts) + f"  # and a body of {len(body):,} bytes"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text and not any(name.lower() == "content-type" for name, _ in pairs):
        parts += ["-H", "'Content-Type:'"]
    if text and "\0" not in text:
        return " ".join([*parts, "--data-binary", _quoted(text)])
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"printf '{octal}' | " + " ".join([*parts, "--data-binary", "@-"])


def _quoted(text: str) -> str:
    """Return one word of the shell; control characters are written as bash reads them."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(
        letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in letter.encode())
        for letter in escaped
    ) + "'"  # fmt: skip
