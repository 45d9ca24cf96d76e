"""Ingestion: from a source to raw bytes, a manifest and observations."""

from viticast.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
