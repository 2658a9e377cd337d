"""What was measured: arrays and their sidecars, and the code that reads and writes them."""
