// Two networks side by side, without and with batch normalization: same weights, same batches, one step at a time.
import { drawn, evaluate, network, step, workspace } from './perceptron.js';
import { ORDER, permutation } from './philox.js';

const ROWS = 60; // of a pass where any number will do

/** A run before its first step. `sizes`: how many images are learnt, how many are held out after them, how many probe. */
export function begin(digits, setting, sizes) {
  const weights = drawn(setting.seed);
  const arms = [false, true].map((batchNorm) => {
    const net = network(weights, setting.sigma, batchNorm);
    return { net, room: workspace(net, Math.max(ROWS, setting.batch_size)) };
  });
  const heldOut = Uint32Array.from({ length: sizes.held_out }, (_, i) => sizes.training + i);
  return { arms, digits, setting, sizes, heldOut, step: 0, epoch: -1, order: [] };
}

/** Learn the next batch; an epoch has an order of its own, whose incomplete batch is left out. Both losses. */
export function advance(run) {
  const { learning_rate: rate, momentum, batch_size: size, seed } = run.setting;
  const perEpoch = Math.floor(run.sizes.training / size);
  const epoch = Math.floor(run.step / perEpoch);
  if (epoch !== run.epoch) {
    run.epoch = epoch;
    run.order = Uint32Array.from(permutation(seed, ORDER, epoch, run.sizes.training));
  }
  const first = (run.step % perEpoch) * size;
  const images = run.order.subarray(first, first + size);
  run.step += 1;
  return run.arms.map(({ net, room }) => step(net, room, run.digits, images, rate, momentum));
}

/** Accuracy on the images held out and signal of the last hidden layer, of both networks. */
export function judge({ arms, digits, setting, sizes, heldOut }) {
  const byBatch = setting.evaluation === 'batch';
  const how = { size: byBatch ? setting.batch_size : ROWS, averages: !byBatch, probe: sizes.probe };
  return arms.map(({ net, room }) => evaluate(net, room, digits, heldOut, how));
}
