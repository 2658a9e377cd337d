"""Experiment E5.2: which part of batch normalization does the work."""
