"""Experiment E2 at full scale: the Inception of the paper, on ImageNet."""
