// The digits that figures_src/experiments/mnist_page/digits.py cut from MNIST, as lists of lit pixels.

/** Labels, then of each image the lengths of its runs of pixels, unlit and lit by turns; pixels of image i: see `starts`. */
export function decode(bytes, images) {
  const starts = new Uint32Array(images + 1);
  const lit = [];
  for (let image = 0, at = images; image < images; image++) {
    const end = at + 1 + bytes[at];
    for (let pixel = 0, odd = false; ++at < end; odd = !odd) {
      const next = pixel + bytes[at];
      if (odd) while (pixel < next) lit.push(pixel++);
      pixel = next;
    }
    starts[image + 1] = lit.length;
  }
  return { labels: bytes.slice(0, images), starts, lit: Uint16Array.from(lit) };
}

/** Fetch and unpack them; gzip has a checksum of its own, and what it denies is refused. */
export async function fetchDigits(address, images) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const unpacked = answer.body.pipeThrough(new DecompressionStream('gzip'));
  return decode(new Uint8Array(await new Response(unpacked).arrayBuffer()), images);
}
