"""The deep linear network of E3 on many problems at once."""
