// What the page adds for whoever has scripts: figures that enlarge, a citation that copies.

function enlarge(figure, opener) {
  const dialog = document.getElementById('enlarged');
  const frame = dialog.querySelector('.enlarged-frame');
  const picture = figure.querySelector('picture').cloneNode(true);
  picture.querySelector('img').loading = 'eager';
  frame.replaceChildren(picture);
  dialog.setAttribute('aria-label', opener.getAttribute('aria-label'));
  dialog.showModal();
  // A browser gives the focus back by itself to what had it; a click on the drawing had none to give.
  dialog.addEventListener('close', () => opener.focus({ preventScroll: true }), { once: true });
}

function prepare(dialog) {
  for (const opener of document.querySelectorAll('.enlarge')) {
    const figure = opener.closest('figure');
    opener.addEventListener('click', () => enlarge(figure, opener));
    figure.querySelector('picture').addEventListener('click', () => enlarge(figure, opener));
  }
  dialog.querySelector('button').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}

async function copy(button) {
  const told = button.parentElement.querySelector('[role="status"]');
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    told.textContent = 'Copié.';
  } catch {
    told.textContent = 'La copie est refusée ici\u202f: sélectionnez le texte.';
  }
}

const dialog = document.getElementById('enlarged');
if (dialog) prepare(dialog);
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.addEventListener('click', () => copy(button));
}

// The table of contents follows the reading: the current entry is that of the last heading above a third of the screen.
function follow(contents) {
  const links = new Map([...contents.querySelectorAll('a')].map((link) => [link.hash.slice(1), link]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const refresh = () => {
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const current = links.get(above.at(-1)?.id);
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
if (contents) follow(contents);
