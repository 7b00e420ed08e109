"""Trajectories differ in names and order, and find twins that know a scenario by heart."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.conftest import ROOT, folder_of
from tests.verify.making import whole
from tests.verify.scenarios.making import scenario_of, text_of, workflow
from twingen.report.model import Finding, Story
from twingen.twin.load import load_twin
from twingen.twin.model import Seed, Twin
from twingen.verify.events import Found, Told
from twingen.verify.scenarios import check_scenarios
from twingen.verify.scenarios.ordering import reordered
from twingen.verify.scenarios.renaming import Renaming
from twingen.verify.scenarios.trajectories import variants_of


def told(twin: Twin, folder: Path, times: int, *, variants: bool = True) -> tuple[list[Story], list[Finding]]:
    events = list(check_scenarios(twin, files=[folder], times=times, variants=variants))
    stories = [event.story for event in events if isinstance(event, Told)]
    return stories, [event.finding for event in events if isinstance(event, Found)]


PEOPLE = text_of(workflow("""\
- stepId: make
  operationId: post_items
  requestBody:
    payload: {name: "{$inputs.first} {$inputs.last}", state: OPEN, note: Told by phone, size: $inputs.size}
  successCriteria:
  - condition: $response.body#/name != 'Nobody Else'
  - {context: $response.body, type: jsonpath, condition: "$['name','note']"}
  - {context: $response.body#/note, type: regex, condition: "^Told"}
- stepId: find
  operationId: get_items
  parameters: [{name: name, in: query, value: "{$inputs.first} {$inputs.last}"}]
""", """\
inputs:
  type: object
  properties:
    first: {type: string, default: Ada}
    last: {type: string, default: Lovelace-King}
    mail: {type: string, format: email, default: ada.king@mail.example}
    site: {type: string, default: "https://shop.example/ada"}
    size: {enum: [Small, Large], default: Small}
    short: {type: string, pattern: "^[a-f]+$", default: abad}
    phrase: {type: string, default: Somebody else on the phone}
"""))  # fmt: skip


def test_words_are_renamed_alike_everywhere() -> None:
    values = Renaming(scenario_of(PEOPLE)).of("1").workflows["story"].values
    first, last = str(values["first"]), str(values["last"])
    assert len(first) == 3 and first.istitle() and first != "Ada"
    assert [part.istitle() for part in last.split("-")] == [True, True] and len(last) == len("Lovelace-King")
    assert not set(last.split("-")) & {"Lovelace", "King"}
    # The same words in an address; hosts stay.
    assert values["mail"] == f"{first}.{last.split('-')[1]}@mail.example".lower()
    assert values["site"] == f"https://shop.example/{first.lower()}"


def test_what_may_mean_something_stays() -> None:
    values = Renaming(scenario_of(PEOPLE)).of("1").workflows["story"].values
    # Choices, and what no other text would fit.
    assert (values["size"], values["short"]) == ("Small", "abad")
    # Words that answers are compared with, or that are sent where the contract says nothing of them.
    words = str(values["phrase"]).split()
    assert (words[1], words[4]) == ("else", "phone")
    assert words[0] != "Somebody" and words[2] != "on" and words[3] != "the"


@pytest.mark.parametrize("seed", range(20))
def test_what_is_equal_begins_alike_or_is_ordered_stays_so(seed: int) -> None:
    text = text_of(workflow("- {stepId: list, operationId: get_items}\n", """\
inputs:
  type: object
  properties:
    a: {type: string, default: Lamp}
    b: {type: string, default: Lantern}
    c: {type: string, default: La}
    d: {type: string, default: chair}
    e: {type: string, default: Lamp chair}
    f: {type: string, default: zebra}
    g: {type: string, default: lamp.chair@example.com}
"""))
    values = Renaming(scenario_of(text)).of(str(seed)).workflows["story"].values
    a, b, c, d, e, f, g = (str(values[name]) for name in "abcdefg")
    assert a.startswith(c) and b.startswith(c) and e == f"{a} {d}"
    assert g == f"{a.lower()}.{d}@example.com"
    assert sorted([a.lower(), b.lower(), d, f]) == [d, a.lower(), b.lower(), f]
    assert len({a, b, d, f}) == 4
    assert [len(one) for one in (a, b, c, d)] == [4, 7, 2, 5]


def test_what_the_world_has_and_what_is_pinned_keeps_its_name() -> None:
    twin = replace(whole(), seeds=(Seed(resource="item", data={"name": "General Store"}),))
    text = text_of(workflow(
        "- {stepId: list, operationId: get_items}\n",
        "x-twingen-fixed: [Pinned]\ninputs: {type: object, properties: "
        "{a: {default: General}, b: {default: pinned one}, c: {default: Free}}}\n",
    ))  # fmt: skip
    values = Renaming(scenario_of(text, twin)).of("1").workflows["story"].values
    assert values["a"] == "General" and str(values["b"]).startswith("pinned ") and values["c"] != "Free"


def test_a_literal_is_renamed_in_payload_and_criterion_alike() -> None:
    text = text_of(workflow("""\
- stepId: make
  operationId: post_items
  requestBody: {payload: {name: Old Lamp, state: OPEN}}
  successCriteria:
  - condition: $response.body#/name == 'Old Lamp' && $response.body#/state == 'OPEN'
"""))
    document = Renaming(scenario_of(text)).of("1")
    step = document.workflows["story"].steps[0]
    assert step.body is not None
    name = step.body.payload["name"]
    assert name != "Old Lamp" and step.body.payload["state"] == "OPEN"
    assert step.criteria[0].condition == f"$response.body#/name == '{name}' && $response.body#/state == 'OPEN'"


def test_what_a_called_workflow_gets_is_data() -> None:
    part = workflow(
        "- {stepId: make, operationId: post_items, requestBody: {payload: {name: $inputs.name}}}\n",
        "inputs: {type: object, properties: {name: {type: string}, size: {enum: [Small]}}}\n", id="part",
    )  # fmt: skip
    story = workflow(
        "- {stepId: lamp, workflowId: part, parameters: [{name: name, value: lamp}, {name: size, value: Small}]}\n"
    )
    (step,) = Renaming(scenario_of(text_of(story, part))).of("1").workflows["story"].steps
    name, size = (parameter.value for parameter in step.parameters)
    assert name != "lamp" and len(name) == 4 and size == "Small"


def test_a_twin_that_knows_the_scenario_by_heart_is_found(tmp_path: Path) -> None:
    """It answers with the name that the scenario happens to use, whatever is sent."""
    shutil.copytree(folder_of("okta"), tmp_path / "okta")
    file = tmp_path / "okta" / "resources" / "group.yaml"
    text = file.read_text()
    assert 'profile: {$merge: [{name: "", description: null}, "{body.profile}"]}' in text
    file.write_text(text.replace(
        'profile: {$merge: [{name: "", description: null}, "{body.profile}"]}',
        "profile: {name: \"{'Harbour Pilots' if len(body.profile.name) > 12 else body.profile.name}\", description: null}",
    ))  # fmt: skip
    twin = load_twin(tmp_path / "okta")
    onboarding = tmp_path / "okta" / "scenarios" / "onboarding.yaml"
    stories, findings = told(twin, onboarding, 1)
    assert (stories[0].satisfied, findings) == (1, [])
    stories, (finding,) = told(twin, onboarding, 5)
    assert stories[0].satisfied == 1
    assert finding.operation == "POST /api/v1/groups" and finding.count == 4
    assert "other names" in finding.title and finding.expected == "$response.body#/profile/name == $inputs.team"
    # The same data again and again notices nothing.
    stories, findings = told(twin, onboarding, 5, variants=False)
    assert (stories[0].satisfied, findings) == (5, [])


def test_a_twin_that_lives_on_an_order_is_found() -> None:
    """Steps that are said to be independent come in another order."""
    steps = """\
- {stepId: one, operationId: post_items, requestBody: {payload: {name: One}}, outputs: {id: $response.body#/id}}
- {stepId: two, operationId: post_tags, requestBody: {payload: {name: Two}}, outputs: {id: $response.body#/id}}
- stepId: link
  operationId: put_items_item_tags_tag
  parameters:
  - {name: item, in: path, value: $steps.one.outputs.id}
  - {name: tag, in: path, value: $steps.two.outputs.id}
- {stepId: read, operationId: get_items}
- {stepId: read-tags, operationId: get_tags}
"""
    scenario = scenario_of(text_of(workflow(steps)))
    orders = {
        tuple(step.id for step in reordered(scenario, scenario.workflow, Random(seed))) for seed in range(40)
    }
    # Two creates of different resources, and two reads; what uses them comes after, reads after writes.
    assert orders == {
        (*makes, "link", *reads)
        for makes in (("one", "two"), ("two", "one"))
        for reads in (("read", "read-tags"), ("read-tags", "read"))
    }


def test_creates_of_one_resource_and_faults_keep_their_order() -> None:
    steps = """\
- {stepId: a, operationId: post_items, requestBody: {payload: {name: One}}}
- {stepId: b, operationId: post_items, requestBody: {payload: {name: Two}}}
- {stepId: c, operationId: get_items, x-twingen-fault: [{advance: 1h}]}
- {stepId: d, operationId: get_tags}
"""
    scenario = scenario_of(text_of(workflow(steps)))
    assert {tuple(s.id for s in reordered(scenario, scenario.workflow, Random(n))) for n in range(20)} == {tuple("abcd")}
    scenario = scenario_of(text_of(workflow(steps, "x-twingen-independent: [[a, b]]\n")))
    assert {tuple(s.id for s in reordered(scenario, scenario.workflow, Random(n))) for n in range(20)} == {
        tuple("abcd"), tuple("bacd"),
    }  # fmt: skip


def test_the_first_of_seed_0_is_as_written_and_seeds_repeat() -> None:
    scenario = scenario_of(PEOPLE)
    first, second = variants_of(scenario, 2, 0, vary=True)
    assert (first.about, first.workflow) == ("", scenario.workflow) and second.workflow != scenario.workflow
    (again,) = list(variants_of(scenario, 2, 0, vary=True))[1:]
    assert again == second
    assert next(variants_of(scenario, 1, 7, vary=True)).about.startswith("variant 7.0: other names")


def test_committed_scenarios_hold_in_every_variant() -> None:
    names = ("okta", "slack", "google-sheets", "google-drive")
    twins = [load_twin(ROOT / "generated" / name) for name in names]
    events = list(check_scenarios(twins, times=5, seed=3))
    stories = [event.story for event in events if isinstance(event, Told)]
    assert {story.id: story.satisfaction for story in stories} == dict.fromkeys(
        ["illegal-moves", "offboarding", "onboarding", "paging", "passwords", "search", "channel-life",
         "direct-message", "second-thoughts", "all-or-nothing", "typed-and-raw", "deleted-spreadsheet"], 1.0,
    )  # fmt: skip
    assert not [event for event in events if isinstance(event, Found)]
