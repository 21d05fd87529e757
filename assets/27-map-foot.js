/* The map's foot: what the symbols are and how many there are, each count beside the symbol it counts. */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});

  const glyph = (paint) => {
    const size = 18 * parts.scale() * Math.max(1, window.devicePixelRatio);
    const made = parts.canvas(size, (c) => paint(c, size));
    made.className = "hub-map-glyph";
    made.setAttribute("aria-hidden", "true");
    return made;
  };

  function census() {
    const now = hub.now?.() ?? Date.now(), reach = parts.expected("units") * 1000;
    let units = 0, stale = 0, incidents = 0, drones = 0, cameras = 0, dark = 0;
    const { units: store } = parts;
    for (let s = 0; s < store.n; s++) {
      if (!store.placed(s)) continue;
      units++;
      if (now - store.at[s] > 3 * reach) stale++;
    }
    for (const row of hub.tables?.incidents?.values() ?? []) if (row.state !== "closed" && row.state !== "diverted") incidents++;
    for (const row of hub.tables?.drones?.values() ?? []) if (row.position) drones++;
    for (const row of hub.tables?.cameras?.values() ?? []) { cameras++; if (row.state === "lost") dark++; }
    return { units, stale, drones, incidents, cameras, dark };
  }

  const MOST_LINES = 2;

  /* Two lines at most, nothing cut: what does not fit is counted, and named when the pointer asks. */
  function fold(box, more) {
    const cells = [...box.children].filter((cell) => cell !== more && !cell.hidden);
    cells.forEach((cell) => { cell.classList.remove("folded"); });
    more.hidden = true;
    const tops = () => [...new Set([...box.children].filter((cell) => cell.offsetParent).map((cell) => Math.round(cell.offsetTop / 4)))];
    const folded = [];
    while (tops().length > MOST_LINES && cells.length > 1) {
      const last = cells.pop();
      last.classList.add("folded");
      folded.unshift(last);
      more.hidden = false;
      more.textContent = parts.words(`另有 ${folded.length} 层`, `+${folded.length} layers`);
    }
    more.title = folded.map((cell) => cell.textContent).join(" · ");
  }

  parts.createFoot = (stage) => {
    // The page may have a place for it under the map; else it lies over the map's lower edge.
    const place = document.getElementById(stage.options.foot ?? "map-foot");
    const box = parts.node("div", `hub-map-foot${place ? " placed" : ""}`);
    place ? place.replaceChildren(box) : stage.shell.append(box);
    let cells = new Map(), drawn = "", folded = "";
    const more = parts.node("span", "hub-map-more", "");

    const entry = (key, paint, zh, en) => {
      const cell = parts.node("span", "hub-map-count");
      const number = parts.node("b", "", "");
      cell.append(glyph(paint), number, parts.node("span", "", parts.words(zh, en)));
      cells.set(key, { cell, number });
      return cell;
    };
    function build(layers) {
      cells = new Map();
      const own = [
        ["units", "units", (c, d) => parts.drawUnit(c, d * 0.34, false), "单元", "units"],
        ["stale", "units", (c, d) => parts.drawUnit(c, d * 0.34, true), "滞后", "stale"],
        ["drones", "drones", (c, d) => parts.drawDrone(c, d * 0.42), "无人机", "drones"],
        ["incidents", "incidents", (c, d) => parts.drawAlarms(c, d * 0.3), "警情", "incidents"],
      ];
      box.replaceChildren(
        ...own.filter(([, table]) => stage.shows(table)).map(([key, , ...rest]) => entry(key, ...rest)),
        ...layers.map((layer) => entry(layer.table, (c, d) => parts.drawNeutral(c, layer.symbol, d * 0.3), layer.title?.zh, layer.title?.en)),
        more,
      );
      folded = "";
    }
    function refresh(again) {
      const layers = (hub.spec?.layers ?? []).filter((l) => stage.shows(l.table) && hub.tables?.[l.table]?.size);
      const look = `${hub.lang}|${parts.scale()}|${layers.map((l) => l.table).join()}`;
      if (again || look !== drawn) { drawn = look; build(layers); }
      const counts = census();
      for (const layer of layers) {
        let n = 0;
        for (const row of hub.tables[layer.table].values()) if (row.position && row.state !== "closed") n++;
        counts[layer.table] = n;
      }
      for (const [key, { number }] of cells) {
        const text = (counts[key] ?? 0).toLocaleString("en");
        if (number.textContent !== text) number.textContent = text;
      }
      for (const { table } of layers) cells.get(table).cell.hidden = !counts[table];
      const shape = `${box.clientWidth}|${[...cells.values()].map(({ cell, number }) => (cell.hidden ? "" : number.textContent.length)).join()}`;
      if (shape !== folded) { folded = shape; fold(box, more); }
      cells.get("stale")?.cell.classList.toggle("some", counts.stale > 0);
    }
    refresh(true);
    return { refresh, census };
  };
})();
