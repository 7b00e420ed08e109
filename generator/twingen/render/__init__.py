"""Twin → files."""
