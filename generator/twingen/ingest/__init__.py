"""Files of documentation → Contract: one reader a format."""

from twingen.ingest.folder import read_folder

__all__ = ["read_folder"]
