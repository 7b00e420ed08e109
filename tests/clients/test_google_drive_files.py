"""Drive's files and permissions, and the world that they share with Sheets, through Google's own client."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from googleapiclient.http import MediaIoBaseUpload

from tests.clients.google_services import client
from tests.clients.test_google_sheets_values import refused
from tests.conftest import Served, TwinRun

FOLDER = "application/vnd.google-apps.folder"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


class Google:
    """Drive and Sheets over one world."""

    def __init__(self, run: Served):
        self.drive = client("google-drive", run.url("google-drive"), run.token("google-drive"))
        self.sheets = client("google-sheets", run.url("google-sheets"), run.token("google-sheets"))
        self.files = self.drive.files()

    def make(self, name: str, mime: str = SPREADSHEET, **more: Any) -> Any:
        return self.files.create(
            body={"name": name, "mimeType": mime, **more}, fields="*"
        ).execute()

    def names(self, **query: Any) -> list[str]:
        return [file["name"] for file in self.files.list(**query).execute()["files"]]


@pytest.fixture
def google(served: Callable[..., Served]) -> Iterator[Google]:
    run = served("google-sheets", "google-drive")
    run.reset()
    google = Google(run)
    yield google
    google.drive.close()
    google.sheets.close()


def test_a_file_is_made_read_changed_and_deleted(google: Google) -> None:
    made = google.files.create(
        body={"name": "Plan", "mimeType": SPREADSHEET}, supportsAllDrives=True
    ).execute()
    assert made == {"kind": "drive#file", "id": made["id"], "name": "Plan", "mimeType": SPREADSHEET}
    assert len(made["id"]) == 44
    assert google.files.get(fileId=made["id"]).execute() == made
    times = google.files.get(fileId=made["id"], fields="createdTime,modifiedTime").execute()
    assert times["createdTime"].endswith("Z") and list(times) == ["createdTime", "modifiedTime"]
    changed = google.files.update(
        fileId=made["id"], body={"description": "d"}, fields="name,description"
    ).execute()
    assert changed == {"name": "Plan", "description": "d"}
    assert google.files.delete(fileId=made["id"]).execute() == ""
    gone = refused(google.files.get(fileId=made["id"]).execute)
    assert gone == (404, f"File not found: {made['id']}.")
    plain = google.files.create(body={}).execute()
    assert (plain["name"], plain["mimeType"], len(plain["id"])) == (
        "Untitled",
        "application/octet-stream",
        33,
    )
    assert refused(google.files.get(fileId=plain["id"], fields="nope").execute) == (
        400,
        "Invalid field selection nope",
    )
    moved = google.files.update(fileId=plain["id"], body={"parents": ["root"]})
    assert refused(moved.execute)[0] == 403


def test_a_spreadsheet_is_the_same_thing_in_both(google: Google) -> None:
    file = google.make("Budget")
    spreadsheets = google.sheets.spreadsheets()
    found = spreadsheets.get(spreadsheetId=file["id"]).execute()
    assert (found["properties"]["title"], len(found["sheets"])) == ("Budget", 1)
    google.files.update(fileId=file["id"], body={"name": "Renamed"}).execute()
    assert spreadsheets.get(spreadsheetId=file["id"]).execute()["properties"]["title"] == "Renamed"
    update = {"updateSpreadsheetProperties": {"properties": {"title": "Again"}, "fields": "title"}}
    spreadsheets.batchUpdate(spreadsheetId=file["id"], body={"requests": [update]}).execute()
    assert google.files.get(fileId=file["id"]).execute()["name"] == "Again"
    made = spreadsheets.create(body={"properties": {"title": "From Sheets"}}).execute()
    whole = google.files.get(fileId=made["spreadsheetId"], fields="*").execute()
    assert (whole["name"], whole["mimeType"], whole["trashed"]) == (
        "From Sheets",
        SPREADSHEET,
        False,
    )
    google.files.delete(fileId=file["id"]).execute()
    lost = refused(spreadsheets.get(spreadsheetId=file["id"]).execute)
    assert lost == (404, "Requested entity was not found.")


def test_lists_are_searched_ordered_and_paged(google: Google) -> None:
    folder = google.make("Reports", FOLDER)
    for name in ("Don't panic", "beta plan", "alpha"):
        google.make(name, parents=[folder["id"]], properties={"team": name[0]})
    time.sleep(0.005)  # newest first: not within the same millisecond
    google.make("notes.txt", "text/plain", starred=True)
    answer = google.files.list(
        pageSize=1000, supportsAllDrives=True, includeItemsFromAllDrives=True
    ).execute()
    assert list(answer) == ["kind", "incompleteSearch", "files"]
    assert answer["files"][0]["name"] == "notes.txt"
    assert answer["files"][0].keys() == {"kind", "id", "name", "mimeType"}
    assert google.names(orderBy="folder,name desc") == [
        "Reports",
        "notes.txt",
        "Don't panic",
        "beta plan",
        "alpha",
    ]
    for q, names in {
        f'mimeType="{SPREADSHEET}" and name = "Don\'t panic"': ["Don't panic"],
        "name = 'Don\\'t panic'": ["Don't panic"],
        "name contains 'pla'": ["beta plan"],
        "name contains 'lan'": [],
        f"'{folder['id']}' in parents and not name contains 'a'": ["beta plan", "Don't panic"],
        "'root' in parents": ["Reports", "notes.txt"],
        "starred = true or name = 'alpha'": ["alpha", "notes.txt"],
        "properties has { key='team' and value='b' }": ["beta plan"],
        "modifiedTime > '2000-01-01T00:00:00' and trashed = false and mimeType != 'text/plain'": [
            "Don't panic", "Reports", "alpha", "beta plan",
        ],
        "'me' in owners and visibility = 'limited' and fullText contains 'notes'": ["notes.txt"],
    }.items():  # fmt: skip
        assert google.names(q=q, orderBy="name", spaces="drive", corpora="user") == sorted(
            names, key=str.casefold
        ), q
    assert google.names(corpora="domain") == google.names(spaces="appDataFolder") == []
    assert refused(google.files.list(driveId="none").execute) == (
        404,
        "Shared drive not found: none.",
    )
    for bad in (
        {"corpora": "drive"},
        {"q": "name ="},
        {"q": "nope = 'x'"},
        {"orderBy": "nope"},
        {"pageToken": "nope"},
    ):
        assert refused(google.files.list(**bad).execute) == (400, "Invalid Value"), bad
    first = google.files.list(pageSize=3, orderBy="name").execute()
    rest = google.files.list(pageSize=3, orderBy="name", pageToken=first["nextPageToken"]).execute()
    assert [len(first["files"]), len(rest["files"]), "nextPageToken" in rest] == [3, 2, False]


def test_the_trash_is_emptied(google: Google) -> None:
    folder = google.make("Old", FOLDER)
    inner = google.make("inside", parents=[folder["id"]])
    outer = google.make("outside")
    google.files.update(fileId=folder["id"], body={"trashed": True}).execute()
    fields = "trashed,explicitlyTrashed"
    assert google.files.get(fileId=inner["id"], fields=fields).execute() == {
        "trashed": True, "explicitlyTrashed": False,
    }  # fmt: skip
    google.files.update(fileId=folder["id"], body={"trashed": False}).execute()
    assert google.files.get(fileId=inner["id"], fields="trashed").execute() == {"trashed": False}
    google.files.update(fileId=folder["id"], body={"trashed": True}).execute()
    google.files.emptyTrash().execute()
    assert google.names() == ["outside"]
    assert refused(google.sheets.spreadsheets().get(spreadsheetId=inner["id"]).execute)[0] == 404
    assert google.files.get(fileId=outer["id"]).execute()["name"] == "outside"


def test_a_file_is_moved(google: Google) -> None:
    one, two = google.make("one", FOLDER), google.make("two", FOLDER)
    file = google.make("file", parents=[one["id"]])
    moved = google.files.update(
        fileId=file["id"], addParents=two["id"], removeParents=one["id"], fields="parents"
    )
    assert moved.execute() == {"parents": [two["id"]]}


def test_a_spreadsheet_is_copied_and_exported(google: Google) -> None:
    file = google.make("Data")
    values = google.sheets.spreadsheets().values()
    rows = {"values": [["a", "B,2"], ["=1+1"]]}
    values.update(
        spreadsheetId=file["id"], range="A1", valueInputOption="USER_ENTERED", body=rows
    ).execute()
    copy = google.files.copy(fileId=file["id"], body={}).execute()
    assert copy["name"] == "Copy of Data"
    assert values.get(spreadsheetId=copy["id"], range="A1:B2").execute()["values"] == [
        ["a", "B,2"],
        ["2"],
    ]
    text = google.files.export(fileId=copy["id"], mimeType="text/csv").execute()
    assert text == b'a,"B,2"\r\n2,'
    folder = google.make("F", FOLDER)
    assert refused(google.files.copy(fileId=folder["id"], body={}).execute)[0] == 403
    plain = google.make("x", "text/plain")
    assert refused(google.files.export(fileId=plain["id"], mimeType="text/csv").execute) == (
        403, "Export only supports Docs Editors files.",
    )  # fmt: skip


def test_bytes_are_uploaded_and_read_back(google: Google) -> None:
    media = MediaIoBaseUpload(io.BytesIO(b"hello world"), mimetype="text/plain")
    made = google.files.create(
        body={"name": "hello.txt"}, media_body=media, fields="id,size,mimeType"
    ).execute()
    assert (made["size"], made["mimeType"]) == ("11", "text/plain")
    assert google.files.get_media(fileId=made["id"]).execute() == b"hello world"
    assert google.names(q="fullText contains 'world'") == ["hello.txt"]
    sheet = google.make("S")
    assert refused(google.files.get_media(fileId=sheet["id"]).execute)[0] == 403


def test_a_file_is_shared(google: Google) -> None:
    file, permissions = google.make("Shared"), google.drive.permissions()
    owner = permissions.list(fileId=file["id"]).execute()["permissions"]
    assert [each["role"] for each in owner] == ["owner"]
    body = {"type": "user", "role": "reader", "emailAddress": "a@twin.example"}
    made = permissions.create(fileId=file["id"], body=body, sendNotificationEmail=False).execute()
    assert made == {"kind": "drive#permission", "id": made["id"], "type": "user", "role": "reader"}
    everyone = permissions.create(
        fileId=file["id"], body={"type": "anyone", "role": "reader"}
    ).execute()
    assert everyone["id"] == "anyoneWithLink"
    assert google.names(q="visibility = 'anyoneWithLink'") == ["Shared"]
    changed = permissions.update(
        fileId=file["id"], permissionId=made["id"], body={"role": "writer"}
    ).execute()
    assert changed["role"] == "writer"
    found = permissions.get(
        fileId=file["id"], permissionId=made["id"], fields="emailAddress"
    ).execute()
    assert found == {"emailAddress": "a@twin.example"}
    named: dict[str, Any] = {"fileId": file["id"], "permissionId": made["id"]}
    until = {"expirationTime": "2030-01-01T00:00:00Z"}
    assert permissions.update(**named, body=until, fields="expirationTime").execute() == until
    assert (
        permissions.update(
            **named, body={}, removeExpiration=True, fields="expirationTime"
        ).execute()
        == {}
    )
    kept = permissions.update(**named, body={"role": "reader", "view": None}, fields="role,view")
    assert kept.execute() == {"role": "reader"}
    assert permissions.delete(**named).execute() == ""
    lost = refused(permissions.get(fileId=file["id"], permissionId=made["id"]).execute)
    assert lost == (404, f"Permission not found: {made['id']}.")
    assert (
        refused(permissions.delete(fileId=file["id"], permissionId=owner[0]["id"]).execute)[0]
        == 403
    )
    assert (
        refused(
            permissions.create(fileId=file["id"], body={"type": "user", "role": "reader"}).execute
        )[0]
        == 400
    )


def test_a_file_changes_hands(google: Google) -> None:
    file, permissions = google.make("Given"), google.drive.permissions()
    body = {"type": "user", "role": "writer", "emailAddress": "b@twin.example"}
    made = permissions.create(fileId=file["id"], body=body).execute()
    give = {"fileId": file["id"], "permissionId": made["id"], "body": {"role": "owner"}}
    assert refused(permissions.update(**give).execute)[0] == 403
    permissions.update(**give, transferOwnership=True).execute()
    roles = permissions.list(fileId=file["id"]).execute()["permissions"]
    assert [each["role"] for each in roles] == ["writer", "owner"]
    owners = google.files.get(
        fileId=file["id"], fields="owners(emailAddress,me),ownedByMe"
    ).execute()
    assert owners == {
        "owners": [{"emailAddress": "b@twin.example", "me": False}],
        "ownedByMe": False,
    }


def test_ids_may_be_made_beforehand(google: Google) -> None:
    answer = google.files.generateIds(count=2, space="drive", type="files").execute()
    assert (answer["kind"], answer["space"], len(answer["ids"])) == (
        "drive#generatedIds",
        "drive",
        2,
    )
    made = google.make("mine", "text/plain", id=answer["ids"][0])
    assert made["id"] == answer["ids"][0]
    assert refused(google.files.generateIds(count=1001).execute)[0] == 400


def test_answers_in_protobuf_are_not_served(google: Google) -> None:
    asked = google.files.list()
    asked.uri = asked.uri.replace("alt=json", "alt=proto")
    assert "alt=proto" in asked.uri
    assert refused(asked.execute)[0] == 501


def test_about_needs_a_mask(google: Google) -> None:
    about = google.drive.about()
    assert refused(about.get().execute) == (
        400,
        "The 'fields' parameter is required for this method.",
    )
    assert about.get(fields="user(emailAddress)").execute() == {
        "user": {"emailAddress": "owner@twin.example"}
    }


@pytest.mark.parametrize("name", ["google-sheets", "google-drive"])
def test_each_works_alone(twin_run: Callable[..., TwinRun], name: str) -> None:
    run = twin_run(name)
    if name == "google-drive":
        made = run.call("POST", "/drive/v3/files", json={"mimeType": SPREADSHEET}).json()["id"]
        assert run.call("GET", f"/drive/v3/files/{made}").status == 200
        assert run.call("DELETE", f"/drive/v3/files/{made}").status == 204
        return
    made = run.call("POST", "/v4/spreadsheets", json={}).json()["spreadsheetId"]
    assert run.call("GET", f"/v4/spreadsheets/{made}/values/A1").json()["range"] == "Sheet1!A1"
