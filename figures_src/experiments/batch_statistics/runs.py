"""What a run with few images is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.runs import ConvolutionalRun


@dataclass(frozen=True, kw_only=True)
class StatisticsRun(ConvolutionalRun):
    """The ten classes of CIFAR-10, from few images; statistics over whole batches, or groups of ``group`` images.

    ``measured_images`` are those of the training set, and of the test set, on which accuracies are taken.
    "Precise" statistics are means over batches, the weights being frozen: ``precise_images`` images in all, and
    after each of ``precise_batches`` batches that these allow.
    """

    group: int = 0
    learnt_images: int = 4000
    measured_images: int = 4000
    precise_images: int = 8192
    precise_batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        super().__post_init__()
        if self.group == 1 or (self.group and self.batch_size % self.group):
            raise ValueError(f"groups of {self.group} do not divide a batch of {self.batch_size}, or hold one image")
        if self.batch_size > min(self.learnt_images, self.precise_images):
            raise ValueError("a batch is larger than the images it is drawn from: lower batch_size")

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return super().label + (f" groups of {self.group}" if self.group else "")

    def precise_shown(self) -> tuple[int, ...]:
        """Numbers of batches whose statistics are tried, those that ``precise_images`` images make up included last."""
        whole = self.precise_images // self.batch_size
        return (*(count for count in self.precise_batches if count <= whole), whole)
