// What a citation, the number of an equation or a word of the glossary leads to, shown where one reads it.
// A pointer or the focus opens it, a tap too; Escape closes it. Without scripts these are links, and remain so.

const LEADING = 'a.citation, a.equation-link, a.term';
const WAIT = 150; // milliseconds under a pointer that passes, and behind one on its way into the note
const MARGIN = 8; // pixels between the note and its link, and the edges of the window

const note = document.createElement('div');
note.id = 'note';
note.className = 'note';
note.popover = 'auto';
let shown = null;
let timer = 0;

function fill(link) {
  const copy = document.getElementById(link.hash.slice(1)).cloneNode(true);
  for (const element of copy.querySelectorAll('.back-link')) element.remove();
  for (const element of [copy, ...copy.querySelectorAll('[id]')]) element.removeAttribute('id');
  for (const formula of copy.querySelectorAll('[tabindex]')) formula.removeAttribute('tabindex');
  note.replaceChildren(...(copy.matches('.equation') ? [copy] : copy.childNodes));
}

// Under the link, or above it where there is more room; within the window.
function place(link) {
  const at = link.getClientRects()[0];
  const { width, height } = note.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = clientHeight - at.bottom >= Math.min(height + 2 * MARGIN, at.top);
  note.style.left = `${Math.max(MARGIN, Math.min(at.left, clientWidth - width - MARGIN))}px`;
  note.style.top = `${below ? at.bottom + MARGIN : Math.max(MARGIN, at.top - height - MARGIN)}px`;
}

function open(link) {
  clearTimeout(timer);
  if (shown === link) return;
  close();
  fill(link);
  shown = link;
  link.setAttribute('aria-describedby', note.id);
  note.showPopover();
  place(link);
}

function close() {
  clearTimeout(timer);
  if (note.matches(':popover-open')) note.hidePopover();
}

function later(act) {
  clearTimeout(timer);
  timer = setTimeout(act, WAIT);
}

const leading = (event) => event.target.closest?.(LEADING);

if ('popover' in HTMLElement.prototype) {
  document.body.append(note);
  note.addEventListener('toggle', ({ newState }) => {
    if (newState === 'open') return;
    shown?.removeAttribute('aria-describedby');
    shown = null;
  });
  addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'mouse') return;
    const link = leading(event);
    if (link) later(() => open(link));
    else if (note.contains(event.target)) clearTimeout(timer);
    else if (shown && !shown.matches(':focus-visible')) later(close);
  });
  addEventListener('focusin', (event) => {
    const link = leading(event);
    if (link?.matches(':focus-visible')) open(link);
    else if (!note.contains(event.target)) close();
  });
  addEventListener('click', (event) => {
    const link = leading(event);
    if (!link || event.pointerType !== 'touch' || shown === link) return;
    event.preventDefault(); // a second tap follows the link
    open(link);
  });
  // The focus may have scrolled the page to its link; a reader who scrolls leaves it.
  addEventListener('scroll', () => (shown?.matches(':focus-visible') ? place(shown) : close()), { passive: true });
}
