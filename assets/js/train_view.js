// What the figure that trains shows of a run, and how its settings stand in the address: functions alone.
import { path } from './drawing.js';
import { number, percent } from './french.js';

const SIGNAL = 40; // half of what the frame of the signal shows
export const CHOICES = ['sigma', 'learning_rate', 'batch_size', 'evaluation', 'momentum'];
const IN_ADDRESS = {
  sigma: 'sigma',
  learning_rate: 'taux',
  batch_size: 'lot',
  evaluation: 'evaluation',
  momentum: 'poids',
  seed: 'graine',
};

/** The settings that an address asks for, among those that each field has. */
export const asked = (search, allowed) =>
  Object.entries(IN_ADDRESS).flatMap(([name, word]) => {
    const value = new URLSearchParams(search).get(word);
    return value !== null && allowed(name, value) ? [[name, value]] : [];
  });

/** The address of a setting; what is usual is left out. */
export function address(search, setting, usual) {
  const query = new URLSearchParams(search);
  for (const [name, word] of Object.entries(IN_ADDRESS)) {
    if (String(setting[name]) === String(usual[name])) query.delete(word);
    else query.set(word, setting[name]);
  }
  return query.size ? `?${query}` : '';
}

/** What was recorded at a setting, if it was. */
export const recorded = (data, setting) =>
  data.settings.find((each) => CHOICES.every((name) => String(each[name]) === String(setting[name])));

const area = (there, back) => (there.length ? `${path(there)}${path(back.reverse()).replace('M', 'L')}Z` : '');

/** The band of an arm, in thousandths, as a path. */
export function band(steps, { low, high }) {
  const along = (values) => values.map((value, i) => [steps[i] / steps.at(-1), value / 1000]);
  return area(along(high), along(low));
}

/** Height of a signal in its frame, by hyperbolic arcsines: both a tenth and thirty are seen. */
export const inFrame = (value) => (Math.max(-1, Math.min(1, Math.asinh(value) / Math.asinh(SIGNAL))) + 1) / 2;

/** Paths of an arm, from all that was seen: [step, [{ accuracy, signal }, …]] each. */
export function curves(seen, last, arm) {
  const along = (value) => seen.map(([step, arms]) => [step / last, value(arms[arm])]);
  return {
    curve: path(along(({ accuracy }) => accuracy)),
    median: path(along(({ signal }) => inFrame(signal[1]))),
    spread: area(along(({ signal }) => inFrame(signal[2])), along(({ signal }) => inFrame(signal[0]))),
  };
}

/** The sentence that is read aloud at some steps. */
export const sentence = (step, arms) =>
  `À ${number(step)} pas\u00a0: ${percent(arms[1].accuracy)} avec BN, ${percent(arms[0].accuracy)} sans BN.`;
