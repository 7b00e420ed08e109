"""Operation keys: the name of an operation across documents and releases.

A key is `METHOD /full/path/{}`, path parameters unnamed (`{+}` for those that span segments),
preceded by `HOST ` where an operation lives on a host of its own, followed by `#DISCRIMINATOR`
where one route serves several operations.
"""

from __future__ import annotations

import re

_PARAMETER = re.compile(r"\{(\+?)[^{}]*\}")


def unnamed(path: str) -> str:
    """Return `path` with its parameters' names removed: `/users/{id}` → `/users/{}`."""
    return _PARAMETER.sub(lambda match: "{+}" if match.group(1) else "{}", path)


def operation_key(method: str, path: str, *, host: str = "") -> str:
    """Return the key of `method` on the full template `path` (base path and `#fragment` included)."""
    key = f"{method.upper()} {unnamed(path)}"
    return f"{host} {key}" if host else key


def parameter_names(path: str) -> tuple[str, ...]:
    """Return the parameters of a template in order, without the `+` of a spanning one."""
    return tuple(match.group()[1:-1].lstrip("+") for match in _PARAMETER.finditer(path))
