"""The links of a record: which of a table apply, built by one function for each choice of them.

A choice is remembered by the values of the record's members that the conditions read; where they
read anything else, the conditions are asked each time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from twingen.runtime.store import Row
from twingen.twin.expression import Evaluate, compiled
from twingen.twin.functions import FUNCTIONS, NOTHING
from twingen.twin.model import Link
from twingen.twin.template import compile_template, split_template

_MOST = 256
_SCALARS = frozenset({str, type(None)})


class CompiledLink:
    __slots__ = ("href", "method", "more", "rel", "when")

    def __init__(self, link: Link):
        self.rel = link.rel
        self.href = compile_template(link.href)
        self.method = link.method
        self.when = compiled(link.when) if link.when else None
        self.more = {name: compile_template(value) for name, value in link.more.items()}

    def build(self, scope: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, evaluate in self.more.items():
            value = evaluate(scope)
            if value is not NOTHING:
                shown[name] = value
        shown["href"] = self.href(scope)
        if self.method:
            shown["method"] = self.method
        return shown


class LinkTable:
    """The links of one resource."""

    __slots__ = ("_builders", "_choices", "_conditions", "_links", "_members", "_table")

    def __init__(self, table: Sequence[Link]):
        self._table = tuple(table)
        self._links = tuple(CompiledLink(link) for link in table)
        self._conditions = tuple(link.when.evaluate if link.when else None for link in self._links)
        read = [_members_read(link.when.tree, link.when.names, link.when.calls)
                for link in self._links if link.when]  # fmt: skip
        self._members = None if None in read else tuple(sorted({n for names in read if names for n in names}))
        self._choices: dict[tuple[Any, ...], tuple[bool, ...]] = {}
        self._builders: dict[tuple[Any, ...], Evaluate] = {}

    def build(self, scope: Any, row: Row, rels: tuple[str, ...] | None) -> dict[str, Any]:
        """Return the links of `row`, the record of `scope`, as JSON; only those of `rels` if given."""
        choice = self._choice(scope, row)
        builder = self._builders.get((rels, choice))
        if builder is None:
            if len(self._builders) >= _MOST:
                self._builders.clear()
            builder = self._builders[rels, choice] = self._builder(rels, choice)
        built: dict[str, Any] = builder(scope)
        return built

    def _choice(self, scope: Any, row: Row) -> tuple[bool, ...]:
        if self._members is None:
            return self._asked(scope)
        values = tuple([row.member(name) for name in self._members])
        for value in values:
            if type(value) not in _SCALARS:
                return self._asked(scope)
        found = self._choices.get(values)
        if found is None:
            if len(self._choices) >= _MOST:
                self._choices.clear()
            found = self._choices[values] = self._asked(scope)
        return found

    def _asked(self, scope: Any) -> tuple[bool, ...]:
        return tuple([condition is None or bool(condition(scope)) for condition in self._conditions])

    def _builder(self, rels: tuple[str, ...] | None, choice: tuple[bool, ...]) -> Evaluate:
        chosen = [
            place for place, link in enumerate(self._links)
            if choice[place] and (rels is None or link.rel in rels)
        ]  # fmt: skip
        if all(_literal(self._table[place]) for place in chosen):
            table = [self._table[place] for place in chosen]
            return compile_template(_gathered((link.rel, _template(link)) for link in table))
        links = [self._links[place] for place in chosen]
        return lambda scope: _gathered((link.rel, link.build(scope)) for link in links)


def _gathered(links: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return links by their relation, those that share one as a list."""
    shown: dict[str, Any] = {}
    for rel, built in links:
        earlier = shown.get(rel)
        if earlier is None:
            shown[rel] = built
        else:
            shown[rel] = [*earlier, built] if isinstance(earlier, list) else [earlier, built]
    return shown


def _template(link: Link) -> dict[str, Any]:
    method = {"method": link.method} if link.method else {}
    return {**link.more, "href": link.href, **method}


def _literal(link: Link) -> bool:
    """Return whether a link as a template means what it means as a link."""
    words = (link.rel, link.method or "", *link.more)
    if any(set(word) & set("{}$") for word in words):
        return False
    # A link stays even where its address comes to nothing; in a template it would not.
    return isinstance(link.href, str) and any(isinstance(p, str) for p in split_template(link.href))


def _members_read(
    tree: ast.expr, names: frozenset[str], calls: frozenset[str]
) -> frozenset[str] | None:
    """Return the members of the record that a condition reads, None if it reads more than those."""
    if names - {"record"} or calls - FUNCTIONS.keys():
        return None
    found: set[str] = set()
    bare = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "_n_record":
            bare += 1
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_get":
            match node.args:
                case [ast.Name(id="_n_record"), ast.Constant(value=str(name))]:
                    found.add(name)
                    bare -= 1
    return None if bare else frozenset(found)


def texts_of(link: Link) -> list[Any]:
    """Return the templates of a link, its condition among them."""
    condition = f"{{{link.when}}}" if link.when else ""
    return [link.href, condition, dict(link.more)]

