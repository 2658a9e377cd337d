"""Experiment E5.3: before or after the activation."""
