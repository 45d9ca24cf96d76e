"""Provenance: from a forecast back to the bytes under it, and from a raw file to all that was made from it."""
