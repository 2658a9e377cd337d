// The grid of initial deviations and learning rates: choose a cell, see the recorded curves of both networks.
import { number, parts, path, percent, set, teller } from './french.js';

export const BEST = 0.985; // accuracy at the top of the frame; the axis is that of the error's logarithm
const ARMS = ['without_bn', 'with_bn'];
const UNIT = 1e4; // accuracies are kept in hundredths of a percent

/** Height in the frame of an accuracy, a fraction of one: 0 at the bottom, `BEST` at the top. */
export const height = (accuracy) =>
  Math.min(1, Math.max(0, Math.log(1 - Math.min(accuracy, 0.9999)) / Math.log(1 - BEST)));

/** The curve of an arm and its band, as SVG paths. */
export function curve(steps, arm) {
  const last = steps[steps.length - 1];
  const points = (values) => values.map((value, i) => [steps[i] / last, height(value / UNIT)]);
  const there = path(points(arm.high));
  const back = path(points(arm.low).reverse()).replace('M', 'L');
  return { mean: path(points(arm.mean)), band: `${there}${back}Z` };
}

const estimate = ([mean, half]) => `${percent(mean)} (±\u202f${number(100 * half, 1)})`;

/** Everything that the figure says of a cell. */
export function state(data, index) {
  const cell = data.cells[index];
  const columns = data.learning_rate.length;
  const [sigma, rate] = [data.sigma[Math.floor(index / columns)], data.learning_rate[index % columns]];
  const setting = (value) => String(value).replace('.', ',');
  const [gap, half] = cell.gap.map((value) => 100 * value);
  return {
    curves: ARMS.map((arm) => curve(data.step, cell[arm])),
    finals: ARMS.map((arm) => estimate(cell[arm].final)),
    told:
      `Écart-type initial ${setting(sigma)}, taux ${setting(rate)}\u00a0: après ` +
      `${number(data.step[data.step.length - 1])} itérations, ${percent(cell.with_bn.final[0])} avec BN et ` +
      `${percent(cell.without_bn.final[0])} sans BN, soit un écart de ${number(gap, 1, true)}\u00a0` +
      `${Math.abs(gap) < 2 ? 'point' : 'points'} (±\u202f${number(half, 1)}).`,
  };
}

function show(part, now) {
  ARMS.forEach((arm, i) => {
    set(part[`${arm}-curve`], { d: now.curves[i].mean });
    set(part[`${arm}-band`], { d: now.curves[i].band });
    part[`${arm}-final`].textContent = now.finals[i];
  });
}

/** Arrow keys follow the rows and columns that the reader sees; a radio group alone knows one line. */
function moved(key, index, columns, count) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const next = index + (steps[key] ?? NaN);
  const sameRow = Math.floor(next / columns) === Math.floor(index / columns);
  const leaves = next < 0 || next >= count || (Math.abs(steps[key]) === 1 && !sameRow);
  return key in steps ? (leaves ? index : next) : undefined;
}

function start(figure, data) {
  const part = parts(figure);
  const radios = [...figure.querySelectorAll('input[type="radio"]')];
  const tell = teller(part.told);
  const refresh = () => {
    const now = state(data, radios.findIndex((radio) => radio.checked));
    show(part, now);
    tell(now.told);
  };
  figure.addEventListener('change', refresh);
  figure.addEventListener('keydown', (event) => {
    const next = moved(event.key, radios.indexOf(event.target), data.learning_rate.length, radios.length);
    if (next === undefined || event.target.type !== 'radio') return;
    event.preventDefault();
    radios[next].focus();
    radios[next].checked = true;
    refresh();
  });
  refresh(); // a browser may have kept another cell
}

const figure = document.getElementById('play-grid');
if (figure) {
  // The numbers are asked for when the reader comes near.
  const watcher = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      const answer = await fetch(new URL('../figures/grid_mnist.json', import.meta.url));
      if (answer.ok) start(figure, await answer.json());
    },
    { rootMargin: '1500px' },
  );
  watcher.observe(figure);
}
