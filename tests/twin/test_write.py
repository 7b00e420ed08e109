"""Records written as YAML read back as the same records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twingen.twin import shorthand
from twingen.twin.format import check
from twingen.twin.load import load_twin
from twingen.twin.model import Resource, Service, Twin
from twingen.twin.write import dump_resource, dump_seeds, dump_service
from twingen.twin.yaml import dump, load

GENERATED = Path(__file__).resolve().parents[2] / "generated"
TWINS = sorted(file.parent for file in GENERATED.glob("*/twin.toml"))


def read(text: str, kind: str) -> Any:
    """Return what a YAML text says, checked against the format."""
    value = load(text, "file")
    check(value, kind, file="file", text=text)
    return value


def resource_of(text: str) -> Resource:
    return shorthand.resource(read(text, "resource"), "t")


def service_of(text: str) -> Service:
    return shorthand.service(read(text, "service"))


def assert_reads_back(twin: Twin) -> None:
    for resource in twin.resources:
        text = dump_resource(resource, twin.name)
        again = shorthand.resource(read(text, "resource"), twin.name)
        assert again == resource, resource.name
        assert dump_resource(again, twin.name) == text
    text = dump_service(twin.service)
    assert service_of(text) == twin.service
    assert dump_service(service_of(text)) == text
    text = dump_seeds(twin.seeds)
    assert shorthand.seeds(read(text, "seed")) == twin.seeds


@pytest.mark.parametrize("path", TWINS, ids=[path.name for path in TWINS])
def test_committed_twins_read_back(path: Path) -> None:
    assert_reads_back(load_twin(path))


_RICH = """
resource: user
about: A person.
schema: User
store: shared/person
id: {field: key, mint: '{upper:4}', take: input.key, also: [login], fold_case: true,
     words: {me: '{credential}'}, number: true}
parent: [org, realm]
singleton: true
unique:
- {fields: [login], within: [org], fold_case: true, error: taken, give: {x: '{other.id}'}}
samples: ['GET /users 200 #one']
defaults: {a: 1, b.c: '{now}'}
server_set: {status: STAGED}
touch: {updated: '{now}'}
read_only: [id]
write_only: {password: null, secret: '{{}}'}
derived: {full: '{record.a} {record.b}'}
links:
  at: links
  table:
  - {rel: self, href: '{base}/u', when: record.a, method: GET, more: {name: x}}
lifecycle:
  field: status
  states: [STAGED, ACTIVE]
  moves:
    activate: {from: [STAGED], to: ACTIVE, set: {at: '{now}'}, error: bad, give: {a: b},
               guards: [{unless: body.force, error: nope}]}
    touch: {}
variants:
  by: type
  cases:
    A: {schema: AUser, defaults: {x: 1}, server_set: {y: 2}, spawn: [{resource: org}]}
    B: {}
