"""Airflow's DAGs of this project: what they are set to, how the pipelines become tasks, and how they are written."""
