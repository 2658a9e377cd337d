// Batch normalization of a whole layer in place, for the networks of the page; a layer without it has a bias alone.
import { columnProducts, columnSquares, columnSums } from './matrices.js';

const EPSILON = 1e-5;

/** Equations (1) and (2) into `mu` and `inverse`, which is 1 / √(σ² + ε); in training, the averages move. */
export function batchStatistics(layer, z, rows, mu, inverse, momentum) {
  mu.set(columnSums(z, rows, layer.outputs).map((sum) => sum / rows));
  const squares = columnSquares(z, mu, rows, layer.outputs);
  squares.forEach((sum, j) => {
    inverse[j] = 1 / Math.sqrt(sum / rows + EPSILON);
    if (momentum === undefined) return;
    layer.mean[j] += momentum * (mu[j] - layer.mean[j]);
    layer.variance[j] += momentum * (sum / (rows - 1) - layer.variance[j]); // unbiased, as in PyTorch
  });
}

/** The moving averages in place of the batch's statistics, as in evaluation. */
export function averageStatistics(layer, mu, inverse) {
  mu.set(layer.mean);
  layer.variance.forEach((variance, j) => (inverse[j] = 1 / Math.sqrt(variance + EPSILON)));
}

/** y in x, from z: equations (3) and (4), which leave ẑ where z was, or a bias. */
export function scaleAndShift({ gamma, beta, outputs }, z, x, rows, mu, inverse) {
  for (let r = 0, i = 0; r < rows; r++) {
    for (let j = 0; j < outputs; j++, i++) {
      if (gamma) z[i] = (z[i] - mu[j]) * inverse[j];
      x[i] = (gamma ? gamma[j] * z[i] : z[i]) + beta[j];
    }
  }
}

/** From dy to dz in place, and down the slope of β and of γ: the gradient of section 3 of Ioffe & Szegedy 2015. */
export function descendNormalization({ gamma, beta, outputs }, dz, zHat, inverse, rows, rate) {
  const dBeta = columnSums(dz, rows, outputs);
  if (gamma) {
    const dGamma = columnProducts(dz, zHat, rows, outputs);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let j = 0; j < outputs; j++, i++) {
        dz[i] = gamma[j] * inverse[j] * (dz[i] - (dBeta[j] + dGamma[j] * zHat[i]) / rows);
      }
    }
    dGamma.forEach((slope, j) => (gamma[j] -= rate * slope));
  }
  dBeta.forEach((slope, j) => (beta[j] -= rate * slope));
}
