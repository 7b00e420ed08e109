"""Lists: which records, filtered and ordered as the parameters say, cut into pages."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from twingen.errors import FormatError
from twingen.runtime import paths
from twingen.runtime.engine import Engine
from twingen.runtime.paging import Page, Pager, encode_cursor, row_age
from twingen.runtime.ranges import in_range
from twingen.runtime.refusal import Refusal
from twingen.runtime.scim import FilterError, compile_filter
from twingen.runtime.store import Row
from twingen.twin.expression import Evaluate, compile_expression
from twingen.twin.model import Operation, Paging, Treatment
from twingen.twin.template import compile_template

Test = Callable[[Row], bool]
_EVERYTHING = Paging(name="none", default_limit=10_000_000, max_limit=10_000_000)


class Listing:
    """The list behind one operation, compiled."""

    def __init__(
        self, engine: Engine, operation: Operation, treatments: dict[str, Treatment],
        filters: dict[str, Callable[[Any, str], Test]] | None = None,
    ):  # fmt: skip
        self.filters = filters or {}
        self.engine = engine
        self.operation = operation
        self.resource = operation.resource
        self.where = {name: compile_template(value) for name, value in operation.where.items()}
        self.keep = _Keep(operation.keep) if operation.keep else None
        self.through = operation.through
        self.order = paths.split(operation.order) if operation.order else None
        self.tests = [
            (name, treatment) for name, treatment in treatments.items() if treatment.use in _TESTS
        ]
        self.sorts = [name for name, treatment in treatments.items() if treatment.use == "sort"]
        self.orders = [name for name, treatment in treatments.items() if treatment.use == "order"]
        self.treatments = treatments
        self.pager = Pager(self._style(operation.page))
        self.pagers = [
            (name, Pager(self._style(treatment.options["page"])))
            for name, treatment in treatments.items()
            if "page" in treatment.options
        ]
        kind = engine.kind(self.resource)
        self.parents = tuple(name for name in kind.refs if any(f.name == name for f in operation.find))
        if self.through is not None:
            edge = engine.kind(self.through.edge)
            self.end = self.through.take
            if self.end not in edge.refs:
                raise FormatError(f"the edge {edge.name!r} has no end {self.end!r}")
            self.parents = tuple(
                name
                for name in edge.refs
                if name != self.end and any(f.name == name for f in operation.find)
            )

    def _style(self, name: str | None) -> Paging:
        styles = self.engine.service.paging
        if name is None or name == "none":
            return _EVERYTHING
        style = styles.get(name)
        if style is None:
            raise FormatError(
                f"there is no paging style {name!r} (operation {self.operation.key})",
                remedy=f"styles in service.yaml: {', '.join(sorted(styles)) or 'none'}",
            )
        return style

    def page(self, scope: Any, arguments: dict[str, Any]) -> Page:
        """Return the page that a request asks for; raises Refusal for what it cannot mean."""
        pager = self._pager(arguments)
        tests = self._tests(scope, arguments)
        where = {name: evaluate(scope) for name, evaluate in self.where.items()}
        for name in self.parents:
            where[name] = scope.names[name].id
        sorting = self._sorting(arguments)
        operation = self.operation
        newest = operation.descending and sorting is None and self.through is None
        if pager.style.by_id:
            return self._after_id(pager, scope, arguments, where, tests)
        if sorting is None and self.through is None:
            chosen = lambda after: self._filtered(scope, where, tests, after, newest)  # noqa: E731
            return pager.page(scope, arguments, chosen, row_age)
        if sorting is None:
            follow = lambda after: self._followed(scope, where, tests, after)  # noqa: E731
            page = pager.page(scope, arguments, follow, lambda pair: pair[0])
            page.items = [row for _, row in page.items]
            return page
        rows = (
            list(self._filtered(scope, where, tests, -1, False))
            if self.through is None
            else [row for _, row in self._followed(scope, where, tests, -1)]
        )
        for path, descending in reversed(sorting):
            rows.sort(key=_key(scope, path), reverse=descending)
        return pager.page(scope, arguments, lambda after: iter(rows[max(after, 0) :]), None)

    def _pager(self, arguments: dict[str, Any]) -> Pager:
        for name, pager in self.pagers:
            if arguments.get(name) not in (None, ""):
                return pager
        return self.pager

    def _after_id(
        self, pager: Pager, scope: Any, arguments: dict[str, Any], where: dict[str, Any], tests: list[Test]
    ) -> Page:
        """Return the page behind the record that the cursor names by its id."""
        style = pager.style
        name = style.cursor or ""
        cursor = arguments.get(name)
        if cursor is not None and cursor != "":
            last = self.engine.lookup(scope.world, self.resource, cursor, scope)
            if last is None:
                raise Refusal(style.bad_cursor, field=name, value=cursor)
            arguments = {**arguments, name: encode_cursor("a", last.seq)}
        newest = self.operation.descending
        chosen = lambda after: self._filtered(scope, where, tests, after, newest)  # noqa: E731
        page = pager.page(scope, arguments, chosen, row_age)
        if page.next is not None and page.items:
            page.next = page.items[-1].id
        return page

    def _filtered(
        self, scope: Any, where: dict[str, Any], tests: list[Test], after: int, newest: bool
    ) -> Iterator[Row]:
        rows = self.engine.select(scope.world, self.resource, where, after=after, newest=newest)
        if not tests:
            return rows
        if len(tests) == 1:
            return filter(tests[0], rows)
        return (row for row in rows if all(test(row) for test in tests))

    def _followed(
        self, scope: Any, where: dict[str, Any], tests: list[Test], after: int
    ) -> Iterator[tuple[int, Row]]:
        assert self.through is not None
        ends = scope.world.reading(self.engine.kind(self.resource).store)
        for edge in self.engine.select(scope.world, self.through.edge, where, after=after):
            row = ends.get(edge.refs[self.end])
            if row is not None and all(test(row) for test in tests):
                yield edge.seq, row

    def _sorting(self, arguments: dict[str, Any]) -> list[tuple[paths.Path, bool]] | None:
        """Return the keys to sort by, the first one first; None where age decides."""
        path, descending = self.order, self.operation.descending
        asked = False
        for name in self.sorts:
            value = arguments.get(name)
            treatment = self.treatments[name]
            if value and treatment.options.get("several"):
                return [self._sort_key(name, key) for key in str(value).split(",")]
            partner = treatment.options.get("same")
            if value and (partner is None or arguments.get(partner)):
                path, asked = self._sort_path(name, str(value), treatment), True
                descending = str(value).startswith("-")
        for name in self.orders:
            value = arguments.get(name)
            if value and asked:
                descending = str(value).lower() in {"desc", "descending"}
        return None if path is None else [(path, descending)]

    def _sort_key(self, name: str, key: str) -> tuple[paths.Path, bool]:
        """Return one of several keys: a name, maybe with `desc` behind it."""
        treatment = self.treatments[name]
        word, _, direction = key.strip().partition(" ")
        if direction.strip().lower() not in {"", "asc", "desc"}:
            raise Refusal(treatment.options.get("error", "invalid"), field=name, value=key)
        return self._sort_path(name, word, treatment), direction.strip().lower() == "desc"

    def _sort_path(self, name: str, value: str, treatment: Treatment) -> paths.Path:
        value = value.lstrip("+-")
        names: dict[str, str] | None = treatment.options.get("names")
        if names is not None:
            if value not in names:
                raise Refusal(treatment.options.get("error", "invalid"), field=name, value=value)
            value = names[value]
        return paths.split(value)

    def _tests(self, scope: Any, arguments: dict[str, Any]) -> list[Test]:
        tests: list[Test] = []
        for name, treatment in self.tests:
            value = arguments.get(name)
            if value is None or value == "":
                value = treatment.options.get("default")
            if value is None or value in treatment.options.get("every", ()):
                continue
            only = treatment.options.get("only")
            if only is not None and _plain(value) != only:
                continue
            own = self.filters.get(name)
            tests.append(own(scope, str(value)) if own else _TESTS[treatment.use](name, value, treatment))
        if self.keep is not None:
            kept = self.keep.test(scope)
            if kept is not None:
                tests.append(kept)
        return tests


class _Keep:
    """The condition that a record meets to be listed, in two parts.

    Of `A or B or C` what the request alone decides is computed once, the rest for each record.
    """

    __slots__ = ("_of_record", "_of_request")

    def __init__(self, text: str):
        whole = compile_expression(text)
        tree = ast.parse(text.strip(), mode="eval").body
        parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or) else []
        of_request = [part for part in parts if _asks_request_only(part)]
        rest = [part for part in parts if part not in of_request]
        self._of_request: list[Evaluate] = []
        self._of_record = whole
        if of_request and rest:
            self._of_request = [compile_expression(ast.unparse(part)) for part in of_request]
            self._of_record = compile_expression(ast.unparse(ast.BoolOp(ast.Or(), rest)))

    def test(self, scope: Any) -> Test | None:
        """Return the test of one request, None where it lists every record."""
        if any(evaluate(scope) for evaluate in self._of_request):
            return None
        keep, inside = self._of_record, scope.having("record", None)

        def test(row: Row) -> bool:
            inside.record = row
            return bool(keep(inside))

        return test


def _asks_request_only(part: ast.expr) -> bool:
    names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
    return names <= {"query", "headers", "body"}


def _filter(name: str, value: Any, treatment: Treatment) -> Test:
    options = treatment.options
    try:
        matches = compile_filter(
            str(value), options.get("names"), options.get("operators"),
            times=options.get("times", ()), exact=options.get("exact_case", False),
        )  # fmt: skip
    except FilterError as error:
        raise Refusal(
            treatment.options.get("error", "bad_filter"), field=name, value=value, reason=str(error)
        ) from None
    return lambda row: matches(row.data)


def _prefix(name: str, value: Any, treatment: Treatment) -> Test:
    wanted = str(value).casefold()
    fields = [paths.split(field) for field in treatment.fields]
    return lambda row: any(
        str(found).casefold().startswith(wanted)
        for field in fields
        if (found := paths.get(row.data, field)) is not None
    )


def _contains(name: str, value: Any, treatment: Treatment) -> Test:
    wanted = str(value).casefold()
    fields = [paths.split(field) for field in treatment.fields]
    return lambda row: any(
        wanted in str(found).casefold()
        for field in fields
        if (found := paths.get(row.data, field)) is not None
    )


def _equals(name: str, value: Any, treatment: Treatment) -> Test:
    wanted = value if isinstance(value, list) else [value]
    texts = {_plain(item) for item in wanted}
    fields = [paths.split(field) for field in treatment.fields] or [(name,)]

    def test(row: Row) -> bool:
        for field in fields:
            found = paths.get(row.data, field)
            members = found if isinstance(found, list) else [found]
            if any(member is not None and _plain(member) in texts for member in members):
                return True
        return False

    return test


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


_TESTS: dict[str, Callable[[str, Any, Treatment], Test]] = {
    "filter": _filter,
    "search": _filter,
    "prefix": _prefix,
    "contains": _contains,
    "equals": _equals,
    "range": in_range,
}


def _key(scope: Any, path: paths.Path) -> Callable[[Row], tuple[int, Any]]:
    """Return the key of a sort: a stored field, or what `=EXPRESSION` says of the record."""
    if path[0].startswith("="):
        evaluate = compile_expression(".".join(path)[1:])
        return lambda row: _sortable(evaluate(scope.having("record", row)))
    return lambda row: _sortable(paths.get(row.data, path))


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    if isinstance(value, bool):
        return (1, int(value))
    if isinstance(value, (int, float)):
        return (1, value)
    return (2, str(value).casefold())
