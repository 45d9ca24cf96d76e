"""Cataloging: the lake's files become tables that can be queried."""

from viticast.pipelines.cataloging.pipeline import create_pipeline

__all__ = ["create_pipeline"]
