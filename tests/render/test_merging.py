"""Three-way merges of units: what a hand changed stays, the rest follows the rules."""

from __future__ import annotations

from twingen.render.merging import blocks, merge

BASE = """resource: dog
about: A dog.
# How they are called.
defaults: {name: Rex}
operations:
  GET /dogs:
    does: list
    page: cursor
  # Two steps.
  "DELETE /dogs/{}":
    does: delete
    find: {dog: path[0]}
inferred: [collections]
"""


def test_blocks_are_keys_and_operations() -> None:
    found = blocks(BASE)
    assert list(found) == [
        ("resource",), ("about",), ("defaults",), ("operations",), ("operations", "GET /dogs"),
        ("operations", "DELETE /dogs/{}"), ("inferred",),
    ]  # fmt: skip
    assert "".join(found.values()) == BASE
    assert found["defaults",] == "# How they are called.\ndefaults: {name: Rex}\n"


def test_what_the_hand_left_alone_follows() -> None:
    mine = BASE.replace("{name: Rex}", "{name: Ada}  # by hand")
    theirs = BASE.replace("page: cursor", "page: offset").replace("A dog.", "A good dog.")
    merged = merge(BASE, mine, theirs)
    assert merged is not None
    assert merged.text == mine.replace("page: cursor", "page: offset").replace("A dog.", "A good dog.")
    assert (merged.taken, merged.conflicts) == (("about", "GET /dogs"), ())


def test_what_both_changed_stays_as_the_hand_has_it_and_is_said() -> None:
    mine = BASE.replace("page: cursor", "page: none")
    theirs = BASE.replace("page: cursor", "page: offset")
    merged = merge(BASE, mine, theirs)
    assert merged is not None
    assert (merged.text, merged.conflicts) == (mine, ("GET /dogs",))


def test_new_and_gone_operations() -> None:
    mine = BASE.replace("A dog.", "My dog.")
    added = "  POST /dogs:\n    does: create\n"
    gone = '  # Two steps.\n  "DELETE /dogs/{}":\n    does: delete\n    find: {dog: path[0]}\n'
    merged = merge(BASE, mine, BASE.replace(gone, added))
    assert merged is not None
    assert merged.text == mine.replace(gone, added)
    assert merged.taken == ("DELETE /dogs/{}: gone", "POST /dogs: new")


def test_an_operation_that_the_hand_took_out_stays_out() -> None:
    taken = BASE.partition("  # Two steps.")[0] + "inferred: [collections]\n"
    again = merge(BASE, taken, BASE.replace("A dog.", "A good dog."))
    assert again is not None
    assert "DELETE" not in again.text
    changed = merge(BASE, taken, BASE.replace("does: delete", "does: unlink"))
    assert changed is not None
    assert changed.conflicts == ("DELETE /dogs/{}: taken out by hand",)


def test_a_text_written_anew_is_no_edit() -> None:
    assert merge(BASE, "resource: dog\noperations:\n  GET /dogs: {does: list}\n", BASE + "x: 1\n") is None


def test_both_took_the_last_operation_away() -> None:
    none = "resource: dog\nabout: A dog.\n# How they are called.\ndefaults: {name: Rex}\ninferred: [collections]\n"
    merged = merge(BASE, BASE.replace("A dog.", "My dog."), none)
    assert merged is not None
    assert merged.text == none.replace("A dog.", "My dog.")
