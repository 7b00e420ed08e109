"""The charts of a report as SVG; colours and fonts are the page's style sheet's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from twingen.report.model import Round
from twingen.report.sums import Sums

_WIDTH = 460
_LEFT = 44
_RIGHT = 12
_ROW = 26


def convergence(rounds: Sequence[Round]) -> Markup:
    """Return findings (new as bars, open as a line) over cases (the sum so far), by round."""
    if not rounds:
        return _svg(60, [_text(_WIDTH / 2, 34, "no round was run", anchor="middle", kind="faint")], "No rounds")
    top, floor, base = 18.0, 130.0, 214.0
    step = (_WIDTH - _LEFT - _RIGHT) / len(rounds)
    most = max(1, *(max(one.new, one.open) for one in rounds))
    total = max(1, sum(one.cases for one in rounds))
    parts: list[Markup] = []
    for share in (0, 0.5, 1):
        if share == 0.5 and most % 2:
            continue
        y = floor - share * (floor - top)
        parts += [_line(y), _text(_LEFT - 8, y + 4, f"{share * most:g}", anchor="end", kind="faint")]
    parts += [_line(base), _text(_LEFT - 8, base - 46, _short(total), anchor="end", kind="faint")]
    parts.append(_text(_LEFT - 8, base + 4, "0", anchor="end", kind="faint"))
    parts += [_text(_LEFT, 11, "findings", kind="faint"), _text(_LEFT, floor + 22, "cases so far", kind="faint")]
    points, area, sofar = [], [(float(_LEFT), base)], 0
    every = max(1, len(rounds) // 14)
    for index, one in enumerate(rounds):
        middle = _LEFT + step * (index + 0.5)
        wide = min(28.0, step * 0.5)
        high = one.new / most * (floor - top)
        title = f"round {one.number}: {one.new} new, {one.open} open, {one.cases:,} cases, {one.seconds:.1f} s"
        parts.append(
            Markup('<g><title>{}</title><rect class="new" x="{}" y="{}" width="{}" height="{}" rx="2" opacity="0.35"/>'
                   '<rect x="{}" y="{}" width="{}" height="{}" fill="transparent"/></g>').format(
                title, _n(middle - wide / 2), _n(floor - high), _n(wide), _n(high),
                _n(middle - step / 2), top, _n(step), _n(base - top))
        )  # fmt: skip
        points.append((middle, floor - one.open / most * (floor - top)))
        sofar += one.cases
        area.append((_LEFT + step * (index + 1), base - sofar / total * 50))
        if index % every == 0:
            parts.append(_text(middle, base + 18, str(one.number), anchor="middle", kind="faint"))
    area.append((area[-1][0], base))
    parts.append(Markup('<polygon class="cases" points="{}"/>').format(_points(area)))
    if len(points) > 1:
        parts.append(Markup('<polyline class="open" points="{}"/>').format(_points(points)))
    for x, y in points:
        parts.append(Markup('<circle class="new" cx="{}" cy="{}" r="3.5"/>').format(_n(x), _n(y)))
    last = rounds[-1]
    label = f"{len(rounds)} rounds, {last.open} findings open at the end, {total:,} cases"
    return _svg(240, parts, label)


def coverage(resources: Mapping[str, Sums]) -> Markup:
    """Return a bar a resource, its operations by tier, and how many of those tried pass."""
    if not resources:
        return _svg(60, [_text(_WIDTH / 2, 34, "no operations", anchor="middle", kind="faint")], "No operations")
    rows = sorted(resources.items(), key=lambda item: (-item[1].documented, item[0]))
    most = max(one.documented for _, one in rows)
    left, right = 144.0, 58.0
    scale = (_WIDTH - left - right) / most
    parts: list[Markup] = []
    for index, (name, one) in enumerate(rows):
        y = index * _ROW
        bars, x = [], left
        for kind, count in (("semantic", one.semantic), ("shape", one.shape), ("unsupported", one.unsupported)):
            if count:
                wide = count * scale
                bars.append(
                    Markup('<rect class="{}" x="{}" y="{}" width="{}" height="14" rx="2"/>').format(
                        kind, _n(x), y + 6, _n(max(1.0, wide - 2))
                    )
                )
                x += wide
        share = one.overlay
        text = f"{share.held}/{share.of}" if share.of else "–"
        kind = "failing" if share.held < share.of or one.open else "faint"
        title = (
            f"{name}: {one.semantic} semantic, {one.shape} shape, {one.unsupported} unsupported; "
            f"{share} pass with the overlay; {one.open} open"
        )
        parts.append(
            Markup('<a href="#operations" data-choose="{}"><title>{}</title>{}{}{}</a>').format(
                name, title,
                _text(left - 10, y + 17, name if len(name) <= 20 else f"{name[:19]}…", anchor="end"),
                Markup("").join(bars), _text(_WIDTH - 4, y + 17, text, anchor="end", kind=kind),
            )
        )  # fmt: skip
    return _svg(len(rows) * _ROW + 6, parts, f"{len(rows)} resources and their operations by tier")


def _svg(height: int, parts: Sequence[Markup], label: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, height, label, Markup("").join(parts)
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(
        _n(x), _n(y), anchor, kind, escape(text)
    )


def _line(y: float) -> Markup:
    return Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        _LEFT, _WIDTH - _RIGHT, _n(y), _n(y)
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _short(number: int) -> str:
    return f"{number / 1e6:.1f}M" if number >= 1e6 else f"{number / 1e3:.0f}k" if number >= 10_000 else f"{number:,}"
