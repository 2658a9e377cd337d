"""The article: templates, and the French and the mathematics that they are written with."""
