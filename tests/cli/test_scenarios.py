"""`twingen scenarios` as a user runs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from tests.cli.calling import Twingen
from tests.conftest import Served, folder_of

STORY = """\
arazzo: 1.0.1
info: {title: Two users, version: 1.0.0}
sourceDescriptions:
- {name: okta, url: ./contract.json, type: openapi}
workflows:
- workflowId: two-of-a-name
  summary: A login is taken once.
  steps:
  - stepId: first
    operationId: createUser
    requestBody: &user
      payload: {profile: {firstName: Lea, lastName: Roy, login: lea@example.com, email: lea@example.com}}
  - stepId: second
    operationId: createUser
    requestBody: *user
    successCriteria:
    - condition: $statusCode == STATUS
"""


def test_the_twins_own_scenarios(twingen: Twingen) -> None:
    done = twingen("scenarios", folder_of("google-sheets"), "--times", "2")
    assert (done.code, done.err) == (0, f"{folder_of('google-sheets')}\n")
    assert done.out == (
        "satisfied      2/2  all-or-nothing  A batch whose last request is refused leaves nothing of the ones before it.\n"
        "satisfied      2/2  typed-and-raw   RAW keeps texts as they are, USER_ENTERED understands them, and formulas follow.\n"
        "\n"
        "2 scenarios, 4 of 4 trajectories satisfied (100.0%)\n"
    )
    quiet = twingen("scenarios", "google-sheets", "-q")
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.out == "2 scenarios, 20 of 20 trajectories satisfied (100.0%)\n"


def test_a_scenario_that_does_not_hold(twingen: Twingen) -> None:
    (twingen.home / "stories").mkdir()
    (twingen.home / "stories" / "taken.yaml").write_text(STORY.replace("STATUS", "409"))
    (twingen.home / "right.yaml").write_text(STORY.replace("STATUS", "400"))
    done = twingen("scenarios", "okta", "stories", "right.yaml", "--times", "3")
    assert done.code == 1
    assert done.out.splitlines()[:6] == [
        "FAILED         0/3  two-of-a-name  A login is taken once.",
        "satisfied      3/3  two-of-a-name  A login is taken once.",
        "",
        "two-of-a-name: the step 'second' fails (3 times)",
        "  stories/taken.yaml:17: - condition: $statusCode == 409",
        "  expected  $statusCode == 409",
    ]
    assert done.out.splitlines()[6].startswith('  observed  $statusCode is 400; it answers 400 {"errorCode":"E0000001"')
    assert done.out.count("curl -s -X POST") == 2
    assert done.out.splitlines()[-1] == "2 scenarios, 3 of 6 trajectories satisfied (50.0%)"

    told = json.loads(twingen("scenarios", "okta", "stories", "--times", "2", "--json").out)
    assert (told["name"], told["satisfied"], told["trajectories"], told["satisfaction"]) == ("okta", 0, 2, 0)
    assert told["stories"][0]["file"] == "stories/taken.yaml"
    assert told["findings"][0]["operation"] == "POST /api/v1/users"


def test_a_file_that_is_wrong(twingen: Twingen) -> None:
    (twingen.home / "wrong.yaml").write_text(STORY.replace("successCriteria", "succesCriteria"))
    done = twingen("scenarios", "okta", "wrong.yaml", "-q")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "twingen: wrong.yaml:16: unknown key 'succesCriteria' (at workflows.0.steps.1.succesCriteria)\n"
        "  did you mean 'successCriteria'?\n"
    )


def test_wrong_use(twingen: Twingen) -> None:
    nowhere = twingen("scenarios", "okta", "nowhere.yaml", "-q")
    assert (nowhere.code, nowhere.err) == (2, "twingen: nowhere.yaml: there is no such file or folder\n")
    writes = twingen("scenarios", "okta", "--destructive", "sandbox.example.com", "-q")
    assert (writes.code, writes.err) == (2, "twingen: --destructive needs a --base-url\n")
    shutil.copytree(folder_of("okta"), twingen.home / "bare", ignore=shutil.ignore_patterns("scenarios"))
    bare = twingen("scenarios", "./bare", "-q")
    assert bare.code == 2
    assert bare.err == (
        "twingen: bare: okta has no scenarios\n  write one into bare/scenarios/, or name a file\n"
    )


def test_over_http(twingen: Twingen, served: Callable[..., Served]) -> None:
    server = served("google-sheets", "google-drive")
    sheets, drive = server.url("google-sheets"), server.url("google-drive")
    both = ("--base-url", drive, "--base-url", f"google-sheets={sheets}")
    done = twingen("scenarios", "google-drive", *both, "-q")
    assert (done.code, done.out) == (0, "1 scenario, 1 of 1 trajectories satisfied (100.0%)\n")
    one = twingen("scenarios", "google-drive", "--base-url", drive)
    assert one.code == 2
    assert "deleted-spreadsheet speaks to google-sheets as well, and no server is given for it" in one.err
    other = twingen("scenarios", "google-drive", *both, "--destructive", "sandbox.example.com")
    assert other.code == 2
    assert "--destructive names 'sandbox.example.com', and --base-url goes to 127.0.0.1" in other.err


def test_help_teaches(twingen: Twingen) -> None:
    text = twingen("scenarios", "--help").out
    assert "twingen scenarios okta --base-url http://127.0.0.1:9000" in text
    assert "Exit codes:" in text
