"""Files of documentation → Contract: one reader a format."""
