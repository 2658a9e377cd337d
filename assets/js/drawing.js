// What the figures to play with are drawn by.

/** The "d" of a curve through points [x, y] given as fractions of the frame, y upwards. */
export const path = (points) =>
  points.map(([x, y], i) => `${i ? 'L' : 'M'}${(1000 * x).toFixed(1)} ${(100 - 100 * y).toFixed(1)}`).join('');

/** A fraction of the frame as an SVG length. */
export const length = (fraction) => `${(100 * fraction).toFixed(2)}%`;

/** Give an SVG element its attributes. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** The parts of a figure, by the names in their `data-part`. */
export const parts = (figure) =>
  Object.fromEntries([...figure.querySelectorAll('[data-part]')].map((part) => [part.dataset.part, part]));
