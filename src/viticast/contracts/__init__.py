"""Contracts: the shape of every table, as Pandera models, one module per layer."""
