/** Write in an element that is read aloud, once the hand rests: a slider would otherwise speak at each step. */
export function teller(element) {
  let waiting;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      element.textContent = text;
    }, 400);
  };
}
