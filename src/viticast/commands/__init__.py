"""Commands that look at what runs have made: `kedro revisions`, `kedro trace`."""
