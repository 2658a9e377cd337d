// The networks of figures_src/experiments/mnist_page/training.py, with which tests compare them: perceptrons of sigmoids,
// with or without batch normalization, one step of gradient descent at a time.
import { addProduct, addRows } from './matrices.js';
import { averageStatistics, batchStatistics, descendNormalization, scaleAndShift } from './normalization.js';
import { normals, WEIGHTS } from './philox.js';

export const SIZES = [784, 100, 100, 100, 10];
const RANKS = [0.15, 0.5, 0.85];

/** Initial weights of each layer, (inputs, outputs), normal of deviation 1: both networks of a seed start from them. */
export const drawn = (seed, sizes = SIZES) =>
  sizes.slice(1).map((outputs, l) => {
    const [inputs, values] = [sizes[l], normals(seed, WEIGHTS, l, sizes[l] * outputs)];
    return Float64Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]);
  });

/** A network of initial deviation σ: in each layer `beta`, a bias, and where BN stands γ and the moving averages. */
export function network(weights, sigma, batchNorm, sizes = SIZES) {
  const filled = (length, value) => new Float64Array(length).fill(value);
  const layers = weights.map((values, l) => {
    const [inputs, outputs, last] = [sizes[l], sizes[l + 1], l === weights.length - 1];
    const layer = { inputs, outputs, weight: Float64Array.from(values, (w) => sigma * w), beta: filled(outputs, 0) };
    if (batchNorm && !last) {
      Object.assign(layer, { gamma: filled(outputs, 1), mean: filled(outputs, 0), variance: filled(outputs, 1) });
    }
    return layer;
  });
  return { layers };
}

/** Room for the passage of `rows` images through a network; made once, filled at each step. */
export function workspace({ layers }, rows) {
  const widest = Math.max(...layers.slice(1).map(({ inputs, outputs }) => inputs * outputs));
  const matrices = () => layers.map(({ outputs }) => new Float64Array(rows * outputs));
  const vectors = () => layers.map(({ outputs }) => new Float64Array(outputs));
  return { x: matrices(), z: matrices(), dz: matrices(), mu: vectors(), inverse: vectors(), turned: new Float64Array(widest) };
}

/** The first product: an image is the list of its lit pixels, whose rows of weights are added, not multiplied. */
function addLit(z, { weight, outputs }, { starts, lit }, images) {
  images.forEach((image, i) => addRows(z, i * outputs, weight, outputs, lit, starts[image], starts[image + 1], 1));
}

/** Descend on the weights of each lit pixel, with the images that light it. */
function descendLit({ weight, outputs, inputs }, dz, { starts, lit }, images, rate) {
  const ends = new Uint32Array(inputs + 1); // of the list of each pixel, once it is filled
  for (const image of images) for (let at = starts[image]; at < starts[image + 1]; at++) ends[lit[at] + 1]++;
  for (let pixel = 0; pixel < inputs; pixel++) ends[pixel + 1] += ends[pixel];
  const list = new Uint16Array(ends[inputs]);
  images.forEach((image, i) => {
    for (let at = starts[image]; at < starts[image + 1]; at++) list[ends[lit[at]]++] = i;
  });
  for (let pixel = 0, first = 0; pixel < inputs; first = ends[pixel++]) {
    if (first < ends[pixel]) addRows(weight, pixel * outputs, dz, outputs, list, first, ends[pixel], -rate);
  }
}

/** Logits in the last `x` of the room. `statistics`: { averages } to normalise by them, { momentum } to move them. */
export function forward({ layers }, room, digits, images, statistics = {}, look = () => {}) {
  const rows = images.length;
  layers.forEach((layer, l) => {
    const [x, z, mu, inverse] = [room.x[l], room.z[l], room.mu[l], room.inverse[l]];
    const { inputs, outputs } = layer;
    z.fill(0, 0, rows * outputs);
    if (l) addProduct(z, room.x[l - 1], inputs, 1, layer.weight, rows, outputs, inputs, 1);
    else addLit(z, layer, digits, images);
    if (layer.gamma && statistics.averages) averageStatistics(layer, mu, inverse);
    else if (layer.gamma) batchStatistics(layer, z, rows, mu, inverse, statistics.momentum);
    scaleAndShift(layer, z, x, rows, mu, inverse);
    if (l === layers.length - 1) return;
    if (l === layers.length - 2) look(x);
    for (let i = 0; i < rows * outputs; i++) x[i] = 1 / (1 + Math.exp(-x[i]));
  });
}

