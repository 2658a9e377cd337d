"""Experiment E3b: a deep linear network, and what each step does to its gradients."""
