"""The lake: few tables, Hive-partitioned Parquet, a catalog over them and one way to query them."""
