"""What is measured beside a training, and leaves it as it is."""
