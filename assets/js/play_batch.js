// A batch at the reader's hand: μ, σ² and ẑ follow; one example alone shows why evaluation needs other statistics.
import { mean, normalize, variance } from './batchnorm.js';
import { length, parts, set } from './drawing.js';
import { number } from './french.js';
import { teller } from './teller.js';

export const EPSILON = 1e-5;
export const Z_RANGE = 6; // of z, on either side of zero
export const Z_HAT_RANGE = 4;

const across = (value, range) => Math.min(1, Math.max(0, (value + range) / (2 * range)));

const TRAINING_ALONE =
  'Un exemple seul\u00a0: μ = z et σ² = 0, donc ẑ = 0, quelle que soit la valeur de z. Rien n’en reste. ' +
  'C’est pourquoi l’évaluation emploie les statistiques de la population.';
const TRAINING_EQUAL = 'Toutes les valeurs sont égales\u00a0: σ² = 0, et seul ε évite de diviser par zéro.';
const TRAINING = 'μ et σ² viennent de ce lot\u00a0: déplacer un seul exemple change le ẑ de tous les autres.';
const EVALUATION = 'μ et σ² viennent de la population\u00a0: chaque ẑ ne dépend plus que de son propre z, même seul.';

function message(z, evaluating, sigma2) {
  if (evaluating) return EVALUATION;
  if (z.length === 1) return TRAINING_ALONE;
  return sigma2 === 0 ? TRAINING_EQUAL : TRAINING;
}

/** Everything that the figure shows of a batch; `population` = { mu, sigma2 } when evaluating, else nothing. */
export function state(z, population) {
  const mu = population ? population.mu : mean(z);
  const sigma2 = population ? population.sigma2 : variance(z, mu);
  const zHat = normalize(z, mu, sigma2, EPSILON);
  const sigma = Math.sqrt(sigma2);
  return {
    mu,
    sigma2,
    sigma,
    zHat,
    centre: across(mu, Z_RANGE),
    band: [mu - sigma, mu + sigma].map((value) => across(value, Z_RANGE)),
    from: z.map((value) => across(value, Z_RANGE)),
    to: zHat.map((value) => across(value, Z_HAT_RANGE)),
    told: `μ = ${number(mu, 2)}\u202f; σ = ${number(sigma, 2)}. ${message(z, Boolean(population), sigma2)}`,
  };
}

/** A value of the population, by Box and Muller's method, on the slider's grid. */
export function drawn({ mu, sigma2 }, uniform = Math.random) {
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const value = mu + Math.sqrt(sigma2) * normal;
  return Math.round(10 * Math.min(Z_RANGE, Math.max(-Z_RANGE, value))) / 10;
}

function showStatistics(part, now) {
  part['mu-value'].textContent = number(now.mu, 2);
  part['sigma2-value'].textContent = number(now.sigma2, 2);
  part['sigma-value'].textContent = number(now.sigma, 2);
  set(part.centre, { x1: length(now.centre), x2: length(now.centre) });
  set(part.mu, { x: length(now.centre) });
  set(part.band, { x: length(now.band[0]), width: length(now.band[1] - now.band[0]) });
}

function showExample(part, i, z, now) {
  const used = i < z.length;
  part[`row-${i}`].hidden = !used;
  // SVG knows no `hidden`.
  for (const name of ['link', 'from', 'to', 'from-name', 'to-name']) {
    set(part[`${name}-${i}`], { display: used ? 'inline' : 'none' });
  }
  if (!used) return;
  const [from, to] = [length(now.from[i]), length(now.to[i])];
  part[`z-${i}`].textContent = number(z[i], 1);
  part[`z-hat-${i}`].textContent = number(now.zHat[i], 2);
  set(part[`link-${i}`], { x1: from, x2: to });
  set(part[`from-${i}`], { cx: from });
  set(part[`to-${i}`], { cx: to });
  set(part[`from-name-${i}`], { x: from });
  set(part[`to-name-${i}`], { x: to });
}

function start(figure) {
  const part = parts(figure);
  const sliders = [...figure.querySelectorAll('input[data-example]')];
  const { mu, sigma2 } = figure.querySelector('[data-mu]').dataset;
  const population = { mu: Number(mu), sigma2: Number(sigma2) };
  const tell = teller(part.told);
  const refresh = () => {
    const z = sliders.slice(0, part.size.valueAsNumber).map((slider) => slider.valueAsNumber);
    const now = state(z, part.evaluation.checked ? population : undefined);
    part['size-value'].textContent = number(z.length);
    showStatistics(part, now);
    sliders.forEach((_, i) => showExample(part, i, z, now));
    tell(now.told);
  };
  figure.addEventListener('input', refresh);
  part.draw.addEventListener('click', () => {
    for (const slider of sliders) slider.value = drawn(population);
    refresh();
  });
  refresh(); // a browser may have kept where the sliders stood
}

const figure = document.getElementById('play-batch');
if (figure) start(figure);