/** Mean cross-entropy of the logits; its gradient goes to the last `dz`. */
function crossEntropy({ layers }, room, { labels }, images) {
  const [last, rows] = [layers.length - 1, images.length];
  const [classes, logits, gradient] = [layers[last].outputs, room.x[last], room.dz[last]];
  let loss = 0;
  images.forEach((image, i) => {
    const own = logits.subarray(i * classes, (i + 1) * classes);
    const highest = Math.max(...own);
    let sum = 0;
    for (let j = 0; j < classes; j++) sum += Math.exp(own[j] - highest);
    loss += highest + Math.log(sum) - own[labels[image]];
    for (let j = 0; j < classes; j++) {
      gradient[i * classes + j] = (Math.exp(own[j] - highest) / sum - (j === labels[image])) / rows;
    }
  });
  return loss / rows;
}

/** The gradient before the sigmoid of the layer before; weights are read turned. */
function backThrough({ weight, inputs, outputs }, dz, x, dx, turned, rows) {
  for (let k = 0; k < inputs; k++) for (let j = 0; j < outputs; j++) turned[j * inputs + k] = weight[k * outputs + j];
  dx.fill(0, 0, rows * inputs);
  addProduct(dx, dz, outputs, 1, turned, rows, inputs, outputs, 1);
  for (let i = 0; i < rows * inputs; i++) dx[i] *= x[i] * (1 - x[i]);
}

/** Learn a batch, by its images' numbers; return its loss before. */
export function step(net, room, digits, images, rate, momentum) {
  const rows = images.length;
  forward(net, room, digits, images, { momentum });
  const loss = crossEntropy(net, room, digits, images);
  for (let l = net.layers.length - 1; l >= 0; l--) {
    const [layer, dz] = [net.layers[l], room.dz[l]];
    descendNormalization(layer, dz, room.z[l], room.inverse[l], rows, rate);
    if (!l) descendLit(layer, dz, digits, images, rate);
    else {
      const { inputs, outputs } = layer;
      backThrough(layer, dz, room.x[l - 1], room.dz[l - 1], room.turned, rows);
      addProduct(layer.weight, room.x[l - 1], 1, inputs, dz, inputs, outputs, rows, -rate);
    }
  }
  return loss;
}

/** Accuracy on some images, in batches of `size`, and the signal: see `percentiles`, over the first `probe` images. */
export function evaluate(net, room, digits, images, { size, averages, probe }) {
  const last = net.layers.length - 1;
  const [width, classes] = [net.layers[last].inputs, net.layers[last].outputs];
  const signals = Array.from({ length: width }, () => new Float64Array(probe));
  let correct = 0;
  for (let first = 0; first < images.length; first += size) {
    const batch = images.subarray(first, first + size);
    const keep = (y) => {
      for (let i = 0; i < Math.min(batch.length, probe - first); i++) {
        for (let j = 0; j < width; j++) signals[j][first + i] = y[i * width + j];
      }
    };
    forward(net, room, digits, batch, { averages }, keep);
    batch.forEach((image, i) => {
      const own = room.x[last].subarray(i * classes, (i + 1) * classes);
      correct += own.indexOf(Math.max(...own)) === digits.labels[image];
    });
  }
  return { accuracy: correct / images.length, signal: percentiles(signals) };
}

/** Percentiles of what enters each unit's sigmoid, each a mean over the units. */
function percentiles(signals) {
  const sums = RANKS.map(() => 0);
  for (const signal of signals) {
    signal.sort();
    RANKS.forEach((rank, i) => (sums[i] += signal[Math.round(rank * (signal.length - 1))]));
  }
  return sums.map((sum) => sum / signals.length);
}
