"""What all runs of a single network have; free of torch."""


class SingleNetwork:
    """A run of one network; its fields are declared by the frozen dataclass that inherits."""

    seed: int
    steps: int

    @property
    def networks(self) -> int:
        """One run is one network."""
        return 1

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed that orders the batches."""
        return (self.seed,)

    def schedule(self, every: int) -> range:
        """Steps of something done every so many steps, from 0 on; the last step is one where ``every`` divides it."""
        return range(0, self.steps + 1, every) if every else range(0)
