"""Cataloging has no parameters of its own: its engine is chosen in the catalog of the environment."""
