"""The numbers that the templates may name, one module an experiment or a published work."""
