// What the page adds for whoever has scripts: figures that enlarge, a citation that copies, tables that scroll by keyboard, addresses of headings.

function enlarge(figure, opener) {
  const dialog = document.getElementById('enlarged');
  const frame = dialog.querySelector('.enlarged-frame');
  const picture = figure.querySelector('picture').cloneNode(true);
  const image = picture.querySelector('img');
  // Each time another drawing takes its place, too: a telephone turns.
  image.addEventListener('load', () => {
    image.style.setProperty('--width', `${image.naturalWidth}px`);
    image.style.setProperty('--ratio', image.naturalWidth / image.naturalHeight);
  });
  image.loading = 'eager';
  frame.replaceChildren(picture);
  dialog.setAttribute('aria-label', opener.getAttribute('aria-label'));
  dialog.showModal();
  // A browser gives the focus back by itself to what had it; a click on the drawing had none to give.
  const source = opener.closest('details');
  const before = source.open ? opener : source.querySelector('summary');
  dialog.addEventListener('close', () => before.focus({ preventScroll: true }), { once: true });
}

function prepare(dialog) {
  for (const source of document.querySelectorAll('.figure .source')) {
    const figure = source.closest('figure');
    if (figure.querySelector('.play, .twins')) continue;
    const opener = document.createElement('button');
    opener.type = 'button';
    opener.className = 'enlarge';
    opener.textContent = 'Agrandir';
    opener.ariaLabel = `Agrandir\u00a0: ${figure.querySelector('figcaption strong').textContent.replace(/\.$/, '')}`;
    source.append(document.createElement('p'));
    source.lastChild.append(opener);
    for (const place of [opener, figure.querySelector('picture')]) {
      place.addEventListener('click', () => enlarge(figure, opener));
    }
  }
  dialog.querySelector('button').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}

// A stop of the tab key where there is something to scroll; without scripts, every table is one.
function watchScrolling(region) {
  const refresh = () => {
    // Lengths are rounded, each on its own: a pixel is none.
    const scrolls = region.scrollWidth > region.clientWidth + 1 || region.scrollHeight > region.clientHeight + 1;
    if (scrolls) region.tabIndex = 0;
    else region.removeAttribute('tabindex');
  };
  new ResizeObserver(refresh).observe(region);
}

async function copy(button) {
  const told = button.parentElement.querySelector('[role="status"]');
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    told.textContent = 'Copié.';
  } catch {
    told.textContent = 'La copie est refusée ici\u00a0: sélectionnez le texte.';
  }
}

const dialog = document.getElementById('enlarged');
if (dialog) prepare(dialog);
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.addEventListener('click', () => copy(button));
}

// Its address beside each heading, for the pointer alone: the keyboard has the contents.
for (const heading of document.querySelectorAll('.post-body :is(h2, h3, h4, h5)[id]')) {
  const link = document.createElement('a');
  link.className = 'permalink';
  link.href = `#${heading.id}`;
  link.tabIndex = -1;
  link.ariaHidden = 'true';
  heading.append(link);
}

// From a work in the list back to where it is cited first; from any other citation, the browser's own way back leads there.
for (const work of document.querySelectorAll('.references > li')) {
  const citation = document.querySelector(`.citation[href="#${work.id}"]`);
  citation.id = work.id.replace('ref-', 'cite-');
  const link = document.createElement('a');
  link.className = 'back-link';
  link.href = `#${citation.id}`;
  link.ariaLabel = 'Retour à la première citation';
  link.textContent = '↑';
  work.append(' ', link);
}

// The browser's own command waits for the lazy drawings of the paper; a script that prints does not.
const printNow = window.print.bind(window);
window.print = async () => {
  const drawings = [...document.querySelectorAll('.on-paper')];
  for (const drawing of drawings) drawing.loading = 'eager';
  await Promise.allSettled(drawings.map((drawing) => drawing.decode()));
  printNow();
};

for (const region of document.querySelectorAll('.post [tabindex="0"], .formula')) watchScrolling(region);

// Within its list, so that the page itself does not move.
function show(entry, list) {
  const [inside, frame] = [entry, list].map((element) => element.getBoundingClientRect());
  if (inside.top < frame.top || inside.bottom > frame.bottom) list.scrollTop += inside.top - frame.top - frame.height / 2;
}

// What stood in an earlier edition and has moved: its old address leads straight to where it stands now.
function followMoved() {
  const link = document.getElementById(location.hash.slice(1))?.closest('.moved li')?.querySelector('a');
  if (link) location.replace(link.href);
}
addEventListener('hashchange', followMoved);
followMoved();

// The table of contents follows the reading: the current entry is that of the last heading above a third of the screen.
function follow(contents) {
  const links = new Map([...contents.querySelectorAll('a')].map((link) => [link.hash.slice(1), link]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const refresh = () => {
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const current = links.get(above.at(-1)?.id);
    if (current?.getAttribute('aria-current') === 'false') show(current, contents.querySelector('.contents-list'));
    for (const link of links.values()) link.setAttribute('aria-current', String(link === current));
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      refresh();
    });
  };
  addEventListener('scroll', later, { passive: true });
  refresh();
}

const contents = document.querySelector('.contents');
if (contents) {
  const beside = matchMedia('(min-width: 72rem)'); // as in _site.scss
  const unfold = () => {
    contents.querySelector('details').open = beside.matches;
  };
  beside.addEventListener('change', unfold);
  unfold();
  follow(contents);
}

// What can be played with takes the place of its drawing before the reader is there; where it cannot be had, the drawing stays.
async function enliven(place) {
  const script = place.id.replaceAll('-', '_');
  const answer = await fetch(new URL(`../plays/${script.replace('play_', '')}.txt`, import.meta.url));
  if (!answer.ok) return;
  const inside = await answer.text();
  const figure = place.closest('figure');
  const { bottom } = figure.getBoundingClientRect();
  place.innerHTML = inside;
  figure.classList.add('playable');
  // What is read stays where it is: not every browser sees to that, nor after every way to get there.
  if (bottom < 0) scrollBy({ top: figure.getBoundingClientRect().bottom - bottom, behavior: 'instant' });
  await import(`./${script}.js`);
}
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      enliven(target.querySelector('.play')).catch(() => {});
    }
  },
  { rootMargin: '2600px' }, // farther than where browsers begin to fetch a drawing
);
// Who has not moved yet sees none of them; nor does who prints, whose paper would say which of them had come in time.
const watch = () => {
  for (const place of document.querySelectorAll('.play')) watcher.observe(place.closest('figure'));
};
if (scrollY > 0) watch();
else addEventListener('scroll', watch, { once: true, passive: true });

import('./popover.js');
