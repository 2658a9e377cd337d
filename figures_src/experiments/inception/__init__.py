"""Experiment E2 at a reduced scale: a small Inception on CIFAR-10."""
