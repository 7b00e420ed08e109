"""Contract → Twin by deterministic passes."""
