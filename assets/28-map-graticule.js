/* Quiet ground where there is no basemap (a replay of another city): lines of longitude and latitude with their values,
 * so that a place without streets is a place and not a black box.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

  const named = (value, step, plus, minus) => {
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return `${Math.abs(value).toFixed(digits)}°${value < 0 ? minus : plus}`;
  };

  function lines(bounds) {
    const [w, s, e, n] = bounds, span = Math.max(e - w, n - s);
    const step = STEPS.find((v) => span / v >= 6) ?? 0.001, features = [];
    const put = (type, coordinates, label, anchor = "center") =>
      features.push({ type: "Feature", geometry: { type, coordinates }, properties: { label, anchor } });
    const from = (v) => Math.ceil(v / step), to = (v) => Math.floor(v / step);
    for (let k = from(w); k <= to(e); k++) {
      put("LineString", [[k * step, s], [k * step, n]], "");
      put("Point", [k * step, n - (n - s) * 0.01], named(k * step, step, "E", "W"), "top");
    }
    for (let k = from(s); k <= to(n); k++) {
      put("LineString", [[w, k * step], [e, k * step]], "");
      put("Point", [w + (e - w) * 0.006, k * step], named(k * step, step, "N", "S"), "left");
    }
    return { type: "FeatureCollection", features };
  }

  parts.createGraticule = (stage) => {
    const EMPTY = { type: "FeatureCollection", features: [] };
    let home = null, shown = null;
    parts.loadGround(stage.options.basemap).then((ground) => { home = ground.bounds; me.draw(); }, () => me.draw());

    const me = {
      attach(map) {
        const T = parts.TONES, scale = parts.scale();
        if (map.getSource("hub_graticule")) return;
        const first = map.getLayer("hub_task_fill") ? "hub_task_fill" : undefined;
        map.addSource("hub_graticule", { type: "geojson", data: EMPTY });
        map.addLayer({ id: "hub_graticule", type: "line", source: "hub_graticule", paint: { "line-color": "#232c36", "line-width": scale } }, first);
        map.addLayer({ id: "hub_graticule_label", type: "symbol", source: "hub_graticule", filter: ["==", ["geometry-type"], "Point"],
          layout: { "text-field": ["get", "label"], "text-size": 11 * scale, "text-anchor": ["get", "anchor"], "text-font": ["Noto Sans SC", "Noto Sans CJK SC", "sans-serif"] },
          paint: { "text-color": T.third, "text-halo-color": T.ground, "text-halo-width": 1 } }, first);
        shown = null;
        me.draw();
      },
      draw() {
        const source = stage.map?.getSource("hub_graticule");
        if (!source) return;
        const b = stage.map.getBounds(), view = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
        const away = !home || !parts.overlap(view, home);
        const key = away ? view.map((v) => v.toFixed(4)).join() : "";
        if (key === shown) return;
        shown = key;
        source.setData(away ? lines(view) : EMPTY);
      },
    };
    return me;
  };
})();
