"""The notebook for Jupyter and Colab that readers run: one file, of the project's own code, which stands alone."""
