/* The live map: hosts our layers in the MapLibre map of a plotly figure. Knows no feed format beyond window.hub.
 *
 * hub.map.mount(gd, {follow, layers, basemap, foot, patience_ms})
 *     gd: the dcc.Graph element or its id; layers: table names, default all; foot: id of the element that takes the
 *     counts (default map-foot, else they lie over the map); patience_ms: when an unreachable map is said to be so
 * hub.map.fly({lon, lat, zoom})                 go to a place; the view stays there until "return"
 * hub.map.fitAll()                              whole district, and let the view follow again
 * hub.map.pixelOf(id) -> {x, y} | null          where a thing is drawn now, CSS pixels of the map
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const LATE_REACH_MS = 15000;
  const REPAINT_MS = 120;
  let stage = null; // the one mounted map of this page

  /* The only place that touches plotly's private parts: if a plotly release moves the map, it is here. */
  const reach = (gd) => gd?._fullLayout?.map?._subplot?.map ?? null;

  const graphOf = (el) => {
    const node = typeof el === "string" ? document.getElementById(el) : el;
    if (!node) return null;
    return node.classList.contains("js-plotly-plot") ? node : node.querySelector(".js-plotly-plot");
  };

  function createStage(el, options) {
    const me = { el, options, map: null, gd: null, shell: null, began: performance.now(), told: false };
    const wanted = options.layers ? new Set(options.layers) : null;
    me.shows = (table) => !wanted || wanted.has(table);
    me.view = parts.createView(me);
    me.symbols = parts.createSymbols(me);
    me.ground = parts.createGraticule(me);
    return me;
  }

  /* Our overlays sit beside the plot, not inside it: plotly empties its own element when it is purged. */
  function dress(me) {
    const host = me.gd.parentElement;
    if (me.shell?.isConnected && me.shell.parentElement === host) return;
    me.shell?.remove();
    me.shell = document.createElement("div");
    me.shell.className = "hub-map-shell";
    host.classList.add("hub-map-host");
    host.append(me.shell);
    me.labels = parts.createLabels(me);
    me.foot = parts.createFoot(me);
    me.view.dress();
  }

  function attach(me) {
    if (!me.map.getStyle()) return; // still loading; style.load comes back here
    parts.addImages(me.map, parts.scale());
    me.symbols.attach(me.map, "under");
    if (me.shows("units")) addLayer(me.map, me.unitsLayer = parts.createThingLayer("hub_units", parts.units));
    // A drone hovers over its incident: the alarm stays on top, the drone's wider ring is seen around it.
    if (me.shows("drones")) addLayer(me.map, me.dronesLayer = parts.createThingLayer("hub_drones", parts.drones));
    me.symbols.attach(me.map, "over");
    me.ground.attach(me.map);
    if (hub.lang && hub.lang !== "both") me.symbols.language(); // the page was opened in one language
    me.say("");
  }

  const addLayer = (map, layer) => {
    if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    map.addLayer(layer);
  };

  /* plotly replaces the map object after a purge and drops foreign layers on a style change: look, and come back. */
  function follow(me) {
    me.gd = graphOf(me.el);
    if (!me.gd) return lateReach(me, "no plotly figure in the map's element");
    dress(me);
    const map = reach(me.gd);
    if (!map) return lateReach(me, "plotly's MapLibre map was not found where it is expected");
    if (map !== me.map) {
      me.map = map;
      map.on("style.load", () => me.map === map && attach(me));
      map.on("render", () => me.map === map && me.labels?.drift());
      map.on("move", () => me.map === map && me.labels?.drift(true));
      map.on("moveend", () => me.map === map && me.ground.draw());
      map.on("click", (event) => pick(me, event.point));
      me.view.watch(map);
      attach(me);
    } else if (!map.getLayer("hub_incidents")) {
      attach(me);
    }
    return undefined;
  }

  function lateReach(me, reason) {
    if (me.told || performance.now() - me.began < me.options.patience_ms) return;
    me.told = true;
    console.error(`hub map: ${reason}; live symbols cannot be drawn (gd._fullLayout.map._subplot.map, plotly 7.1)`);
    me.say("地图引擎不可用 · 实时标绘未显示", "Map engine not reachable · live symbols are not drawn");
  }

  function pick(me, point) {
    const hit = parts.nearest(me, point);
    if (hit) me.shell.dispatchEvent(new CustomEvent("hub:pick", { bubbles: true, detail: hit }));
  }

  /* Once a second: the map may have been replaced, ages have moved on, rows may have gone quiet. */
  function second() {
    if (!stage) return;
    if (!document.contains(typeof stage.el === "string" ? document.body : stage.el)) return unmount();
    follow(stage);
    if (!stage.map) return;
    stage.view.consider();
    stage.labels.refresh();
    stage.foot.refresh();
    stage.map.triggerRepaint();
  }

  /* Frames of the feed may come faster than anybody sees: at most eight repaints a second are asked for by data. */
  let painted = 0, paintTimer = 0;
  function repaint() {
    if (paintTimer) return;
    paintTimer = setTimeout(() => {
      paintTimer = 0;
      painted = performance.now();
      stage?.map?.triggerRepaint();
    }, Math.max(0, REPAINT_MS - (performance.now() - painted)));
  }

  function listen() {
    if (listen.done || !hub.on) return;
    listen.done = true;
    hub.on("fixes", (fixes) => {
      parts.take(fixes);
      repaint();
    });
    hub.on("snap", parts.forget);
    hub.on("rows", (change) => {
      parts.takeRows(change);
      stage?.symbols.rows(change);
      repaint();
    });
    hub.on("lang", () => {
      if (!stage?.map) return;
      stage.symbols.language();
      stage.labels.refresh(true);
      stage.foot.refresh(true);
      stage.view.dress();
    });
    setInterval(second, 1000);
  }

  function unmount() {
    stage?.shell?.remove();
    stage = null;
  }

  function mount(el, options = {}) {
    unmount();
    listen();
    stage = createStage(el, { follow: true, basemap: "/basemap/", patience_ms: LATE_REACH_MS, ...options });
    stage.say = (zh, en) => parts.say(stage, zh, en);
    parts.prime();
    // plotly draws asynchronously: look often until the map is there, then once a second.
    const early = setInterval(() => {
      if (stage && !stage.map) follow(stage);
      if (!stage || stage.map || stage.told) clearInterval(early);
    }, 100);
    follow(stage);
  }

  parts.listen = listen;
  hub.map = {
    mount,
    unmount,
    fly: (place) => stage?.view.fly(place),
    fitAll: () => stage?.view.fitAll(),
    pixelOf: (id) => (stage?.map ? parts.pixelOf(stage.map, id) : null),
    spent: () => ({ units: { ...stage?.unitsLayer?.spent }, drones: { ...stage?.dronesLayer?.spent } }),
    get locked() { return stage?.view.locked ?? false; },
    get map() { return stage?.map ?? null; },
  };
})();
