"""Loops, ensembles over seeds, probes, checkpoints."""
