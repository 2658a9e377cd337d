"""Experiment E3: a VGG-16 on CIFAR-10, its shift and its landscape."""
