"""Experiment E1: a perceptron on MNIST, with and without batch normalization."""
