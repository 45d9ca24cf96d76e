"""The pipelines, one folder each: what is done (nodes), in which order (pipeline), with which settings (params)."""
