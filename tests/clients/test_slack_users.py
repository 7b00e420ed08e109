"""The Slack twin's members and self-description through slack_sdk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

ADMIN, BOT = "U0TWINADM1", "U0TWINBOT1"


@pytest.fixture
def slack(served: Callable[..., Any]) -> WebClient:
    twin = served("slack", options=["--clock", "ticking"])
    twin.reset()
    return WebClient(token=twin.token("slack"), base_url=f"{twin.url('slack')}/api/")


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def test_api_test(slack: WebClient) -> None:
    assert slack.api_test(foo="pear")["args"]["foo"] == "pear"
    with pytest.raises(SlackApiError) as caught:
        slack.api_test(error="sour")
    answer = caught.value.response.data
    assert isinstance(answer, dict)
    assert (answer["error"], answer["args"]["error"]) == ("sour", "sour")
    stranger = WebClient(token="xoxb-nobody", base_url=slack.base_url)
    assert stranger.api_test()["ok"]


def test_auth_test(slack: WebClient) -> None:
    told = slack.auth_test()
    assert (told["user_id"], told["user"]) == (BOT, "twinbot")
    assert told["bot_id"].startswith("B") and told["team_id"].startswith("T")
    assert told["url"].startswith("https://")
    stranger = WebClient(token="xoxb-nobody", base_url=slack.base_url)
    assert refused(stranger.auth_test) == "invalid_auth"
    nobody = WebClient(base_url=slack.base_url)
    assert refused(nobody.auth_test) == "not_authed"


def test_list(slack: WebClient) -> None:
    everybody = slack.users_list()
    names = [member["name"] for member in everybody["members"]]
    assert names == ["slackbot", "robin", "twinbot", "jo"]
    assert everybody["response_metadata"]["next_cursor"] == "" and everybody["cache_ts"] > 0
    slackbot, robin, bot, _ = everybody["members"]
    assert (slackbot["id"], slackbot["updated"], slackbot["is_bot"]) == ("USLACKBOT", 0, False)
    assert robin["is_admin"] and robin["profile"]["real_name"] == "Robin Marsh"
    assert bot["is_bot"] and bot["profile"]["bot_id"].startswith("B")
    assert [len(page["members"]) for page in slack.users_list(limit=3)] == [3, 1]
    assert refused(slack.users_list, cursor="made-up") == "invalid_cursor"
    assert "locale" not in robin
    assert slack.users_list(include_locale=True)["members"][0]["locale"] == "en-US"
    assert slack.users_list(team_id="T0ELSEWHERE")["members"] == []


def test_info(slack: WebClient) -> None:
    assert slack.users_info(user=ADMIN)["user"]["name"] == "robin"
    assert slack.users_info(user=ADMIN, include_locale=True)["user"]["locale"] == "en-US"
    assert refused(slack.users_info, user="U0NOBODY1") == "user_not_found"
    assert refused(slack.users_info, user="robin@twin-workshop.example") == "user_not_found"


def test_lookup_by_email(slack: WebClient) -> None:
    found = slack.users_lookupByEmail(email="Robin@twin-workshop.example")
    assert found["user"]["id"] == ADMIN
    assert refused(slack.users_lookupByEmail, email="x@y.example") == "users_not_found"
    assert refused(slack.users_lookupByEmail, email="") == "users_not_found"


def test_profile(slack: WebClient) -> None:
    assert slack.users_profile_get()["profile"]["bot_id"].startswith("B")
    assert (
        slack.users_profile_get(user=ADMIN, include_labels=True)["profile"]["first_name"] == "Robin"
    )
    assert refused(slack.users_profile_get, user="U0NOBODY1") == "user_not_found"


def test_conversations(slack: WebClient) -> None:
    mine = slack.users_conversations()["channels"]
    assert [one["name"] for one in mine] == ["general", "random", "garden-plan"]
    assert "is_member" not in mine[0] and "num_members" not in mine[0]
    theirs = slack.users_conversations(user="U0TWINJO01")["channels"]
    assert [one["name"] for one in theirs] == ["general", "random"]
    (direct,) = slack.users_conversations(types="im")["channels"]
    assert direct["user"] == "USLACKBOT"
    slack.conversations_archive(channel=mine[1]["id"])
    left = slack.users_conversations(exclude_archived=True, exclude_muted=True)["channels"]
    assert [one["name"] for one in left] == ["general", "garden-plan"]
    assert [len(page["channels"]) for page in slack.users_conversations(limit=2)] == [2, 1]
    assert refused(slack.users_conversations, types="pigeon") == "invalid_types"
    assert slack.users_conversations(team_id="T0ELSEWHERE")["channels"] == []
