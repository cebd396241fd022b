"""What happened, for good: raw files by hash and Parquet tables that need none of our code to be
read."""
