"""The pipelines, one folder each: `nodes.py` what is done, `pipeline.py` in which order, `params.py` with which settings."""
