"""Kedro datasets that do not exist elsewhere. Each is imported by its own module path in the catalog."""
