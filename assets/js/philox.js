// Random numbers by place, the same as those of figures_src/experiments/mnist_page/philox.py:
// Philox 4×32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
const [M0, M1] = [0xd2511f53, 0xcd9e8d57]; // multipliers of a round
const [W0, W1] = [0x9e3779b9, 0xbb67ae85]; // what the key grows by
const ROUNDS = 10;

/** What a draw is for: the second word of the key, after the seed. */
export const WEIGHTS = 0;
export const ORDER = 1;

/** The upper 32 bits of a · b, by halves: a double would lose the lower ones. */
function high(a, b) {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return a1 * b1 + (middle >>> 16) + ((a0 * b1 + (middle & 0xffff)) >>> 16);
}

/** Four words of 32 bits from a counter of four and a key of two. */
export function philox([c0, c1, c2, c3], [k0, k1]) {
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, high1] = [high(M0, c0), high(M1, c2)];
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, Math.imul(M1, c2), high0 ^ c3 ^ k1, Math.imul(M0, c0)];
    k0 += W0;
    k1 += W1;
  }
  return [c0, c1, c2, c3].map((word) => word >>> 0);
}

/** `count` words of a stream. */
export function words(seed, purpose, stream, count) {
  const drawn = new Uint32Array(4 * Math.ceil(count / 4));
  for (let block = 0; 4 * block < count; block++) {
    drawn.set(philox([block, stream, 0, 0], [seed, purpose]), 4 * block);
  }
  return drawn.subarray(0, count);
}

/** `count` values of the standard normal law, by Box and Muller's method: two words give two. */
export function normals(seed, purpose, stream, count) {
  const drawn = words(seed, purpose, stream, count + (count % 2));
  const values = new Float64Array(drawn.length);
  for (let i = 0; i < drawn.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((drawn[i] + 0.5) / 2 ** 32));
    const angle = 2 * Math.PI * ((drawn[i + 1] + 0.5) / 2 ** 32);
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values.subarray(0, count);
}

/** 0 … count − 1 in the order of as many words. */
export function permutation(seed, purpose, stream, count) {
  const drawn = words(seed, purpose, stream, count);
  return Array.from(drawn.keys()).sort((one, other) => drawn[one] - drawn[other]);
}
