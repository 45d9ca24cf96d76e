"""The page and the pictures: what a reader sees of the figures, the forecasts and how far to trust them."""
