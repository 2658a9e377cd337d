"""Experiment E3 again, with the controls that its conclusions lacked."""
