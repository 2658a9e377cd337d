// Numbers as figures_src/french.py writes them.

const formats = {};

/** A decimal comma, thousands apart, a real minus sign; never "−0". */
export function number(value, decimals = 0, signed = false) {
  const format = (formats[[decimals, signed]] ??= new Intl.NumberFormat('fr', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: signed ? 'exceptZero' : 'auto',
  }));
  // Rounded before, for Intl rounds what is written of a number, Python the number; + 0 for −0; Intl has a hyphen.
  return format.format(Number(value.toFixed(decimals)) + 0).replace('-', '−');
}

/** As short as the number itself, such as a setting. */
export const shortest = (value) => value.toLocaleString('fr', { maximumFractionDigits: 20 });

export const percent = (fraction, decimals = 1) => `${number(100 * fraction, decimals)}\u202f%`;
