// Columns of whole numbers from a frame's bytes. Pure; knows neither rows nor things.
(() => {
  'use strict';
  // of: one [low, width] or [low, width, first] a column; bytes: their planes of n bytes, lowest first, one after another.
  // Float64Arrays: exact to 2^53. What does not fit is an error: half a picture is worse than the next whole one.
  function columns(n, of, bytes) {
    const planes = of.reduce((sum, [, width]) => sum + width, 0);
    if (bytes.length !== n * planes) throw new Error(`feed: ${planes} planes of ${n} in ${bytes.length} bytes`);
    let at = 0;
    return of.map(([low, width, first]) => {
      const out = new Float64Array(n);
      for (let k = 0, by = 1; k < width; k++, by *= 256) for (let i = 0; i < n; i++) out[i] += bytes[at++] * by;
      if (first === undefined) for (let i = 0; i < n; i++) out[i] += low;
      else for (let i = 1, value = out[0] = first; i < n; i++) value = out[i] += value + low;
      return out;
    });
  }
  window.hub = Object.assign(window.hub ?? {}, { columns });
})();
