"""E5.1: what the invariance of BN to the scale of the weights does to a step of descent."""
