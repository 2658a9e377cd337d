// Trains beside the page, and tells it what it sees; the page says when to go, to stop, to make one step.
import { fetchDigits } from './digits.js';
import { advance, begin, judge } from './trainer.js';

const TURN = 100; // milliseconds between two looks at what the page says
let run;
let going = false;
let next; // turn, when one waits
let spent = 0; // milliseconds of training

const due = () => run.schedule.includes(run.step);
const tell = (seen) => postMessage({ step: run.step, seen, speed: spent && (1000 * run.step) / spent });

/** Steps until it is time to listen again, or one; what is due is looked at. */
function work(single) {
  const started = performance.now();
  let last = started;
  do {
    advance(run);
    const seen = (single || due()) && judge(run);
    const now = performance.now();
    spent += now - last;
    last = now;
    if (seen) tell(seen);
  } while (!single && run.step < run.last && last - started < TURN);
  tell();
}

function turn() {
  if (!going) return;
  work(false);
  going &&= run.step < run.last;
  next = setTimeout(turn);
}

const orders = {
  async begin({ setting, data }) {
    const address = new URL('../figures/train_mnist.bin', import.meta.url);
    const digits = await fetchDigits(address, data.sizes.training + data.sizes.held_out);
    run = { ...begin(digits, setting, data.sizes), schedule: data.step, last: data.step.at(-1) };
    tell(judge(run));
  },
  go() {
    going = true;
    clearTimeout(next);
    turn();
  },
  pause() {
    going = false;
  },
  once() {
    going = false;
    if (run.step < run.last) work(true);
  },
};

// One after the other: what is asked while digits are on their way waits for them.
let last = Promise.resolve();
onmessage = ({ data: { order, ...told } }) => {
  last = last.then(() => orders[order](told)).catch((error) => postMessage({ error: error.message }));
};
