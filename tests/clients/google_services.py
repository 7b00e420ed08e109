"""Google's own Python client, pointed at twins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp  # type: ignore[import-untyped]
from googleapiclient.discovery import build_from_document

DOCS = Path(__file__).resolve().parents[2] / "api_docs"
_DOCUMENTS = {
    "google-sheets": "google-sheets/sheets.v4.json",
    "google-drive": "google-drive/drive.v3.json",
}


def client(name: str, url: str, token: str) -> Any:
    """Return googleapiclient's service for a twin at `url`, built from the document that ships with it."""
    document = json.loads((DOCS / _DOCUMENTS[name]).read_text(encoding="utf-8"))
    document["rootUrl"] = f"{url}/"
    document.pop("mtlsRootUrl", None)
    document["baseUrl"] = f"{url}/{document['servicePath']}"
    credentials = Credentials(token)  # type: ignore[no-untyped-call]
    http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=20))
    return build_from_document(document, http=http)
