"""The system log: its two kinds of request, keywords and filters (system-log.md)."""

import base64
import hashlib
import json
import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from twingen.runtime.handlers import Reply

TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[()])|(?P<word>[^\s()\[\]"]+))')
COMPARE = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
# Paths of an event that a filter knows; those that end in a dot have names of their own below.
GEOGRAPHY = ["city", "state", "country", "postalCode", "geolocation.lat", "geolocation.lon"]
FIELDS = [
    "eventType", "displayMessage", "severity", "legacyEventType", "uuid", "version",
    "actor.id", "actor.type", "actor.alternateId", "actor.displayName", "actor.detailEntry.",
    "target.id", "target.type", "target.alternateId", "target.displayName", "target.detailEntry.",
    "client.zone", "client.device", "client.id", "client.ipAddress",
    "client.userAgent.rawUserAgent", "client.userAgent.os", "client.userAgent.browser",
    "authenticationContext.authenticationProvider", "authenticationContext.authenticationStep",
    "authenticationContext.credentialProvider", "authenticationContext.credentialType",
    "authenticationContext.externalSessionId", "authenticationContext.rootSessionId",
    "authenticationContext.interface", "outcome.result", "outcome.reason",
    "securityContext.asNumber", "securityContext.asOrg", "securityContext.isp",
    "securityContext.domain", "securityContext.isProxy", "debugContext.debugData.",
    "transaction.type", "transaction.id", "transaction.detail.",
    "request.ipChain.ip", "request.ipChain.version", "request.ipChain.source",
] + [place + name for place in ["client.geographicalContext.", "request.ipChain.geographicalContext."] for name in GEOGRAPHY]
NO_CO = ["debugContext.debugData.url", "debugContext.debugData.requestUri"]


class Refused(Exception):
    """A filter that the log refuses: code and summary."""


def known(name):
    return name in FIELDS or any(one.endswith(".") and name.startswith(one) for one in FIELDS)


def values(data, names):
    """All values at a path; lists are looked into."""
    if isinstance(data, list):
        return [value for one in data for value in values(one, names)]
    if not names:
        return [] if data is None else [data]
    return values(data.get(names[0]), names[1:]) if isinstance(data, dict) else []


def compare(operator, value, wanted):
    if isinstance(value, str) and isinstance(wanted, str):
        value, wanted = value.lower(), wanted.lower()
        if operator in ("co", "sw", "ew"):
            return {"co": wanted in value, "sw": value.startswith(wanted), "ew": value.endswith(wanted)}[operator]
    elif operator in ("co", "sw", "ew") or isinstance(value, (dict, list)):
        return False
    if operator == "eq":
        return value == wanted
    if isinstance(value, str) != isinstance(wanted, str):
        return False
    return {"gt": value > wanted, "ge": value >= wanted, "lt": value < wanted, "le": value <= wanted}[operator]


class Filter:
    """Reads a filter into a test of an event."""

    def __init__(self, source):
        self.tokens, self.at, place = [], 0, 0
        source = source.rstrip()
        while place < len(source):
            found = TOKEN.match(source, place)
            if found is None:
                raise Refused("E0000053", "Invalid SCIM filter.")
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            place = found.end()

    def test(self):
        result = self.either()
        if self.at < len(self.tokens):
            raise Refused("E0000053", "Invalid SCIM filter.")
        return result

    def peek(self):
        kind, word = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return word.lower() if kind in ("word", "sign") else ""

    def take(self, kind):
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise Refused("E0000053", "Invalid SCIM filter.")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def either(self):
        parts = [self.both()]
        while self.peek() == "or":
            self.at += 1
            parts.append(self.both())
        return lambda event: any(part(event) for part in parts)

    def both(self):
        parts = [self.one()]
        while self.peek() == "and":
            self.at += 1
            parts.append(self.one())
        return lambda event: all(part(event) for part in parts)

    def one(self):
        if self.peek() == "not":
            self.at += 1
            inner = self.one()
            return lambda event: not inner(event)
        if self.peek() == "(":
            self.at += 1
            inner = self.either()
            if self.peek() != ")":
                raise Refused("E0000053", "Invalid SCIM filter.")
            self.at += 1
            return inner
        name, operator = self.take("word"), self.take("word").lower()
        if not known(name):
            raise Refused("E0000053", "field is not valid: " + name)
        names = name.split(".")
        if operator == "pr":
            return lambda event: any(value not in ("", {}) for value in values(event, names))
        if operator not in COMPARE:
            raise Refused("E0000053", "Invalid SCIM filter.")
        if operator == "co" and name in NO_CO:
            raise Refused(
                "E0000031",
                "The supplied combination of operator and field is not currently supported. Operator: co, Field: " + name,
            )
        wanted = self.literal()
        if operator == "ne":
            return lambda event: not any(compare("eq", value, wanted) for value in values(event, names))
        return lambda event: any(compare(operator, value, wanted) for value in values(event, names))

    def literal(self):
        if self.at >= len(self.tokens) or self.tokens[self.at][1] in ("(", ")"):
            raise Refused("E0000053", "Invalid SCIM filter.")
        self.at += 1
        try:
            return json.loads(self.tokens[self.at - 1][1])
        except ValueError:
            raise Refused("E0000053", "Invalid SCIM filter.") from None


def time(text):
    """A time of ISO 8601; raises ValueError."""
    result = datetime.fromisoformat(str(text).replace(" ", "+"))
    return result if result.tzinfo else result.replace(tzinfo=timezone.utc)


def refusal(scope, code, summary, causes=()):
    """An error in the envelope of errors.md."""
    seed = hashlib.sha256((str(scope.now) + code + summary).encode()).digest()
    return Reply(
        {
            "errorCode": code,
            "errorSummary": summary,
            "errorLink": code,
            "errorId": "oae" + base64.urlsafe_b64encode(seed).decode()[:22],
            "errorCauses": [{"errorSummary": one} for one in causes],
        },
        status=400,
    )


def texts(value):
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [] if value is None else [str(value).lower()]


def link(scope, rel, after, limit, rest):
    pairs = ([("after", after)] if after else []) + [("limit", limit)] + rest
    return "<" + scope.base + "/api/v1/logs?" + urlencode(pairs) + '>; rel="' + rel + '"'


def events(scope):
    query = scope.query
    now, times = time(scope.now), {}
    for name in ("since", "until"):
        if query.get(name):
            try:
                times[name] = time(query.get(name))
            except ValueError:
                format = "The date format in your query is not recognized. Please enter dates using ISO8601 string format."
                empty = "must be a valid date-time or empty."
                return refusal(
                    scope,
                    "E0000001",
                    "Api validation failed: '" + name + "': " + format + " '" + name + "': " + empty,
                    [name + ": " + format, name + ": " + empty],
                )
    if "since" in times and now - times["since"] > timedelta(days=180):
        return refusal(
            scope, "E0000053", "Invalid parameter: The since parameter is over 180 days prior to the current day."
        )
    if "since" in times and query.get("after"):
        return refusal(scope, "E0000063", "Invalid combination of parameters specified.")

    words = str(query.get("q") or "").lower().split()
    if any(len(word) > 40 for word in words):
        return refusal(
            scope,
            "E0000001",
            "Api validation failed: 'q': Freeform search cannot contain items longer than 40 characters. "
            "Please shorten the items in your search or use an advanced filter to query by specific fields.",
        )
    if len(words) > 10:
        raise scope.fail("unacceptable", field="q")
    test = None
    if query.get("filter"):
        try:
            test = Filter(str(query.get("filter"))).test()
        except Refused as error:
            return refusal(scope, error.args[0], error.args[1])

    limit = 100 if query.get("limit") in (None, "") else int(query.get("limit"))
    descending = query.get("sortOrder") == "DESCENDING"
    polling = "until" not in times and not descending
    place, since, until = 0, times.get("since"), times.get("until", now)
    if query.get("after"):
        try:
            place, since, until = json.loads(base64.urlsafe_b64decode(str(query.get("after")).encode()))
            place, since, until = int(place), time(since), time(until)
        except (ValueError, TypeError):
            raise scope.fail("bad_cursor") from None
    elif since is None:
        since = until - timedelta(days=7)

    # Polled by the time of storing, a closed period by `published`.
    stored = scope.all("system-log")
    if not polling:
        stored = sorted(stored, key=lambda one: time(one.data["published"]), reverse=descending)
    oldest = now - timedelta(days=90)
    body = []
    for record in stored[place:]:
        if len(body) == limit:
            break
        event, at = record.data, time(record.data["published"])
        fits = oldest <= at and since <= at and (polling or at <= until)
        if fits and words:
            there = texts(event)
            fits = all(any(word in text for text in there) for word in words)
        if fits and (test is None or test(event)):
            body.append(event)
        place += 1
    more = polling or (len(body) == limit and limit > 0 and place < len(stored))

    rest = [(name, query.get(name)) for name in ("since", "until", "filter", "q", "sortOrder") if query.get(name)]
    links = [link(scope, "self", query.get("after"), limit, rest)]
    if more:
        cursor = json.dumps([place, since.isoformat(), until.isoformat()]).encode()
        after = base64.urlsafe_b64encode(cursor).decode()
        links.append(link(scope, "next", after, limit, [pair for pair in rest if pair[0] != "since"]))
    return Reply(body, headers={"Link": ", ".join(links)})
