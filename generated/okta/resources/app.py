import json
import re

# What `filter` knows (applications.md, Finding apps); `user.id` and `group.id` look at what is assigned.
STORED = ("id", "name", "status", "credentials.signing.kid", "settings.slo.enabled")
WORDS = re.compile(r'\s*(\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+)')


def find_apps(scope, text):
    words = []
    place = 0
    text = (text or "").strip()
    while place < len(text):
        found = WORDS.match(text, place)
        if not found:
            raise scope.fail("bad_filter")
        words.append(found.group(1))
        place = found.end()
    test, rest = either(scope, words)
    if rest:
        raise scope.fail("bad_filter")
    return test


def either(scope, words):
    left, words = both(scope, words)
    while words and words[0].lower() == "or":
        right, words = both(scope, words[1:])
        left = joined(left, right, False)
    return left, words


def both(scope, words):
    left, words = one(scope, words)
    while words and words[0].lower() == "and":
        right, words = one(scope, words[1:])
        left = joined(left, right, True)
    return left, words


def joined(left, right, all_of):
    if all_of:
        return lambda record: left(record) and right(record)
    return lambda record: left(record) or right(record)


def one(scope, words):
    if words and words[0] == "(":
        test, words = either(scope, words[1:])
        if not words or words[0] != ")":
            raise scope.fail("bad_filter")
        return test, words[1:]
    if len(words) < 3 or words[1].lower() != "eq":
        raise scope.fail("bad_filter")
    return compared(scope, words[0], words[2]), words[3:]


def compared(scope, name, word):
    try:
        value = json.loads(word)
    except ValueError:
        raise scope.fail("bad_filter")
    if name == "user.id":
        return lambda record: any(one.id == value for one in scope.all("app-user", app=record.id))
    if name == "group.id":
        return lambda record: any(one.id == value for one in scope.all("app-group", app=record.id))
    if name not in STORED:
        raise scope.fail("bad_filter")
    return lambda record: stored(record, name) == value


def stored(record, name):
    if name == "id":
        return record.id
    at = record.data
    for part in name.split("."):
        at = at.get(part) if isinstance(at, dict) else None
    return at
