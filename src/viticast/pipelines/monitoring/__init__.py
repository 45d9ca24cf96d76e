"""Monitoring: reports on figures and model, verdicts, and the page."""

from viticast.pipelines.monitoring.pipeline import create_pipeline

__all__ = ["create_pipeline"]
