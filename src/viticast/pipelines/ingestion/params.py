"""Ingestion has no parameters of its own: the source is chosen in the catalog, the tables in their registry."""
