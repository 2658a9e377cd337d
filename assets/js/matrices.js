// Products and sums of matrices, which are Float64Array, row after row: a browser computes in double precision, and
// numbers kept in single would be converted at each reading. Inner loops name each number: an array would be allocated.

/** C += scale · A B: (rows, depth) times (depth, columns). A is read at steps `down` and `along`: as it is, or turned. */
export function addProduct(C, A, down, along, B, rows, columns, depth, scale) {
  const whole = depth - (depth % 4);
  // Two rows and four terms at once: what is read of B serves twice, and sums are written four times less.
  for (let r = 0; r < rows; r += 2) {
    const pair = r + 1 < rows; // else the last row is its own second one, to which nothing is added
    const c = r * columns;
    const d = pair ? c + columns : c;
    const other = pair ? scale : 0;
    for (let t = 0; t < whole; t += 4) {
      const a = r * down + t * along;
      const e = pair ? a + down : a;
      const a0 = scale * A[a];
      const a1 = scale * A[a + along];
      const a2 = scale * A[a + 2 * along];
      const a3 = scale * A[a + 3 * along];
      const e0 = other * A[e];
      const e1 = other * A[e + along];
      const e2 = other * A[e + 2 * along];
      const e3 = other * A[e + 3 * along];
      const b0 = t * columns;
      const b1 = b0 + columns;
      const b2 = b1 + columns;
      const b3 = b2 + columns;
      for (let j = 0; j < columns; j++) {
        const x0 = B[b0 + j];
        const x1 = B[b1 + j];
        const x2 = B[b2 + j];
        const x3 = B[b3 + j];
        C[c + j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
        C[d + j] += e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3;
      }
    }
    for (let t = whole; t < depth; t++) {
      const a = r * down + t * along;
      const a0 = scale * A[a];
      const e0 = pair ? scale * A[a + down] : 0;
      for (let j = 0; j < columns; j++) {
        C[c + j] += a0 * B[t * columns + j];
        C[d + j] += e0 * B[t * columns + j];
      }
    }
  }
}

/** Add to a row at `to` of a matrix those rows of another whose numbers stand in a list from `first` to `end`. */
export function addRows(C, to, B, columns, list, first, end, scale) {
  let at = first;
  for (; at + 3 < end; at += 4) {
    const b0 = list[at] * columns;
    const b1 = list[at + 1] * columns;
    const b2 = list[at + 2] * columns;
    const b3 = list[at + 3] * columns;
    for (let j = 0; j < columns; j++) C[to + j] += scale * (B[b0 + j] + B[b1 + j] + B[b2 + j] + B[b3 + j]);
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
