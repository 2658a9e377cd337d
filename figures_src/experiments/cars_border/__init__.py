"""Control of E4's cars: what of the loss is due to the border, to the rounding, to the statistics."""
