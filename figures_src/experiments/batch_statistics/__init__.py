"""Experiment E4: sizes of batches, and estimates of the statistics of the population."""
