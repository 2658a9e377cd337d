"""Experiment E4: car or not, on shifted images."""
