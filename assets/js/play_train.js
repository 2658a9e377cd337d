// Two networks that the reader trains, without and with batch normalization; a worker does it, and nothing starts or is
// fetched before it is asked for. What is shown beside comes from the record of the same protocol.
import { parts, path, set } from './drawing.js';
import { number, percent, shortest } from './french.js';

const ARMS = ['without_bn', 'with_bn'];
const SIGNAL = 40; // half of what the frame of the signal shows
const SPOKEN = [0, 0.25, 0.5, 1]; // of the way: what a reader who listens is told
const SELDOM = 100; // steps between two drawings, for who asks for little motion
const CHOICES = ['sigma', 'learning_rate', 'batch_size', 'evaluation', 'momentum'];
const IN_ADDRESS = {
  sigma: 'sigma',
  learning_rate: 'taux',
  batch_size: 'lot',
  evaluation: 'evaluation',
  momentum: 'poids',
  seed: 'graine',
};
const GO = { idle: 'Entraîner', going: 'Pause', paused: 'Continuer', done: 'Entraîner' };

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

/** Height of a signal in its frame, by hyperbolic arcsines: dead ones of a tenth and saturated ones of thirty are seen. */
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

/** Fields of the figure: their values, and whether one can be asked for. */
function form(figure) {
  const fields = [...figure.querySelectorAll('select, input')];
  for (const select of figure.querySelectorAll('select[data-values]')) {
    const usual = Number(select.value);
    const values = select.dataset.values.split(' ').map(Number);
    select.replaceChildren(...values.map((value) => new Option(shortest(value), value, value === usual, value === usual)));
  }
  const field = (name) => fields.find((each) => each.name === name);
  return {
    read: () =>
      Object.fromEntries(fields.map(({ name, value }) => [name, name === 'evaluation' ? value : Number(value)])),
    write: (entries) => entries.forEach(([name, value]) => (field(name).value = value)),
    allows: (name, value) =>
      field(name).options ? [...field(name).options].some((option) => option.value === value) : /^\d{1,4}$/.test(value),
  };
}

function start(figure) {
  const part = parts(figure);
  const fields = form(figure);
  const usual = fields.read();
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let [worker, data, state, seen, last] = [undefined, undefined, 'idle', [], Number(part.progress.dataset.last)];

  const load = async () => {
    data ??= await (await fetch(new URL('../figures/train_mnist.json', import.meta.url))).json();
    return data;
  };
  const become = (next) => {
    state = next;
    part.go.textContent = GO[state];
    part.once.disabled = state === 'going';
  };
  const draw = () =>
    ARMS.forEach((name, arm) => {
      const drawn = curves(seen, last, arm);
      for (const what of ['curve', 'median', 'spread']) set(part[`${name}-${what}`], { d: drawn[what] });
      part[`${name}-now`].textContent = seen.length ? percent(seen.at(-1)[1][arm].accuracy) : '–';
    });
  const progress = (step, speed) => {
    const rate = speed ? `, ${number(speed)} par seconde` : '';
    part.progress.textContent = `Pas ${number(step)} sur ${number(last)}${rate}`;
  };
  const end = () => {
    worker?.terminate();
    worker = undefined;
  };

  const hear = ({ data: { step, seen: arms, speed, error } }) => {
    if (error) return fail(error);
    if (arms && seen.at(-1)?.[0] !== step) seen.push([step, arms]);
    const done = step >= last;
    if (calm.matches && step % SELDOM && state === 'going') return;
    progress(step, speed);
    if (!arms) return;
    draw();
    if (SPOKEN.some((share) => step === share * last)) part.told.textContent = sentence(step, arms);
    if (done) {
      end();
      become('done');
    }
  };
  const fail = (error) => {
    end();
    become('idle');
    part.told.textContent = `L’entraînement n’a pas pu commencer\u00a0: ${error}`;
  };
  const order = async (what) => {
    if (!worker) {
      worker = new Worker(new URL('./train_worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = hear;
      worker.onerror = (event) => fail(event.message);
      worker.postMessage({ order: 'begin', setting: fields.read(), data: { sizes: data.sizes, step: data.step } });
    }
    worker.postMessage({ order: what });
  };
  const reset = () => {
    end();
    seen = [];
    become('idle');
    draw();
    progress(0);
  };
  const showRecorded = () => {
    const found = recorded(data, fields.read());
    for (const name of ARMS) set(part[`${name}-band`], { d: found ? band(data.step, found[name]) : '' });
    set(part.unmeasured, { display: found ? 'none' : 'inline' });
  };
  const change = async () => {
    reset();
    history.replaceState(history.state, '', `${location.pathname}${address(location.search, fields.read(), usual)}${location.hash}`);
    await load();
    showRecorded();
  };
  const go = async () => {
    if (state === 'going') {
      become('paused');
      return order('pause');
    }
    if (state === 'done') reset();
    become('going');
    await load();
    return order('go');
  };

  part.go.addEventListener('click', () => go().catch((error) => fail(error.message)));
  part.once.addEventListener('click', async () => {
    if (state === 'done') return;
    become('paused');
    await load();
    order('once');
  });
  part.again.addEventListener('click', reset);
  figure.addEventListener('change', change);
  for (const button of figure.querySelectorAll('[data-try]')) {
    button.addEventListener('click', async () => {
      fields.write(button.dataset.try.split(' ').map((value, i) => [CHOICES[i], value]));
      await change();
      await go();
    });
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && state === 'going') go();
  });
  const wanted = asked(location.search, fields.allows);
  fields.write(wanted);
  if (wanted.length) change();
}

const figure = document.getElementById('play-train');
if (figure) start(figure);
