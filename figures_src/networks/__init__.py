"""Networks as tensors: parameters, and how images pass through them."""
