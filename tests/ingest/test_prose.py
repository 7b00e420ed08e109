"""Pages of prose: headings and lines, from Markdown and from HTML."""

from __future__ import annotations

from pathlib import Path

from twingen.ingest.prose import read_pages

HTML = """<!doctype html>
<html><head><title>Kennel &amp; more</title><style>p { color: red }</style></head>
<body>
<nav><a href="/">Home</a></nav>
<h1>Dogs</h1>
<p>A dog is deleted
in <em>two</em> steps, see <a href="two.html">steps</a>.</p>
<h2 id="fields">Fields</h2>
<table>
<tr><th>Name</th><th>What</th></tr>
<tr><td><code>age</code></td><td>a | b</td></tr>
</table>
<ol><li>First</li><li>Second
<ul><li>Inner</li></ul></li></ol>
<pre><code class="language-json">{
  "name": "Rex"
}
</code></pre>
<script>alert("never")</script>
</body></html>
"""


def pages(tmp_path: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (tmp_path / name.replace("_", ".")).write_text(text)
    return [page.path for page in read_pages(tmp_path)]


def test_html_reads_as_markdown(tmp_path: Path) -> None:
    (tmp_path / "dogs.html").write_text(HTML)
    (page,) = read_pages(tmp_path)
    assert page.text.splitlines() == [
        "# Dogs",
        "",
        "A dog is deleted in two steps, see [steps](two.html).",
        "",
        "## Fields",
        "",
        "| Name | What |",
        "| --- | --- |",
        "| `age` | a \\| b |",
        "",
        "1. First",
        "2. Second",
        "  - Inner",
        "",
        "```",
        "{",
        '  "name": "Rex"',
        "}",
        "```",
    ]
    assert page.title == "Dogs"


def test_lines_lead_back_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "dogs.html").write_text(HTML)
    (page,) = read_pages(tmp_path)
    source = HTML.splitlines()
    text = page.text.splitlines()
    for words in ("A dog is deleted", "Fields", "Second", '"name": "Rex"'):
        number = next(n for n, line in enumerate(text, 1) if words in line)
        assert words in source[page.line_in_file(number) - 1]
    heading = page.headings[1]
    assert (heading.level, heading.anchor, page.line_in_file(heading.line)) == (2, "fields", 8)


def test_a_page_without_headings_is_called_as_its_title(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<html><title>Kennel &amp; more</title><p>Text</html>")
    (page,) = read_pages(tmp_path)
    assert (page.title, page.text) == ("Kennel & more", "Text")


def test_pages_are_known_by_content(tmp_path: Path) -> None:
    found = pages(
        tmp_path, a_md="# A", b_html="not html at all", c="<!DOCTYPE html><html><p>x</p></html>",
        d_json="{}",
    )  # fmt: skip
    assert found == ["a.md", "c"]
