/* Colours, shapes and words every part of the map shares. Shapes are drawn here: no sprite, no icon font, no other host.
 * Image names carry a colon on purpose: plotly would ask a CDN for any missing name of plain letters and dashes.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});

  const TONES = {
    ground: "#0e1217", text: "#c6d0da", strong: "#eef3f8", second: "#8d99a6", third: "#76828f", hairline: "#1e252e",
    unit: "#8fa3b8", blue: "#7fb4ff", p1: "#ff4d4f", p2: "#ff9f1c", p3: "#ffd60a", p4: "#3aa0ff",
  };

  /* Root font size carries the wall's geometry (rem); the map's symbols follow it. */
  parts.scale = () => parts.clamp(parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1, 0.75, 6);

  const polygon = (c, points) => {
    c.beginPath();
    points.forEach(([x, y], k) => (k ? c.lineTo(x, y) : c.moveTo(x, y)));
    c.closePath();
  };
  const circle = (c, r) => { c.beginPath(); c.arc(0, 0, r, 0, 7); };
  const OUTLINES = {
    1: (c, r) => polygon(c, [[0, -r * 1.12], [r * 1.1, r * 0.8], [-r * 1.1, r * 0.8]]),
    2: (c, r) => polygon(c, [[0, -r * 1.16], [r * 1.16, 0], [0, r * 1.16], [-r * 1.16, 0]]),
    3: (c, r) => polygon(c, [[-r * 0.9, -r * 0.9], [r * 0.9, -r * 0.9], [r * 0.9, r * 0.9], [-r * 0.9, r * 0.9]]),
    4: (c, r) => circle(c, r),
  };

  /* The priority mark: colour, shape and number say the same thing three times. */
  parts.drawPriority = (c, priority, r) => {
    const p = OUTLINES[priority] ? priority : 4;
    c.lineJoin = "round";
    OUTLINES[p](c, r);
    c.lineWidth = r * 0.42;
    c.strokeStyle = TONES.ground;
    c.stroke();
    c.lineWidth = r * 0.16;
    c.strokeStyle = c.fillStyle = TONES[`p${p}`];
    c.fill();
    c.stroke();
    c.fillStyle = "#10141a";
    c.font = `700 ${r * (p === 1 ? 1.05 : 1.22)}px sans-serif`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText(String(p), 0, p === 1 ? r * 0.24 : r * 0.08);
  };
  /* For the legend: the shapes of all four priorities in one outline, without taking one of their colours. */
  parts.drawAlarms = (c, r) => {
    c.strokeStyle = TONES.text;
    c.lineWidth = r * 0.22;
    c.lineJoin = "round";
    for (const [p, x, y] of [[1, -0.62, -0.6], [2, 0.66, -0.62], [3, -0.62, 0.72], [4, 0.66, 0.7]]) {
      c.save();
      c.translate(x * r, y * r);
      OUTLINES[p](c, r * 0.46);
      c.stroke();
      c.restore();
    }
  };
  parts.drawRing = (c, r) => {
    circle(c, r);
    c.lineWidth = r * 0.09;
    c.strokeStyle = TONES.p1;
    c.stroke();
  };

  const shapes = {
    dot: (c, r) => circle(c, r * 0.62),
    ring: (c, r) => circle(c, r * 0.8),
    square: (c, r) => polygon(c, [[-r * 0.72, -r * 0.72], [r * 0.72, -r * 0.72], [r * 0.72, r * 0.72], [-r * 0.72, r * 0.72]]),
    diamond: (c, r) => polygon(c, [[0, -r], [r, 0], [0, r], [-r, 0]]),
    triangle: (c, r) => polygon(c, [[0, -r], [r * 0.9, r * 0.7], [-r * 0.9, r * 0.7]]),
    hexagon: (c, r) => polygon(c, [0, 1, 2, 3, 4, 5].map((k) => [r * Math.sin((k * Math.PI) / 3), -r * Math.cos((k * Math.PI) / 3)])),
    cross: (c, r) => {
      c.beginPath();
      c.moveTo(-r * 0.8, 0); c.lineTo(r * 0.8, 0); c.moveTo(0, -r * 0.8); c.lineTo(0, r * 0.8);
    },
  };
  /* A centre's own layer: small, neutral, told apart by shape and never by an alarm's colour. */
  parts.drawNeutral = (c, shape, r) => {
    (shapes[shape] ?? shapes.dot)(c, r);
    c.lineWidth = r * 0.75;
    c.strokeStyle = TONES.ground;
    c.stroke();
    c.lineWidth = r * 0.26;
    c.strokeStyle = TONES.text;
    c.fillStyle = "rgba(198,208,218,.28)";
    if (shape !== "cross" && shape !== "ring") c.fill();
    c.stroke();
  };
  const drawCamera = (c, r, lost) => {
    c.strokeStyle = c.fillStyle = TONES.second;
    c.lineWidth = r * 0.2;
    if (!lost) {
      c.beginPath(); c.moveTo(0, 0); c.lineTo(0, -r); c.stroke();
      circle(c, r * 0.36); c.fill();
      return;
    }
    circle(c, r * 0.36); c.stroke();
    c.beginPath(); c.moveTo(-r * 0.75, -r * 0.75); c.lineTo(r * 0.75, r * 0.75);
    c.moveTo(-r * 0.75, r * 0.75); c.lineTo(r * 0.75, -r * 0.75); c.stroke();
  };
  parts.drawUnit = (c, r, hollow) => {
    polygon(c, [[0, -r], [r * 0.72, r * 0.9], [0, r * 0.45], [-r * 0.72, r * 0.9]]);
    c.lineWidth = r * 0.2;
    c.strokeStyle = c.fillStyle = TONES.unit;
    hollow ? c.stroke() : c.fill();
  };
  parts.drawDrone = (c, r) => {
    circle(c, r * 0.85);
    c.lineWidth = r * 0.2;
    c.strokeStyle = TONES.blue;
    c.stroke();
    c.beginPath(); c.moveTo(-r * 0.58, -r * 0.58); c.lineTo(r * 0.58, r * 0.58);
    c.moveTo(-r * 0.58, r * 0.58); c.lineTo(r * 0.58, -r * 0.58); c.stroke();
  };

  parts.canvas = (size, paint) => {
    const made = document.createElement("canvas");
    made.width = made.height = Math.round(size);
    const c = made.getContext("2d");
    c.translate(made.width / 2, made.height / 2);
    paint(c);
    return made;
  };

  /* Diagonal white stripes: a closed lane is seen without borrowing a colour from the alarms. */
  const hatch = (ratio) => {
    const size = Math.round(8 * ratio), made = parts.canvas(size, () => {}), c = made.getContext("2d");
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = "rgba(14,18,23,.85)";
    c.fillRect(0, 0, size, size);
    c.strokeStyle = "rgba(238,243,248,.9)";
    c.lineWidth = size * 0.26;
    c.beginPath();
    for (const k of [-1, 0, 1]) { c.moveTo(k * size - 2, size + 2); c.lineTo((k + 1) * size + 2, -2); }
    c.stroke();
    return made;
  };

  parts.addImages = (map, scale) => {
    const ratio = Math.max(1, window.devicePixelRatio) * scale;
    const put = (name, made) => {
      if (map.hasImage(name)) map.removeImage(name);
      const { width, height } = made;
      map.addImage(name, made.getContext("2d").getImageData(0, 0, width, height), { pixelRatio: Math.max(1, window.devicePixelRatio) });
    };
    for (const p of [1, 2, 3, 4]) {
      put(`hub:p${p}`, parts.canvas(48 * ratio, (c) => {
        if (p === 1) parts.drawRing(c, 21.5 * ratio);
        parts.drawPriority(c, p, (p === 1 ? 10 : p === 2 ? 9 : 8.2) * ratio);
      }));
    }
    for (const shape of Object.keys(shapes)) put(`hub:${shape}`, parts.canvas(18 * ratio, (c) => parts.drawNeutral(c, shape, 5 * ratio)));
    put("hub:camera", parts.canvas(16 * ratio, (c) => drawCamera(c, 7 * ratio, false)));
    put("hub:camera:lost", parts.canvas(16 * ratio, (c) => drawCamera(c, 7 * ratio, true)));
    put("hub:hatch", hatch(ratio));
  };

  /* A name as lines of text: Chinese first and larger when both languages are shown. */
  parts.lines = (text) => {
    if (text == null) return [];
    if (typeof text === "string") return [text];
    const lang = hub.lang ?? "both";
    const lines = lang === "zh" ? [text.zh] : lang === "en" ? [text.en] : [text.zh, text.en];
    return lines.filter((line, k) => line && lines.indexOf(line) === k);
  };
  parts.words = (zh, en) => parts.lines({ zh, en }).join(" ");
  /* How long ago in hub time, 00:12:41 and from the second day on 3 d 07 h: a running second says that the page is alive. */
  parts.since = (at) => {
    const s = Math.max(0, Math.floor(((hub.now?.() ?? Date.now()) - parts.millis(at)) / 1000));
    if (!Number.isFinite(s)) return "";
    const two = (n) => String(n).padStart(2, "0");
    if (s >= 86400) return `${Math.floor(s / 86400)} d ${two(Math.floor(s / 3600) % 24)} h`;
    return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  parts.node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  parts.TONES = TONES;
})();
