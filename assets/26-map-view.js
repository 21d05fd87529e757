/* Who moves the view. Rules: it fits by itself only when the set of things changes place; a hand on the map locks it;
 * a small "return" gives it back. The view never moves because something merely happened.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const FEW = 3;

  /* Bounds without stragglers: 2nd to 98th percentile, then everything within half a span of that. */
  function robust(points) {
    const span = (values) => {
      const v = Float64Array.from(values).sort(), at = (q) => v[Math.round(q * (v.length - 1))];
      const low = at(0.02), high = at(0.98), slack = (high - low) * 0.5 + 0.002;
      return [Math.max(v[0], low - slack), Math.min(v.at(-1), high + slack)];
    };
    const [w, e] = span(points.map((p) => p[0])), [s, n] = span(points.map((p) => p[1]));
    return [w, s, e, n];
  }
  const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const within = (p, b) => p[0] >= b[0] && p[0] <= b[2] && p[1] >= b[1] && p[1] <= b[3];

  function places() {
    const points = [];
    for (let s = 0; s < parts.units.n; s += 1 + ((parts.units.n / 2000) | 0)) if (parts.units.placed(s)) points.push(parts.units.target(s));
    // Where things are is told by some thousand of them: tens of thousands need not be sorted every second.
    const incidents = hub.tables?.incidents, step = 1 + (((incidents?.size ?? 0) / 4000) | 0);
    let k = 0;
    for (const row of incidents?.values() ?? []) {
      if (k++ % step) continue;
      if (row.position && row.state !== "closed" && row.state !== "diverted") points.push([row.position.lon, row.position.lat]);
    }
    return points;
  }

  parts.createView = (stage) => {
    const me = { locked: false };
    let button = null, fitted = null, home = null;
    parts.loadGround(stage.options.basemap).then((ground) => { home = ground.bounds; }, () => {});

    const viewBounds = () => {
      const b = stage.map.getBounds();
      return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    };
    /* plotly remembers moves that carry an originalEvent; without it the next redraw would throw the view back. */
    const ours = { originalEvent: { type: "hub", hub: true } };

    function fit(bounds, animate) {
      const pad = 14 * parts.scale(), foot = stage.shell.querySelector(".hub-map-foot")?.offsetHeight ?? 0; // 0 when the page has its own place for it
      fitted = bounds;
      stage.map.fitBounds([[bounds[0], bounds[1]], [bounds[2], bounds[3]]],
        { padding: { top: pad, left: pad, right: pad, bottom: pad + foot }, maxZoom: 16, animate, duration: animate ? 600 : 0 }, ours);
    }
    /* The whole district while things are in it, else wherever they are. */
    function target() {
      const points = places();
      if (points.length < FEW) return home;
      const inHome = home ? points.filter((p) => within(p, home)).length : 0;
      return inHome * 2 > points.length ? home : robust(points);
    }
    const show = () => button?.classList.toggle("shown", me.locked);

    me.consider = () => {
      if (!stage.options.follow || me.locked) return;
      const bounds = target();
      if (!bounds) return;
      if (!fitted) return fit(bounds, false);
      const points = places();
      if (points.length < FEW) return undefined;
      const now = viewBounds();
      if (!points.some((p) => within(p, now)) || !overlap(bounds, now)) fit(bounds, false);
      return undefined;
    };
    me.fitAll = () => {
      me.locked = false;
      show();
      const bounds = target();
      if (bounds && stage.map) fit(bounds, true);
    };
    me.fly = ({ lon, lat, zoom }) => {
      if (!stage.map) return;
      me.locked = true;
      show();
      stage.map.flyTo({ center: [lon, lat], zoom: zoom ?? Math.max(stage.map.getZoom(), 15), duration: 700 }, ours);
    };
    me.watch = (map) => {
      const hand = (event) => {
        if (!event.originalEvent || event.originalEvent.hub || me.locked) return;
        me.locked = true;
        show();
      };
      for (const name of ["dragstart", "zoomstart", "rotatestart", "pitchstart"]) map.on(name, hand);
      map.on("resize", () => { if (!me.locked && fitted) fit(fitted, false); });
      if (fitted && !me.locked) fitted = null; // a new map object starts at the figure's view
    };
    me.dress = () => {
      button?.remove();
      button = parts.node("button", "hub-map-return", `⤢ ${parts.words("返回全局", "Return")}`);
      button.type = "button";
      button.title = parts.words("画面已锁定，点击恢复自动取景", "View is held; click to let it follow again");
      button.addEventListener("click", me.fitAll);
      stage.shell.append(button);
      show();
    };
    return me;
  };

  /* Where the basemap is and how its vectors are got at; loaded once a page. The vectors themselves are the map's. */
  const loads = new Map();
  parts.loadGround = (base = "/basemap/") => {
    if (!loads.has(base)) loads.set(base, parts.json(`${base}ground.json`).catch((error) => { loads.delete(base); throw error; }));
    return loads.get(base);
  };
  parts.json = async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`basemap ${url}: HTTP ${answer.status}`);
    return answer.json();
  };
  Object.assign(parts, { robustBounds: robust, overlap });
})();