spawn:
- {resource: role, name: r, data: {a: 1}, refs: {user: '{record.id}'}, when: body.x, each: body.list}
on:
- {event: org.deleted, delete: true, where: {org: '{record.id}'}}
- {event: org.moved, move: touch, set: {a: 1}, when: record.a, after: 5m}
- {event: org.created, spawn: {resource: user, data: {a: 1}}}
- {event: org.updated, handler: noticed}
indexes: [login]
operations:
  GET /users:
    does: list
    page: cursor
    order: name
    descending: true
    where: {status: ACTIVE}
    keep: record.a == 1
    through: {edge: member, take: user}
    parameters:
      q: {use: prefix, fields: [a, b]}
      z: moot
      f: {use: filter, names: {a: b}}
  POST /users:
    does: create
    find: {org: 'path[0]', other: {by: body.other, in: user, error: bad, give: {a: b}, optional: true,
                                   within: {org: '{org}'}}}
    guards: [{when: body.a, error: invalid, give: {a: '{body.a}'}}]
    input: '{body.user}'
    only: [a]
    required: [a, b]
    set: {x: 1}
    spawn: [{resource: role}]
    change: [{resource: role, where: {a: 1}, delete: true}, {resource: user, set: {b: 1}}]
    event: user.invited
    answer: {status: 202, body: {ok: true}, headers: {location: /x}, content_type: application/x+json}
    public: true
    cite: [page.md#x]
    tested: tests/x.py::y
    inferred: [because]
  POST /users/{}:
    does: update
    merge: shallow
    mask: query.mask
    field: profile
    many: true
    answer: {empty: true, links: [], only: [a], drop: [b], example: e}
  POST /users/{}/activate: {does: transition, move: activate}
  DELETE /users/{}:
    does: delete
    first: [{when: record.a, move: stop, set: {a: 1}, answer: {status: 200, body: {}}}]
  POST /batch:
    dispatch:
      each: body.requests
      unknown: bad
      documented: [one, two]
      kinds:
        one: {does: create, set: {x: 1}}
        two: {handler: two}
  GET /x: {handler: answer_x}
  GET /y: {handler: answer_y, effect: create, target: item}
  GET /z: {effect: update, target: edge, of: role}
  GET /s: shape-placeholder
"""


def test_everything_at_once_reads_back() -> None:
    resource = resource_of(_RICH.replace("shape-placeholder", "{does: shape}"))
    text = dump_resource(resource, "t")
    assert resource_of(text) == resource
    assert dump_resource(resource_of(text), "t") == text


def test_a_service_with_everything_reads_back() -> None:
    service = service_of("""
service: t
about: x
time: unix
auth: {scheme: s, token: 'x{digits:4}', missing: a, refused: b, places: ['query:t']}
errors:
  body: {e: '{code}'}
  content_type: application/problem+json
  headers: {x: y}
  cases:
    invalid: {status: 400, code: E1, headers: {a: b}, body: {x: 1}}
    other: {status: 418}
  messages: {required: '{field} missing', 404: x}
paging:
  cursor: {limit: l, cursor: c, offset: o, number: n, default_limit: 5, max_limit: 9, min_limit: 2,
           over: error, under: default, link_header: true, self_link: true, body: {a: '{page.items}'},
           bad_cursor: x, bad_limit: y, cite: [p.md]}
  none2: {}
validation: {bodies: strict, parameters: 'off'}
headers: {x: '{now}'}
arguments: true
any_method: true
names: {me: find('user')}
preconditions: [{when: sent, error: invalid}]
parameters: {fields: {use: fields, error: e}, pretty: moot}
wrap: {ok: true, data: '{body}'}
prefixes: [/v9]
cite: [a.md]
inferred: [b]
""")
    assert service_of(dump_service(service)) == service


def test_seeds_read_back() -> None:
    text = "seed:\n- resource: a\n- {resource: b, name: n, id: '007', refs: {a: x}, data: {a: [1, '1']}}\n"
    seeds = shorthand.seeds(read(text, "seed"))
    assert shorthand.seeds(read(dump_seeds(seeds), "seed")) == seeds
    assert shorthand.seeds(read("seed: []\n", "seed")) == ()
    assert shorthand.seeds(read(dump_seeds(()), "seed")) == ()


@pytest.mark.parametrize(
    "extra",
    [
        "defaults: {a: false, b: null, c: [], d: {}}",
        "write_only: [a, b]",
        "id: {field: null}",
        "id: '{base62:20}'",
        "id: {}",
        "edge: {user: user, group: group}",
        "variants: {by: type}",
        "lifecycle: {field: s, moves: {go: {to: false}}}",
        "lifecycle: {field: s, moves: {go: {to: '{nothing}'}}}",
        "operations: {GET /a: {does: create, input: {}}}",
        "operations: {GET /a: {does: read, answer: {body: {}}}}",
        "operations: {GET /a: {does: read, answer: {body: []}}}",
        "operations: {GET /a: {does: read, answer: {body: false}}}",
        "on: [{event: a.created, after: 0, delete: true}]",
        "spawn: [{resource: a, data: {x: null}}]",
    ],
)
def test_empty_and_false_values_read_back(extra: str) -> None:
    resource = resource_of(f"resource: user\n{extra}\n")
    assert resource_of(dump_resource(resource, "t")) == resource


def test_how_it_reads() -> None:
    resource = resource_of("""
resource: user
id: {field: id, mint: '{base62:20}'}
operations:
  GET /users/{}: {does: read, find: {user: {by: 'path[0]'}}, answer: {}, guards: []}
  POST /users: {effect: create, target: collection, only: [a]}
""")
    assert dump_resource(resource, "t") == """\
resource: user
id: '{base62:20}'
operations:
  GET /users/{}:
    does: read
    find: {user: 'path[0]'}
  POST /users:
    effect: create
    target: collection
    only: [a]
"""
    assert dump([]) == "[]\n"
