"""From the cells of a snapshot to series that can be forecast: corrections, identities, sums."""
