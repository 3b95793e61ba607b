"""Where data is kept: DuckLake tables with snapshots, read as of any moment."""
