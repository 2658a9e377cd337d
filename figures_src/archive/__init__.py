"""What is kept for later years: article, records, code, environment; and who made which file, when, by which run."""
