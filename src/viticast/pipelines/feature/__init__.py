"""Feature: from the lake to the panel of a snapshot."""

from viticast.pipelines.feature.pipeline import create_pipeline

__all__ = ["create_pipeline"]
