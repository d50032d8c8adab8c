"""Sealed ranges of the log as Parquet files: a copy for fast reading, thrown away and written again at will."""
