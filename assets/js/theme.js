// In the head, so that the first paint is the right one: light or dark, by the system or as the switch was left.
(() => {
  const root = document.documentElement;
  const DARK = '(prefers-color-scheme: dark)';
  const system = matchMedia(DARK);
  root.classList.add('js');
  // It is in the style sheet, but would be decoded once laid out: the first formula is in the first paragraph.
  document.fonts.load('1em "Lots Math"');

  const remembered = () => {
    try {
      return localStorage.getItem('theme');
    } catch {
      return null; // storage may be refused
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem('theme', theme);
    } catch {
      // Then the choice lasts as long as the page.
    }
  };
  const chosen = () => root.dataset.theme ?? (system.matches ? 'dark' : 'light');

  // A drawing follows the system by its media query; against the system, the query is replaced by its answer.
  const answered = (query) =>
    chosen() === 'dark' ? query.replace(` and ${DARK}`, '').replace(DARK, 'all') : 'not all';
  const fit = (source) => {
    const query = (source.dataset.media ??= source.media);
    if (!query.includes(DARK)) return;
    const media = root.dataset.theme ? answered(query) : query;
    if (source.media !== media) source.media = media;
  };
  const fitAll = () => document.querySelectorAll('picture source').forEach(fit);

  const show = () => {
    fitAll();
    document.querySelector('.theme-switch')?.setAttribute('aria-pressed', String(chosen() === 'dark'));
  };
  const turn = () => {
    const theme = chosen() === 'dark' ? 'light' : 'dark';
    root.dataset.theme = theme;
    remember(theme);
    show();
  };

  const theme = remembered();
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
    // As the page is read, before the wrong drawings are asked for.
    const reading = new MutationObserver(fitAll);
    reading.observe(root, { childList: true, subtree: true });
    addEventListener('DOMContentLoaded', () => reading.disconnect());
  }
  addEventListener('DOMContentLoaded', () => {
    document.querySelector('.theme-switch')?.addEventListener('click', turn);
    show();
  });
  system.addEventListener('change', show);
})();
