"""Proof: what a twin does, held against what its documents and its own behaviour promise."""
