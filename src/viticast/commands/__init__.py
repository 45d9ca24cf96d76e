"""Commands that look at what runs have made or would take in: `kedro revisions`, `trace`, `verdict`, `probe`."""
