"""Control of E1's grid: how fast each arm learns at its own best rate, rates of 10 and 30 included."""
