"""Arguments outside the body: path, query, headers and cookies, typed and checked.

All is worked out per operation when it is compiled; a request without a query costs a few dict
look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twingen.contract.keys import parameter_names
from twingen.contract.model import Operation, Parameter
from twingen.runtime.argument import Argument, compile_argument
from twingen.runtime.coercion import Coercion, graft, split_brackets
from twingen.runtime.pairs import MOST_PAIRS, TooManyPairsError, encoded_pairs, plain
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import Violation

_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})


class Arguments:
    """What a request sent outside its body.

    `path`, `query`, `header` and `cookie` hold typed values by documented name (absent: not
    sent); `undocumented` the query's other names with their (last) text.
    """

    __slots__ = ("cookie", "header", "path", "query", "undocumented", "violations")

    def __init__(self) -> None:
        self.path: dict[str, Any] = {}
        self.query: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.cookie: dict[str, Any] = {}
        self.undocumented: dict[str, str] = {}
        self.violations: list[Violation] = []

    @property
    def values(self) -> dict[str, Any]:
        """All values by name; where names collide path wins over query over header over cookie."""
        return {**self.cookie, **self.header, **self.query, **self.path}


class ParameterDecoder:
    """Decodes the arguments of one operation.

    `defaults` are the documented defaults of parameters by name; decoding does not fill them in.
    """

    __slots__ = ("_cookies", "_exact", "_headers", "_limit", "_loose", "_path", "_queries",
                 "_required", "defaults")  # fmt: skip

    def __init__(
        self,
        path: Sequence[tuple[str, Argument | None]],
        queries: Sequence[Argument],
        headers: Sequence[tuple[str, Argument]],
        cookies: Sequence[Argument],
        *,
        defaults: Mapping[str, Any],
        limit: int,
    ):
        self._path = tuple(path)
        self._queries = tuple(queries)
        self._exact = {argument.name: argument for argument in queries if not argument.scattered}
        self._loose = tuple(argument for argument in queries if argument.scattered)
        self._required = tuple(argument for argument in queries if argument.required)
        self._headers = tuple(headers)
        self._cookies = tuple(cookies)
        self.defaults = defaults
        self._limit = limit

    @property
    def reads_headers(self) -> bool:
        """Whether arguments may come in headers or cookies."""
        return bool(self._headers or self._cookies)

    def decode(
        self,
        path: Sequence[str] = (),
        query: str | bytes = "",
        headers: Mapping[str, str] | None = None,
    ) -> Arguments:
        """Decode raw path values (in template order), the raw query and lower-case headers."""
        found = Arguments()
        if path:
            for (name, argument), text in zip(self._path, path, strict=False):
                if argument is None:
                    found.path[name] = text
                else:
                    argument.take(text, found.path, found.violations)
        if query:
            self._decode_query(query, found)
        elif self._required:
            found.violations.extend(argument.missing for argument in self._required)
        if self._headers:
            sent = headers or {}
            for name, argument in self._headers:
                header = sent.get(name)
                if header is not None:
                    argument.take(header, found.header, found.violations)
                elif argument.required:
                    found.violations.append(argument.missing)
        if self._cookies:
            self._decode_cookies((headers or {}).get("cookie", ""), found)
        return found

    def _decode_query(self, query: str | bytes, found: Arguments) -> None:
        try:
            pairs = encoded_pairs(query, limit=self._limit)
        except TooManyPairsError as error:
            found.violations.append(
                Violation(
                    location="query", kind="maxItems", message=str(error), expected=self._limit
                )
            )
            return
        texts: dict[str, list[str]] = {}
        trees: dict[str, Any] = {}
        for name, raw in pairs:
            argument = self._exact.get(name)
            if argument is None and "[" in name and self._graft(name, raw, trees, found):
                continue
            if name in texts:
                texts[name].append(raw)
            else:
                texts[name] = [raw]
        values = found.query
        for argument in self._loose:
            argument.gather(texts, values, found.violations)
        for name, raws in texts.items():
            argument = self._exact.get(name)
            if argument is None:
                found.undocumented[name] = plain(raws[-1])
            elif name not in trees:
                argument.take_query(raws, values, found.violations)
        for name, tree in trees.items():
            self._exact[name].take_tree(tree, values, found.violations)
        for argument in self._required:
            if argument.name not in values and argument.name not in texts:
                found.violations.append(argument.missing)

    def _graft(self, name: str, raw: str, trees: dict[str, Any], found: Arguments) -> bool:
        """Put `a[b][c]` into the tree of `a`, where that is a documented array or object."""
        parts = split_brackets(name)
        if parts is None:
            return False
        base, steps = parts
        argument = self._exact.get(base)
        if argument is None or argument.shape.is_scalar:
            return False
        if not graft(trees, [base, *steps], plain(raw)):
            found.violations.append(argument.violation("type", f"{name} contradicts {base}"))
        return True

    def _decode_cookies(self, header: str, found: Arguments) -> None:
        sent: dict[str, str] = {}
        for part in header.split(";") if header else ():
            name, _, value = part.strip().partition("=")
            sent.setdefault(name, value.strip('"'))
        for argument in self._cookies:
            text = sent.get(argument.name)
            if text is not None:
                argument.take_query([text], found.cookie, found.violations)
            elif argument.required:
                found.violations.append(argument.missing)


def compile_parameters(
    operation: Operation,
    schemas: Schemas,
    *,
    template: str | None = None,
    lenient: bool = False,
    limit: int = MOST_PAIRS,
) -> ParameterDecoder:
    """Compile the decoder of `operation`'s arguments.

    `template` is the path whose parameters will come (an alias; default: the operation's own).
    `lenient` also takes `True` or `1` for a boolean and the last of a scalar's repeated values.
    """
    coercion = Coercion.of(schemas, lenient=lenient)
    path = (template or operation.path).partition("#")[0]

    def arguments(location: str) -> dict[str, Argument]:
        return {
            parameter.name: compile_argument(parameter, coercion)
            for parameter in operation.parameters
            if parameter.location == location
        }

    in_path = arguments("path")
    return ParameterDecoder(
        [(name, in_path.get(name)) for name in parameter_names(path)],
        list(arguments("query").values()),
        [
            (name.lower(), argument)
            for name, argument in arguments("header").items()
            if name.lower() not in _NOT_PARAMETERS
        ],
        list(arguments("cookie").values()),
        defaults=_defaults(operation.parameters, schemas),
        limit=limit,
    )


def _defaults(parameters: Iterable[Parameter], schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in parameters:
        for schema in (parameter.schema, schemas.resolve(parameter.schema)):
            if isinstance(schema, Mapping) and "default" in schema:
                found.setdefault(parameter.name, schema["default"])
    return found
