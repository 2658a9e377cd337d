"""The deep linear network of Santurkar et al. 2018, section 2.2: linear layers and nothing between, or BN.

They do not say whether the output is normalised too: it is not here, for it has no layer after it to protect.
"""

import torch
from torch import Generator, Tensor, nn

from figures_src.networks.normalization import Normalization


class DeepLinear(nn.Module):
    """``depth`` linear layers of width × width, in double precision, without bias; Glorot uniform weights.

    Double precision because the shift measured without BN is 10⁻⁵ of the gradient, near the rounding of a float32.
    """

    def __init__(self, normalization: Normalization, depth: int, width: int, generator: Generator):
        super().__init__()
        if normalization is Normalization.NOISY:
            raise ValueError("the deep linear network has no noisy arm: choose without_bn or with_bn")
        layers = [nn.Linear(width, width, bias=False, dtype=torch.float64) for _ in range(depth)]
        self.layers = nn.ModuleList(layers)
        for layer in layers:
            nn.init.xavier_uniform_(layer.weight, generator=generator)
        hidden = depth - 1 if normalization is Normalization.BATCH else 0
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, dtype=torch.float64) for _ in range(hidden))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, width) to (N, width)."""
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number < len(self.norms):
                x = self.norms[number](x)
        return x

    def layer_parameters(self, layer: int) -> tuple[str, ...]:
        """Names of the parameters of layer 1, 2…: its weight first, then γ and β where it has them."""
        prefixes = (f"layers.{layer - 1}.", f"norms.{layer - 1}.")
        return tuple(name for name, _ in self.named_parameters() if name.startswith(prefixes))
