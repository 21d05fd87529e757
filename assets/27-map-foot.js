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

  const LINES = [2, 3], HIGH_REM = 26, NARROW_REM = 44;
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  /* Every centre's first layer stands before any centre's second: a small room shows something of each. */
  function inTurn(layers) {
    const nth = new Map(), rounds = [];
    for (const layer of layers) {
      const round = nth.get(layer.centre) ?? 0;
      nth.set(layer.centre, round + 1);
      (rounds[round] ??= []).push(layer);
    }
    return rounds.flat();
  }

  /* Two lines at most (three on a high map), nothing cut: what does not fit is counted, and named when the pointer asks. */
  function fold(box, more, host, called) {
    const most = LINES[host.clientHeight > HIGH_REM * rem() ? 1 : 0];
    const cells = [...box.children].filter((cell) => cell.classList.contains("hub-map-count") && !cell.hidden);
    cells.forEach((cell) => { cell.classList.remove("folded"); });
    more.hidden = true;
    const tops = () => [...new Set([...box.children].filter((cell) => cell.offsetParent).map((cell) => Math.round((cell.offsetTop + cell.offsetHeight / 2) / 8)))];
    const folded = [];
    while (tops().length > most && cells.length > 1) {
      const last = cells.pop();
      last.classList.add("folded");
      folded.unshift(last);
      more.hidden = false;
      more.textContent = called(`另有 ${folded.length} 层`, `+${folded.length} layers`);
    }
    more.title = folded.map((cell) => cell.textContent).join(" · ");
  }

  parts.createFoot = (stage) => {
    // The page may have a place for it under the map; else it lies over the map's lower edge.
    const place = document.getElementById(stage.options.foot ?? "map-foot");
    const box = parts.node("div", `hub-map-foot${place ? " placed" : ""}`);
    place ? place.replaceChildren(box) : stage.shell.append(box);
    let cells = new Map(), drawn = "", folded = "", shedText = "";
    /* Where there is little room the larger language of the two is enough; the other is said when the pointer asks. */
    const brief = () => hub.lang === "both" && stage.shell.clientWidth < NARROW_REM * rem();
    const called = (zh, en) => (brief() ? zh || en : parts.words(zh, en));
    const more = parts.node("span", "hub-map-more", ""), shed = parts.node("span", "hub-map-shed", "");

    const entry = (key, paint, zh, en) => {
      const cell = parts.node("span", "hub-map-count");
      const number = parts.node("b", "", "");
      cell.append(glyph(paint), number, parts.node("span", "", called(zh, en)));
      cell.title = parts.words(zh, en);
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
        shed,
        ...layers.map((layer) => entry(layer.table, (c, d) => parts.drawNeutral(c, layer.symbol, d * 0.3), layer.title?.zh, layer.title?.en)),
        more,
      );
      folded = "";
    }
    function refresh(again) {
      const layers = inTurn(hub.spec?.layers ?? []).filter((l) => stage.shows(l.table) && hub.tables?.[l.table]?.size);
      const look = `${hub.lang}|${brief()}|${parts.scale()}|${layers.map((l) => l.table).join()}`;
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
      // Symbols left off a crowded map are said, never silently missing.
      const off = stage.symbols.shed().toLocaleString("en");
      shed.hidden = off === "0";
      shedText = shed.hidden ? "" : called(`另有 ${off} 起未标绘`, `+${off} not drawn`);
      if (shed.textContent !== shedText) shed.textContent = shedText;
      const shape = `${stage.shell.clientWidth}x${stage.shell.clientHeight}|${shedText.length}|${[...cells.values()].map(({ cell, number }) => (cell.hidden ? "" : number.textContent.length)).join()}`;
      if (shape !== folded) { folded = shape; fold(box, more, stage.shell, called); }
      cells.get("stale")?.cell.classList.toggle("some", counts.stale > 0);
    }
    refresh(true);
    return { refresh, census };
  };
})();
