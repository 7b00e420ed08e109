"""A service's behaviour as data: records, the format's JSON Schema, loader and writer."""
