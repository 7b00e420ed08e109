"""What holds for the whole service: its credential, the error envelope, paging styles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import orjson

from twingen.contract.model import Operation
from twingen.infer.draft import Draft
from twingen.twin.model import Authentication, ErrorCase, Errors

# Which failure a documented status stands for.
_CASES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}


def conventions(draft: Draft) -> Draft:
    """Learn the error envelope once: for each status the example that most operations publish."""
    seen: dict[int, Counter[bytes]] = {}
    media_types: Counter[str] = Counter()
    for operation in draft.contract.operations:
        for status, media_type, value in _error_examples(operation):
            seen.setdefault(status, Counter())[orjson.dumps(value)] += 1
            media_types[media_type] += 1
    cases: dict[str, ErrorCase] = {}
    cited = []
    for status, name in _CASES.items():
        found = seen.get(status)
        if found:
            body, count = found.most_common(1)[0]
            cases[name] = ErrorCase(name=name, status=status, body=literal(orjson.loads(body)))
            cited.append(f"error-envelope: {status} as in {count} published examples")
    errors = Errors(
        content_type=media_types.most_common(1)[0][0] if media_types else "application/json",
        cases=cases,
    )
    auth = Authentication(scheme=_scheme(draft))
    service = replace(draft.service, auth=auth, errors=errors, inferred=tuple(cited))
    return replace(draft, service=service)


def _error_examples(operation: Operation) -> list[tuple[int, str, Any]]:
    found = []
    for response in operation.responses:
        if response.status.isdigit() and int(response.status) in _CASES:
            for media in response.content:
                if "json" in media.type:
                    found += [
                        (int(response.status), media.type, example.value)
                        for example in media.examples[:1]
                        if isinstance(example.value, dict) and example.value
                    ]
    return found


def literal(value: Any) -> Any:
    """Return a JSON value as a template that stands for itself."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, dict):
        return {literal(key): literal(member) for key, member in value.items()}
    if isinstance(value, list):
        return [literal(item) for item in value]
    return value


def _scheme(draft: Draft) -> str | None:
    """Return the credential's scheme: of those most operations take, Basic, bearer or apiKey."""
    ranks: dict[str, int] = {}
    for scheme in draft.contract.security_schemes.values():
        if scheme.type == "basic" or scheme.scheme == "basic":
            ranks[scheme.name] = 0
        elif scheme.scheme == "bearer":
            ranks[scheme.name] = 1
        elif scheme.type == "apiKey":
            ranks[scheme.name] = 2
        elif scheme.type in {"oauth2", "openIdConnect"}:
            ranks[scheme.name] = 3
    if not ranks:
        return None
    uses = Counter(
        name
        for operation in draft.contract.operations
        for requirement in operation.security or ()
        for name in requirement
        if name in ranks
    )
    most = max(uses.values(), default=0)
    common = [name for name in ranks if uses[name] * 2 >= most]
    return min(common, key=lambda name: ranks[name])
