// Two networks that the reader trains, without and with batch normalization; a worker does it, and nothing starts or is
// fetched before it is asked for. What is shown beside comes from the record of the same protocol.
import { parts, set } from './drawing.js';
import { number, percent, shortest } from './french.js';
import { address, asked, band, CHOICES, curves, recorded, sentence } from './train_view.js';

const ARMS = ['without_bn', 'with_bn'];
const SPOKEN = [0, 0.25, 0.5, 1]; // of the way: what a reader who listens is told
const SELDOM = 100; // steps between two drawings, for who asks for little motion
const GO = { idle: 'Entraîner', going: 'Pause', paused: 'Continuer', done: 'Entraîner' };

/** What a field says; a seed is a whole number of four digits at most, whatever is typed. */
function meant(name, value) {
  if (name === 'evaluation') return value;
  return name === 'seed' ? Math.min(9999, Math.max(0, Math.trunc(value) || 0)) : Number(value);
}

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
    read: () => Object.fromEntries(fields.map(({ name, value }) => [name, meant(name, value)])),
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

  const hear = ({ target, data: { step, seen: arms, speed, error } }) => {
    if (target !== worker) return; // one that was sent away
    if (error) {
      fail(error);
      return;
    }
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
    await load();
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
    const query = address(location.search, fields.read(), usual);
    history.replaceState(history.state, '', `${location.pathname}${query}${location.hash}`);
    await load();
    showRecorded();
  };
  const go = async () => {
    if (state === 'going') {
      become('paused');
      await order('pause');
    } else {
      if (state === 'done') reset();
      become('going');
      await order('go');
    }
  };
  const once = async () => {
    if (state === 'done') reset();
    become('paused');
    await order('once');
  };
  const attempt = (task) => () => task().catch((error) => fail(error.message));

  part.go.addEventListener('click', attempt(go));
  part.once.addEventListener('click', attempt(once));
  part.again.addEventListener('click', reset);
  figure.addEventListener('change', attempt(change));
  for (const button of figure.querySelectorAll('[data-try]')) {
    const wanted = button.dataset.try.split(' ').map((value, i) => [CHOICES[i], value]);
    const tryIt = async () => {
      fields.write(wanted);
      figure.querySelector('.play-values').scrollIntoView({ block: 'nearest' }); // a telephone shows the button alone
      await change();
      await go();
    };
    button.addEventListener('click', attempt(tryIt));
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && state === 'going') attempt(go)();
  });
  const wanted = asked(location.search, fields.allows);
  fields.write(wanted);
  if (wanted.length) attempt(change)();
}

const figure = document.getElementById('play-train');
if (figure) start(figure);
