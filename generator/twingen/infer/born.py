"""Names of the fields that tell when a record was made and when it was changed last."""

from __future__ import annotations

BORN = ("created", "createdAt", "created_at", "createdDate", "createTime", "createdTime", "dateCreated")
CHANGED = (
    "lastUpdated", "updated", "updatedAt", "updated_at", "updatedDate", "updateTime", "modified",
    "modifiedTime", "lastModified", "lastModifiedDate", "dateUpdated",
)  # fmt: skip
