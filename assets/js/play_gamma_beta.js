// γ and β at the reader's hand: the distribution of y = γ ẑ + β and the part of the sigmoid that it uses.
import { gaussian, normalCdf, sigmoid } from './batchnorm.js';
import { length, parts, path, set } from './drawing.js';
import { number, percent } from './french.js';
import { teller } from './teller.js';

export const RANGE = 8; // of y, on either side of zero
export const TALLEST = 0.85; // density at the top of the frame
const POINTS = 81;
const STRAIGHT = 1; // up to there, the sigmoid is nearly a straight line
const FLAT = 3; // from there on, it is nearly level
const WITHIN = 2; // deviations: 95 % of a normal signal

const grid = (low, high) => Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
const across = (y) => (y + RANGE) / (2 * RANGE);
const inside = (y) => Math.min(RANGE, Math.max(-RANGE, y));

/** Shares of a normal signal, γ ẑ + β, in the nearly straight part of the sigmoid, on its bends, on its plateaus. */
export function shares(gamma, beta) {
  const within = (limit) => normalCdf((limit - beta) / gamma) - normalCdf((-limit - beta) / gamma);
  return { straight: within(STRAIGHT), bent: within(FLAT) - within(STRAIGHT), flat: 1 - within(FLAT) };
}

/** Everything that the figure shows for γ > 0 and β. */
export function state(gamma, beta) {
  const ends = [beta - WITHIN * gamma, beta + WITHIN * gamma];
  const [low, high] = ends.map(inside);
  const curve = (xs, height) => path(xs.map((y) => [across(y), height(y)]));
  const bell = curve(grid(-RANGE, RANGE), (y) => gaussian(y, beta, gamma) / TALLEST);
  return {
    bell,
    area: `${bell}V100H0Z`,
    used: curve(grid(low, high), sigmoid),
    centre: across(beta),
    spread: [beta - gamma, beta + gamma].map((y) => across(inside(y))),
    shares: shares(gamma, beta),
    told:
      `Avec γ = ${number(gamma, 1)} et β = ${number(beta, 1)}, 95\u202f% du signal tombe entre ` +
      `${number(ends[0], 1)} et ${number(ends[1], 1)}, où la sigmoïde va de ` +
      `${number(sigmoid(ends[0]), 2)} à ${number(sigmoid(ends[1]), 2)}.`,
  };
}

function show(part, now) {
  set(part.bell, { d: now.bell });
  set(part.area, { d: now.area });
  set(part.used, { d: now.used });
  set(part.centre, { x1: length(now.centre), x2: length(now.centre) });
  set(part.beta, { x: length(now.centre) });
  set(part.spread, { x1: length(now.spread[0]), x2: length(now.spread[1]) });
  set(part.gamma, { x: length(now.spread[1]) });
  let left = 0;
  for (const [name, share] of Object.entries(now.shares)) {
    part[`${name}-share`].textContent = percent(share, 0);
    set(part[`${name}-bar`], { x: length(left), width: length(share) });
    left += share;
  }
}

function start(figure) {
  const part = parts(figure);
  const { gammaInput, betaInput } = { gammaInput: part['gamma-input'], betaInput: part['beta-input'] };
  const tell = teller(part.told);
  const refresh = () => {
    const now = state(gammaInput.valueAsNumber, betaInput.valueAsNumber);
    part['gamma-value'].textContent = number(gammaInput.valueAsNumber, 1);
    part['beta-value'].textContent = number(betaInput.valueAsNumber, 1);
    show(part, now);
    tell(now.told);
  };
  figure.addEventListener('input', refresh);
  for (const button of figure.querySelectorAll('button[data-gamma]')) {
    button.addEventListener('click', () => {
      gammaInput.value = button.dataset.gamma;
      betaInput.value = button.dataset.beta;
      refresh();
    });
  }
  refresh(); // a browser may have kept where the sliders stood
}

const figure = document.getElementById('play-gamma-beta');
if (figure) start(figure);
