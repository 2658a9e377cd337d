"""Experiment E5.5: what each classic mistake with batch normalization costs."""
