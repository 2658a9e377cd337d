// Products and sums of matrices, Float64Array, row after row: numbers in single precision would be converted at each
// reading. Inner loops name every number: an array would be allocated.

/** C += scale · A B: (rows, depth) times (depth, columns). A is read at steps `down` and `along`: as it is, or turned. */
export function addProduct(C, A, down, along, B, rows, columns, depth, scale) {
  const [whole, deep] = [rows - (rows % 4), depth - (depth % 4)];
  for (let r = 0; r < whole; r += 4) {
    for (let t = 0; t < deep; t += 4) addBlock(C, r * columns, A, r * down + t * along, down, along, B, t * columns, columns, scale);
  }
  for (let r = 0; r < rows; r++) {
    for (let t = r < whole ? deep : 0; t < depth; t++) {
      const a = scale * A[r * down + t * along];
      for (let j = 0; j < columns; j++) C[r * columns + j] += a * B[t * columns + j];
    }
  }
}

/** Four rows and four terms at once: what is read of B serves four times, and sums are written four times less. */
function addBlock(C, c0, A, a, down, along, B, b0, columns, scale) {
  const [c1, c2, c3] = [c0 + columns, c0 + 2 * columns, c0 + 3 * columns];
  const [b1, b2, b3] = [b0 + columns, b0 + 2 * columns, b0 + 3 * columns];
  const [d, e, f] = [a + down, a + 2 * down, a + 3 * down];
  const a0 = scale * A[a], a1 = scale * A[a + along], a2 = scale * A[a + 2 * along], a3 = scale * A[a + 3 * along];
  const d0 = scale * A[d], d1 = scale * A[d + along], d2 = scale * A[d + 2 * along], d3 = scale * A[d + 3 * along];
  const e0 = scale * A[e], e1 = scale * A[e + along], e2 = scale * A[e + 2 * along], e3 = scale * A[e + 3 * along];
  const f0 = scale * A[f], f1 = scale * A[f + along], f2 = scale * A[f + 2 * along], f3 = scale * A[f + 3 * along];
  for (let j = 0; j < columns; j++) {
    const x0 = B[b0 + j], x1 = B[b1 + j], x2 = B[b2 + j], x3 = B[b3 + j];
    C[c0 + j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
    C[c1 + j] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3;
    C[c2 + j] += e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3;
    C[c3 + j] += f0 * x0 + f1 * x1 + f2 * x2 + f3 * x3;
  }
}

/** Add to a row at `to` of a matrix those rows of another whose numbers stand in a list from `first` to `end`. */
export function addRows(C, to, B, columns, list, first, end, scale) {
  let at = first;
  for (; at + 7 < end; at += 8) {
    const b0 = list[at] * columns, b1 = list[at + 1] * columns, b2 = list[at + 2] * columns, b3 = list[at + 3] * columns;
    const b4 = list[at + 4] * columns, b5 = list[at + 5] * columns, b6 = list[at + 6] * columns, b7 = list[at + 7] * columns;
    for (let j = 0; j < columns; j++) {
      const half = B[b0 + j] + B[b1 + j] + B[b2 + j] + B[b3 + j];
      C[to + j] += scale * (half + (B[b4 + j] + B[b5 + j] + B[b6 + j] + B[b7 + j]));
    }
  }
  for (; at < end; at++) {
    const b0 = list[at] * columns;
    for (let j = 0; j < columns; j++) C[to + j] += scale * B[b0 + j];
  }
}

/** Σ over the rows of a matrix, one for each column. */
export function columnSums(A, rows, columns) {
  const sums = new Float64Array(columns);
  for (let r = 0, i = 0; r < rows; r++) for (let j = 0; j < columns; j++, i++) sums[j] += A[i];
  return sums;
}

/** Σ over the rows of the products of two matrices, term by term. */
export function columnProducts(A, B, rows, columns) {
  const sums = new Float64Array(columns);
  for (let r = 0, i = 0; r < rows; r++) for (let j = 0; j < columns; j++, i++) sums[j] += A[i] * B[i];
  return sums;
}

/** Σ over the rows of (z − μ)². */
export function columnSquares(z, mu, rows, columns) {
  const sums = new Float64Array(columns);
  for (let r = 0, i = 0; r < rows; r++) for (let j = 0; j < columns; j++, i++) sums[j] += (z[i] - mu[j]) * (z[i] - mu[j]);
  return sums;
}
