"""One module per figure: what it shows (`draw`) and its numbers (`table`). Nothing here imports torch."""
