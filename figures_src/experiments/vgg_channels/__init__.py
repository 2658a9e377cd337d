"""Single channels of the same VGG-16."""
