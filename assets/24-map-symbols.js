/* Things that change at human speed, as GeoJSON in plotly's map: incidents, cameras, roads, footprints, task areas and
 * the centres' layers. Each row becomes one feature; only changed features go to the worker (updateData).
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const FLUSH_MS = 120, CROWD = 3000, CHOICE_MS = 1000;
  const ENDED = new Set(["closed", "diverted"]);
  const DROPPED = new Set(["refused", "expired", "cancelled"]);

  const xy = (p) => (Array.isArray(p) ? p : [p.lon, p.lat]);
  const ring = (points) => {
    const line = points.map(xy), [first, last] = [line[0], line.at(-1)];
    if (first[0] !== last[0] || first[1] !== last[1]) line.push(first);
    return line;
  };
  const feature = (key, type, coordinates, properties) =>
    ({ type: "Feature", geometry: { type, coordinates }, properties: { key, ...properties } });

  /* table → (id, row) → feature or null (not shown now). Rows without a place simply are not on the map. */
  const MAKE = {
    incidents: (id, row) => row.position && !ENDED.has(row.state) && feature(`incidents/${id}`, "Point", xy(row.position),
      { what: "incident", icon: `hub:p${row.priority}`, priority: row.priority }),
    cameras: (id, row) => row.position && feature(`cameras/${id}`, "Point", xy(row.position),
      { what: "camera", icon: row.state === "lost" ? "hub:camera:lost" : "hub:camera", turn: row.state === "lost" ? 0 : row.bearing_deg ?? 0 }),
    roads: (id, row) => row.path?.length > 1 && (row.level >= 2 || row.lanes_closed > 0) && feature(`roads/${id}`, "LineString",
      row.path.map(xy), { what: row.level >= 3 || row.lanes_closed > 0 ? "closed" : "heavy" }),
    drones: (id, row) => row.footprint?.length > 2 && row.mode !== "lost_link" && feature(`drones/${id}`, "Polygon",
      [ring(row.footprint)], { what: row.footprint_clipped ? "footprint_far" : "footprint" }),
    tasks: (id, row) => row.area?.length > 2 && !DROPPED.has(row.state) && runs(row) && feature(`tasks/${id}`, "Polygon",
      [ring(row.area)], { what: "task", progress: row.state === "done" ? 1 : row.progress ?? 0,
        label: row.state === "done" ? "100 %" : row.progress == null ? "" : `${Math.round(row.progress * 100)} %` }),
  };
  const runs = (row) => hub.tables?.operations?.get(row.operation)?.state !== "closed";
  const SHAPES = new Set(["roads", "drones", "tasks"]);

  const is = (what) => ["==", ["get", "what"], what];
  const zoomed = (low, high) => ["interpolate", ["linear"], ["zoom"], 10, low, 15, high];

  function layersUnder(scale) {
    const T = parts.TONES;
    const line = (id, what, paint) => ({ id, type: "line", source: "hub_shapes", filter: is(what),
      layout: { "line-cap": "butt", "line-join": "round" }, paint });
    return [
      { id: "hub_task_fill", type: "fill", source: "hub_shapes", filter: is("task"),
        paint: { "fill-color": T.text, "fill-opacity": ["+", 0.025, ["*", 0.11, ["get", "progress"]]] } },
      line("hub_task_line", "task", { "line-color": T.third, "line-width": scale, "line-opacity": 0.7 }),
      line("hub_road_heavy", "heavy", { "line-color": T.strong, "line-opacity": 0.4, "line-width": zoomed(2 * scale, 5 * scale), "line-dasharray": [0.5, 1.6] }),
      line("hub_road_closed", "closed", { "line-pattern": "hub:hatch", "line-opacity": 0.75, "line-width": zoomed(3.2 * scale, 8 * scale) }),
      { id: "hub_foot_fill", type: "fill", source: "hub_shapes", filter: ["in", ["get", "what"], ["literal", ["footprint", "footprint_far"]]],
        paint: { "fill-color": T.blue, "fill-opacity": 0.09 } },
      line("hub_foot_line", "footprint", { "line-color": T.blue, "line-width": 1.2 * scale, "line-opacity": 0.85 }),
      line("hub_foot_far", "footprint_far", { "line-color": T.blue, "line-width": 1.2 * scale, "line-opacity": 0.85, "line-dasharray": [4, 3] }),
      { id: "hub_cameras", type: "symbol", source: "hub_points", filter: is("camera"), layout: {
        "icon-image": ["get", "icon"], "icon-size": zoomed(0.45, 1), "icon-rotate": ["get", "turn"],
        "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true },
        paint: { "icon-opacity": ["interpolate", ["linear"], ["zoom"], 11, 0.4, 14, 0.9] } },
      { id: "hub_centre_points", type: "symbol", source: "hub_points", filter: is("centre"), layout: {
        "icon-image": ["get", "icon"], "icon-size": zoomed(0.6, 1), "icon-allow-overlap": true, "icon-ignore-placement": true },
        paint: { "icon-opacity": 0.8 } },
    ];
  }
  function layersOver(scale) {
    const T = parts.TONES;
    return [
      { id: "hub_incidents", type: "symbol", source: "hub_points", filter: is("incident"), layout: {
        "icon-image": ["get", "icon"], "icon-size": zoomed(0.8, 1.05), "icon-allow-overlap": true, "icon-ignore-placement": true,
        "symbol-sort-key": ["-", 5, ["get", "priority"]] } },
      { id: "hub_task_label", type: "symbol", source: "hub_shapes", filter: is("task"), minzoom: 12, layout: {
        "text-field": ["get", "label"], "text-font": ["Noto Sans SC", "Noto Sans CJK SC", "sans-serif"], "text-size": 11 * scale },
        paint: { "text-color": T.second, "text-halo-color": T.ground, "text-halo-width": 1.4 } },
    ];
  }

  parts.createSymbols = (stage) => {
    const made = { hub_points: new Map(), hub_shapes: new Map() };
    const pending = { hub_points: new Map(), hub_shapes: new Map() };
    const open = new Map(); // incident → {p, t}: those with a place, drawn or not
    let timer = 0, last = 0, line = null, chosen = 0;

    /* A crowded map draws the most urgent, then the newest, and its foot says how many it leaves off; P1 always stands. */
    const drawn = ({ p, t }) => p === 1 || !line || p < line.p || (p === line.p && t >= line.t);
    function note(id, row) {
      if (row?.position && !ENDED.has(row.state)) open.set(id, { p: row.priority, t: parts.millis(row.opened_at) || 0 });
      else open.delete(id);
    }
    function findLine() {
      line = null;
      if (open.size <= CROWD) return;
      const times = [[], [], [], [], []];
      for (const { p, t } of open.values()) times[p].push(t);
      let room = CROWD;
      for (let p = 1; p <= 4; p++) {
        if (times[p].length <= room) { room -= times[p].length; continue; }
        const sorted = Float64Array.from(times[p]).sort();
        line = { p, t: room > 0 ? sorted[sorted.length - room] : Infinity };
        return;
      }
    }
    /* Once a second at most, and only changes are drawn: cheap whatever the number. */
    function choose(rows) {
      if (performance.now() - chosen < CHOICE_MS || (!line && open.size <= CROWD)) return;
      chosen = performance.now();
      findLine();
      for (const [id, rank] of open) {
        if (drawn(rank) !== made.hub_points.has(`incidents/${id}`)) change("incidents", id, rows.get(id));
      }
    }

    const centreLayers = () => hub.spec?.layers ?? [];
    const maker = (table) => {
      if (!stage.shows(table)) return null;
      if (MAKE[table]) return MAKE[table];
      const layer = centreLayers().find((l) => l.table === table);
      return layer ? (id, row) => row.position && !ENDED.has(row.state) && feature(`${table}/${id}`, "Point", xy(row.position),
        { what: "centre", icon: `hub:${layer.symbol}` }) : null;
    };

    function change(table, id, row) {
      const make = maker(table);
      if (!make) return;
      const source = SHAPES.has(table) ? "hub_shapes" : "hub_points", key = `${table}/${id}`;
      const off = table === "incidents" && open.has(id) && !drawn(open.get(id));
      const next = row && !off ? make(id, row) || null : null, had = made[source].get(key);
      if (!next && !had) return;
      if (next && had && JSON.stringify(next) === JSON.stringify(had)) return; // a new age is not a new picture
      next ? made[source].set(key, next) : made[source].delete(key);
      pending[source].set(key, next);
    }

    function flush() {
      timer = 0;
      last = performance.now();
      for (const [name, changes] of Object.entries(pending)) {
        if (!changes.size) continue;
        const source = stage.map?.getSource(name);
        if (!source) { changes.clear(); continue; } // attach() sends everything
        const add = [], remove = [];
        for (const [key, next] of changes) next ? add.push(next) : remove.push(key);
        changes.clear();
        source.updateData({ add, remove });
      }
    }
    function soon() {
      if (!timer) timer = setTimeout(flush, Math.max(0, FLUSH_MS - (performance.now() - last)));
    }

    function everything() {
      for (const map of Object.values(made)) map.clear();
      open.clear();
      if (stage.shows("incidents")) for (const [id, row] of hub.tables?.incidents ?? []) note(id, row);
      findLine();
      const tables = [...Object.keys(MAKE), ...centreLayers().map((l) => l.table)];
      for (const table of new Set(tables)) for (const [id, row] of hub.tables?.[table] ?? []) change(table, id, row);
      for (const map of Object.values(pending)) map.clear();
    }

    return {
      /* How many open incidents with a place are not drawn now. */
      shed() {
        let off = 0;
        if (line) for (const rank of open.values()) if (!drawn(rank)) off++;
        return off;
      },
      rows({ table, changed, removed }) {
        const rows = hub.tables?.[table];
        if (!rows) return;
        const crowd = table === "incidents" && stage.shows(table);
        if (crowd) {
          for (const id of removed ?? []) note(id, null);
          for (const id of changed ?? []) note(id, rows.get(id));
          if ((changed?.length ?? 0) > CROWD) findLine();
        }
        for (const id of removed ?? []) change(table, id, null);
        for (const id of changed ?? []) change(table, id, rows.get(id));
        if (crowd) choose(rows);
        if (table === "operations") for (const [id, row] of hub.tables.tasks ?? []) change("tasks", id, row);
        soon();
      },
      /* "under" the moving units: ground-like things; "over" them: incidents. */
      attach(map, where) {
        if (where === "under") {
          everything();
          for (const name of Object.keys(made)) {
            const data = { type: "FeatureCollection", features: [...made[name].values()] };
            if (map.getSource(name)) map.getSource(name).setData(data);
            else map.addSource(name, { type: "geojson", data, promoteId: "key", tolerance: 0.2 });
          }
        }
        for (const layer of (where === "under" ? layersUnder : layersOver)(parts.scale())) {
          if (!map.getLayer(layer.id)) map.addLayer(layer);
        }
      },
      language() {
        const { map } = stage;
        for (const layer of map.getStyle()?.layers ?? []) {
          // Basemap labels say both languages in the style; one-language mode drops the other line.
          const zh = layer.metadata?.["hub:zh"], en = layer.metadata?.["hub:en"], both = layer.metadata?.["hub:both"];
          if (zh && en && both) map.setLayoutProperty(layer.id, "text-field", hub.lang === "zh" ? zh : hub.lang === "en" ? en : both);
        }
      },
    };
  };
})();
