"""Who may call: the twin's own credential, wherever the contract puts a token."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any
from urllib.parse import parse_qs

from twingen.contract.model import Contract, SecurityScheme
from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal
from twingen.twin.model import Service

_REMEMBERED = 256
_SCHEMES = frozenset({"bearer", "basic"})  # alone, without what should follow, they are no credential


def credential(contract: Contract, service: Service, token: str) -> str:
    """Return the Authorization header (or bare value) that opens every operation.

    It is in the form of the scheme that service.yaml names, else of the first documented one of
    Basic, bearer and apiKey.
    """
    schemes = contract.security_schemes
    scheme = schemes.get(service.auth.scheme or "")
    if scheme is None:
        ranked = sorted(schemes.values(), key=_rank)
        scheme = ranked[0] if ranked else None
    if scheme is None:
        return f"Bearer {token}"
    if (scheme.type == "http" and scheme.scheme == "basic") or scheme.type == "basic":
        return "Basic " + base64.b64encode(f"twin:{token}".encode()).decode()
    if scheme.type == "apiKey":
        return f"{scheme.prefix}{token}" if scheme.prefix else token
    return f"Bearer {token}"


def _rank(scheme: SecurityScheme) -> int:
    if scheme.type == "basic" or (scheme.type == "http" and scheme.scheme == "basic"):
        return 0
    if scheme.type in {"oauth2", "openIdConnect"} or scheme.scheme == "bearer":
        return 1
    return 2 if scheme.type == "apiKey" else 3


class Authenticator:
    """Lets the twin's credential in and refuses everything else."""

    def __init__(self, contract: Contract, service: Service, token: str):
        self.token = token
        self.auth = service.auth
        self.headers = {"authorization"}
        self.queries = {"access_token"}
        self.forms: set[str] = set()
        self.words: set[str] = set()
        for scheme in contract.security_schemes.values():
            if scheme.type == "apiKey":
                if scheme.location == "header":
                    self.headers.add(scheme.parameter.lower())
                    self.words |= {scheme.prefix.strip()} - {""}
                elif scheme.location == "query":
                    self.queries.add(scheme.parameter)
        for place in service.auth.places:
            kind, _, name = place.partition(":")
            {"header": self.headers, "query": self.queries, "form": self.forms}.get(
                kind, self.forms
            ).add(name)
        self._known: set[str] = set()

    def header_allows(self, request: Request) -> bool:
        """Return whether the Authorization header alone lets the request in (the usual case)."""
        value = request.headers.get("authorization")
        if value is None:
            return False
        return value in self._known or self._header(value)

    def check(self, request: Request, form: dict[str, Any]) -> None:
        """Raise Refusal unless the credential is in one of the documented places."""
        sent = False
        for name in self.headers:
            value = request.headers.get(name)
            if value and value.strip().lower() not in _SCHEMES:
                sent = True
                if self._header(value):
                    return
        if request.query:
            query = parse_qs(request.query, max_num_fields=5_000) if len(request.query) < 65_536 else {}
            for name in self.queries:
                for value in query.get(name, ()):
                    sent = True
                    if self._token(value):
                        return
        for name in self.forms:
            value = form.get(name)
            if isinstance(value, str) and value:
                sent = True
                if self._token(value):
                    return
        raise Refusal(self.auth.refused if sent else self.auth.missing)

    def _header(self, value: str) -> bool:
        if value in self._known:
            return True
        word, _, rest = value.strip().partition(" ")
        allowed = self._token(rest.strip() or word)
        if not allowed and not rest:  # some SDKs leave out the blank behind the scheme's word
            allowed = any(self._token(word.removeprefix(head)) for head in self.words)
        if not allowed and word.lower() == "basic":
            allowed = any(self._token(part) for part in _basic(rest))
        if allowed and len(self._known) < _REMEMBERED:
            self._known.add(value)
        return allowed

    def _token(self, text: str) -> bool:
        return hmac.compare_digest(text.partition("~")[0].encode(), self.token.encode())


def _basic(text: str) -> list[str]:
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return []
    user, _, password = decoded.partition(":")
    return [password, user]


def world_of(request: Request) -> str | None:
    """Return the world that a credential names behind `~`, None without one."""
    value = request.headers.get("authorization", "")
    if "~" in value:
        return value.rpartition("~")[2].strip() or None
    if value[:6].lower() == "basic ":
        for part in _basic(value[6:]):
            if "~" in part:
                return part.rpartition("~")[2] or None
    if "~" in request.query or "%7E" in request.query or "%7e" in request.query:
        for name, values in parse_qs(request.query, max_num_fields=5_000).items():
            if "token" in name and "~" in values[0]:
                return values[0].rpartition("~")[2] or None
    return None
