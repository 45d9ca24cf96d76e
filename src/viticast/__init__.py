"""viticast forecasts Brazilian viticulture: grape and wine produced, sold, imported and exported."""

__version__ = "0.1.0"
