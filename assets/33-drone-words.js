/* Words burned into a drone picture. Drawn on the canvas and not as HTML over it: a text layer over a changing picture
 * made software compositing five times dearer. Screen readers get the same words from the canvas's label.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const PLATE = "rgba(11,14,18,.66)", INK = "#eef3f8";

  const NOTES = {
    live: [], none: ["无画面", "NO PICTURE"], frozen: ["画面停滞", "PICTURE FROZEN"], lost: ["失去联系", "LINK LOST"],
    nopose: ["无云台数据", "NO CAMERA DATA"],
  };
  const clock = (ms) => (hub.clock ? hub.clock(ms) : new Date(ms).toISOString().slice(11, 19));

  /* What is said: call sign, time of the newest frame, that it is synthetic, and what is wrong with its age. */
  parts.pictureWords = (id, row, { state, since }) => {
    const frame = parts.millis(row?.frame_at), note = NOTES[state];
    return {
      sign: row?.call_sign ?? id,
      time: Number.isFinite(frame) ? clock(frame) : "",
      badge: parts.words("合成画面", "SYNTHETIC"),
      note: note.length ? parts.words(...note) : "",
      age: note.length && since > 0 ? parts.since(since) : "",
    };
  };

  const family = () => getComputedStyle(document.documentElement).getPropertyValue("--family") || "sans-serif";
  parts.drawWords = (c, words, state) => {
    const { width, height } = c.canvas, ratio = width / (c.canvas.clientWidth || width);
    const rem = parts.scale() * 16 * ratio, pad = rem * 0.35, face = family();
    c.textBaseline = "middle";
    const plate = (text, x, y, size, weight, side, dashed) => {
      if (!text) return;
      c.font = `${weight} ${size}px ${face}`;
      const w = c.measureText(text).width + 2 * pad, h = size * 1.45, left = side === "right" ? x - w : side === "middle" ? x - w / 2 : x;
      c.fillStyle = PLATE;
      c.fillRect(left, y, w, h);
      if (dashed) {
        c.setLineDash([4, 3]);
        c.lineWidth = 1;
        c.strokeStyle = "rgba(238,243,248,.6)";
        c.strokeRect(left + 0.5, y + 0.5, w - 1, h - 1);
        c.setLineDash([]);
      }
      c.textAlign = "left";
      c.fillStyle = INK;
      c.fillText(text, left + pad, y + h * 0.53);
    };
    plate(words.sign, pad, pad, rem, 700, "left");
    plate(words.time, width - pad, pad, rem * 0.875, 400, "right");
    plate(words.badge, pad, height - pad - rem * 0.8125 * 1.45, rem * 0.8125, 400, "left", true);
    if (!words.note) return;
    let size = rem * 1.125;
    c.font = `700 ${size}px ${face}`;
    size *= Math.min(1, (width * 0.9) / c.measureText(words.note).width); // never cut in the middle of a word
    plate(words.note, width / 2, height / 2 - size * 1.5, size, 700, "middle");
    plate(words.age, width / 2, height / 2 + size * 0.05, size, 700, "middle");
  };

  /* A stopped picture: grey, and hatched when the aircraft itself is silent. */
  parts.drawStopped = (c, still, state) => {
    const { width, height } = c.canvas;
    c.filter = "grayscale(1) brightness(.8) contrast(.82)";
    c.drawImage(still, 0, 0, width, height);
    c.filter = "none";
    if (state !== "lost") return;
    c.strokeStyle = "rgba(141,153,166,.28)";
    c.lineWidth = width / 90;
    c.beginPath();
    for (let x = -height; x < width; x += width / 24) { c.moveTo(x, height); c.lineTo(x + height, 0); }
    c.stroke();
  };
})();
