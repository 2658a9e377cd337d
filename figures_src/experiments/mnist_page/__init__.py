"""E1 made small enough for the reader's page, whose script trains the same networks from the same random numbers."""
