"""The pages of a twin: `ui.yaml` spelled out, and `ui/index.html` rendered from it."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from twingen.folders import templates_folder
from twingen.twin.model import Twin
from twingen.twin.views import views
from twingen.twin.write import dump_views

# What static/app.js listens to.
_SHORTCUTS = (
    (("/",), "filter"),
    (("j", "k"), "next, previous record"),
    (("Enter",), "open the record"),
    (("n",), "new record"),
    (("e",), "edit the record"),
    (("Esc",), "close, leave the filter, go up"),
    (("l",), "show or hide the journal"),
    (("w",), "worlds"),
    (("?",), "this help"),
)


def ui_yaml(twin: Twin) -> str:
    """Return ui.yaml with a view for every resource of `twin`."""
    return dump_views(views(twin))


def render_pages(twin: Twin) -> dict[str, str]:
    """Return the files of `ui/` by their path in the twin's folder.

    The page names every resource in the order of its views, so that a hand can regroup them and
    say more about each. Values are escaped by jinja.
    """
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "ui"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    about = {resource.name: resource.about for resource in twin.resources}
    entries = [
        {
            "name": view.resource,
            "title": view.title or view.resource,
            "about": _marked(about[view.resource]),
            "minor": view.minor,
        }
        for view in views(twin)
    ]
    page = environment.get_template("index.html").render(
        name=twin.name,
        title=twin.title or twin.name,
        resources=[entry for entry in entries if not entry["minor"]],
        minor=[entry for entry in entries if entry["minor"]],
        entries=entries,
        shortcuts=_SHORTCUTS,
    )
    return {"ui/index.html": page}


def _marked(text: str) -> list[tuple[str, bool]]:
    """Return the pieces of a text and whether each stood between backticks."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return [(text, False)]
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]
