"""The contract formats that are understood, in the order in which they are tried."""

from __future__ import annotations

from twingen.ingest import discovery, openapi, postman, swagger2
from twingen.ingest.reader import Reader

READERS: tuple[Reader, ...] = (openapi, swagger2, discovery, postman)
