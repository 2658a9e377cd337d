// What the page adds for whoever has scripts: figures that enlarge, a citation that copies.

function enlarge(figure, opener) {
  const dialog = document.getElementById('enlarged');
  const frame = dialog.querySelector('.enlarged-frame');
  const picture = figure.querySelector('picture').cloneNode(true);
  picture.querySelector('img').loading = 'eager';
  frame.replaceChildren(picture);
  dialog.setAttribute('aria-label', opener.dataset.name);
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
