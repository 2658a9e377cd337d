"""E5.4: what BN does to gradients with depth, at initialization and for networks that are to learn."""
