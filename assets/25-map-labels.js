/* Words on the map: only on P1 and P2 incidents and on drones, haloed, kept apart by priority.
 *
 * They are HTML, not MapLibre symbols: their age changes every second, and a symbol whose text changes fades out and in.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const MOST = 40;
  const OBSTACLES = 300; // symbols without words that words should not cover; in a denser crowd nothing would be left to stand on
  const STRAY = 8, SETTLE_MS = 400;
  const GAP = 4;

  const touches = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  /* Where a label may stand around its symbol: right, left, below, above. */
  const SPOTS = [
    (p, r, w, h) => [p.x + r, p.y - h / 2], (p, r, w, h) => [p.x - r - w, p.y - h / 2],
    (p, r, w, h) => [p.x - w / 2, p.y + r], (p, r, w, h) => [p.x - w / 2, p.y - r - h],
  ];

  parts.createLabels = (stage) => {
    const box = parts.node("div", "hub-map-labels");
    stage.shell.append(box);
    const shown = new Map(); // key → {node, lines[], at(), rank, r, w, h, spot}
    let arranged = 0, wordless = [];

    const incidentLines = (id, row) => {
      const lines = parts.lines(row.title ?? row.kind_title ?? row.kind);
      const drones = [...(hub.tables.drones ?? [])].filter(([, d]) => d.incident === id).map(([, d]) => d.call_sign);
      const n = row.units?.length ?? 0;
      const last = [parts.since(row.opened_at), n ? `${n} ${parts.words("单元", n === 1 ? "unit" : "units")}` : "", ...drones];
      return [...lines, last.filter(Boolean).join(" · ")];
    };
    function* wanted() {
      const s = parts.scale();
      for (const [id, row] of stage.shows("incidents") ? hub.tables?.incidents ?? [] : []) {
        if (row.priority > 2 || !row.position || row.state === "closed" || row.state === "diverted") continue;
        yield { key: `incidents/${id}`, rank: row.priority * 1e15 - parts.millis(row.opened_at) / 1e3, kind: "incident", r: (row.priority === 1 ? 22 : 13) * s,
          at: () => [row.position.lon, row.position.lat], lines: () => incidentLines(id, row) };
      }
      for (const [id, row] of stage.shows("drones") ? hub.tables?.drones ?? [] : []) {
        if (row.mode === "docked") continue;
        const slot = parts.drones.slotOf.get(id);
        if (slot === undefined || !parts.drones.placed(slot)) continue;
        yield { key: `drones/${id}`, rank: 1.5e15, kind: "drone", r: 15 * s,
          at: () => parts.drones.lonLat(slot), lines: () => [row.call_sign] };
      }
    }

    function write(item) {
      let label = shown.get(item.key);
      if (!label) {
        label = { node: parts.node("div", `hub-map-label ${item.kind}`), lines: [], spot: 0 };
        box.append(label.node);
        shown.set(item.key, label);
      }
      Object.assign(label, { at: item.at, rank: item.rank, r: item.r });
      const shape = item.lines.map((line) => line.length).join();
      if (label.lines.join("\n") !== item.lines.join("\n")) {
        while (label.node.childElementCount > item.lines.length) label.node.lastElementChild.remove();
        item.lines.forEach((line, k) => {
          const node = label.node.children[k] ?? label.node.appendChild(parts.node("div"));
          node.className = k === 0 ? "first" : k === item.lines.length - 1 ? "facts" : "other";
          if (node.textContent !== line) node.textContent = line;
        });
        label.lines = item.lines;
      }
      if (label.shape !== shape) { label.shape = shape; label.w = 0; } // measure again only when the text got longer or shorter
    }

    function refresh(again) {
      if (!stage.map) return;
      const all = [...wanted()].sort((a, b) => a.rank - b.rank), items = all.slice(0, MOST);
      wordless = all.length - MOST <= OBSTACLES ? all.slice(MOST) : [];
      for (const item of items) item.lines = item.lines(); // words only for those that are shown
      const keep = new Set(items.map((item) => item.key));
      for (const [key, label] of shown) if (!keep.has(key)) { label.node.remove(); shown.delete(key); }
      if (again) for (const label of shown.values()) label.w = 0;
      items.forEach(write);
      arrange();
    }

    /* Off the map when its thing has just been removed. */
    const where = (label) => {
      const at = label.at();
      return at ? stage.map.project(at) : { x: -1e4, y: -1e4 };
    };

    /* Highest priority first; a label keeps its side while that side is free, so nothing jumps about. */
    function arrange() {
      arranged = performance.now();
      const labels = [...shown.values()].sort((a, b) => a.rank - b.rank);
      for (const label of labels) {
        if (!label.w) { label.w = label.node.offsetWidth; label.h = label.node.offsetHeight; }
        label.p = label.base = where(label);
      }
      const foot = stage.shell.querySelector(".hub-map-foot")?.offsetHeight ?? 0; // words do not go under the legend
      const width = box.clientWidth, height = box.clientHeight - foot;
      const inside = (p) => p.x > -40 && p.y > -40 && p.x < width + 40 && p.y < height + 40;
      const seen = labels.filter((label) => inside(label.p));
      const taken = seen.map((label) => ({ owner: label, x: label.p.x - label.r * 0.7, y: label.p.y - label.r * 0.7, w: label.r * 1.4, h: label.r * 1.4 }));
      for (const item of wordless) {
        const p = where(item), r = item.r * 0.8;
        if (inside(p)) taken.push({ owner: item, x: p.x - r, y: p.y - r, w: 2 * r, h: 2 * r });
      }
      for (const label of labels) label.free = false;
      for (const label of seen) {
        const order = [label.spot, 0, 1, 2, 3];
        for (const spot of order) {
          const [x, y] = SPOTS[spot](label.p, label.r, label.w, label.h);
          const rect = { owner: label, x: x - GAP, y, w: label.w + 2 * GAP, h: label.h };
          if (x < 2 || y < 2 || x + label.w > width - 2 || y + label.h > height - 2) continue;
          if (taken.some((other) => other.owner !== label && touches(rect, other))) continue;
          taken.push(rect);
          Object.assign(label, { spot, free: true });
          break;
        }
      }
      for (const label of labels) { label.node.style.visibility = label.free ? "visible" : "hidden"; stand(label); }
    }

    function stand(label) {
      const [x, y] = SPOTS[label.spot](label.p, label.r, label.w, label.h);
      label.node.style.textAlign = ["left", "right", "center", "center"][label.spot];
      label.node.style.transform = `translate(${Math.round(x)}px,${Math.round(y)}px)`;
    }

    /* Has a drone flown so far that its words may stand on somebody else's? */
    const strayed = () => [...shown].some(([key, label]) => key.startsWith("drones/") && label.base
      && Math.abs(label.p.x - label.base.x) + Math.abs(label.p.y - label.base.y) > STRAY * parts.scale());

    /* Called by the map's frames: labels stay on their moving symbols; the order is worked out five times a second. */
    function drift(moved) {
      const since = performance.now() - arranged;
      if ((moved && since > 200) || (since > SETTLE_MS && strayed())) return arrange();
      for (const [key, label] of shown) {
        if (!label.free || !(moved || key.startsWith("drones/"))) continue;
        label.p = where(label);
        stand(label);
      }
      return undefined;
    }
    return { refresh, drift };
  };

  /* One sentence over the map when it cannot do its work; empty words take it away. */
  parts.say = (stage, zh, en = "") => {
    let note = stage.shell?.querySelector(".hub-map-note");
    if (!zh) return note?.remove();
    const host = stage.shell ?? (typeof stage.el === "string" ? document.getElementById(stage.el) : stage.el);
    if (!note && host) host.append(note = parts.node("div", "hub-map-note"));
    note?.setAttribute("role", "alert");
    note?.replaceChildren(...parts.lines({ zh, en }).map((line) => parts.node("div", "", line)));
    return undefined;
  };
})();
