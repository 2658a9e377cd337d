// The equations of figures_src/batchnorm.py and the curves of figures_src/figures/signals.py, for the browser.
// tests/site/test_site_play.py compares them on random inputs.

/** Equation (1): μ = 1/m Σ z. */
export const mean = (z) => z.reduce((sum, value) => sum + value, 0) / z.length;

/** Equation (2): σ² = 1/m Σ (z − μ)², the biased variance. */
export const variance = (z, mu) => mean(z.map((value) => (value - mu) ** 2));

/** Equation (3): ẑ = (z − μ) / √(σ² + ε). */
export const normalize = (z, mu, sigma2, eps) => z.map((value) => (value - mu) / Math.sqrt(sigma2 + eps));

/** Equation (4): y = γ ẑ + β. */
export const scaleAndShift = (zHat, gamma, beta) => zHat.map((value) => gamma * value + beta);

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** The density of the normal law. */
export const gaussian = (x, mu = 0, sigma = 1) =>
  Math.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));

/** Φ, to 1e-12: the series of Marsaglia (2004, J. Stat. Software 11:4), which converges fast for |x| < 8. */
export function normalCdf(x) {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let sum = x;
  let term = x;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * gaussian(x);
}
