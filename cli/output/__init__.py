"""What is printed: records, tables, streams that may be closed."""
