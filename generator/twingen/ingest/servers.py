"""Server URLs → hosts and base paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Address:
    """A server of a document: its template as written, its host and base path filled in."""

    url: str
    host: str
    base_path: str
    description: str = ""

    @property
    def customers(self) -> bool:
        """Whether every customer has a host of their own: a variable, or `your-domain...`."""
        host = self.url.partition("://")[2].partition("/")[0]
        return not self.host or _VARIABLE.fullmatch(host) is not None or host.startswith("your")


def addresses(raw: Any) -> list[Address]:
    """Return the usable servers of a `servers` list; a relative URL has no host."""
    found: list[Address] = []
    for server in raw if isinstance(raw, list) else ():
        if not isinstance(server, dict) or not isinstance(server.get("url"), str):
            continue
        url = server["url"].strip()
        variables = server.get("variables")
        filled = _fill(url, variables if isinstance(variables, dict) else {})
        if "://" not in filled and filled.startswith("//"):
            filled = "https:" + filled
        _, separator, rest = filled.partition("://")
        host, slash, path = rest.partition("/") if separator else ("", "", "")
        base = slash + path if separator else "/" + filled.lstrip("./")
        description = server.get("description")
        found.append(
            Address(
                url=url,
                host=host.rpartition("@")[2].lower(),
                base_path=re.sub(r"/+", "/", re.split("[?#]", base)[0]).rstrip("/"),
                description=description if isinstance(description, str) else "",
            )
        )
    return found


def _fill(url: str, variables: dict[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        if isinstance(variable, dict):
            if variable.get("default") not in (None, ""):
                return str(variable["default"])
            if isinstance(variable.get("enum"), list) and variable["enum"]:
                return str(variable["enum"][0])
            if variable.get("default") == "":
                return ""
        return match[0]

    return _VARIABLE.sub(value, url)
