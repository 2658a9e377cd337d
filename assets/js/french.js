// Numbers as figures_src/french.py writes them, and what the figures to play with share.

/** A decimal comma, thousands apart, a real minus sign; never "−0". */
export function number(value, decimals = 0, signed = false) {
  const rounded = value.toFixed(decimals);
  const text = Number(rounded) === 0 ? rounded.replace('-', '') : rounded;
  const [whole, fraction] = text.replace('-', '').split('.');
  const sign = text.startsWith('-') ? '−' : signed && Number(text) > 0 ? '+' : '';
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') + (fraction ? `,${fraction}` : '');
}

export const percent = (fraction, decimals = 1) => `${number(100 * fraction, decimals)}\u202f%`;

/** The "d" of a curve through points [x, y] given as fractions of the frame, y upwards. */
export const path = (points) =>
  points.map(([x, y], i) => `${i ? 'L' : 'M'}${(1000 * x).toFixed(1)} ${(100 - 100 * y).toFixed(1)}`).join('');

/** A fraction of the frame as an SVG length. */
export const length = (fraction) => `${(100 * fraction).toFixed(2)}%`;

/** Give an SVG element its attributes. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Write in an element that is read aloud, once the hand rests: a slider would otherwise speak at each step. */
export function teller(element) {
  let waiting;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      element.textContent = text;
    }, 400);
  };
}

/** The parts of a figure, by the names in their `data-part`. */
export const parts = (figure) =>
  Object.fromEntries([...figure.querySelectorAll('[data-part]')].map((part) => [part.dataset.part, part]));
