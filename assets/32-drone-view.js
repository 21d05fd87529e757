/* One picture: perspective projection of the scene on a 2D canvas, far things first, with light, haze and the hour.
 * Camera: yaw true bearing, pitch 0 horizon and -90 down (drones.md 4); units metres and degrees. Flat ground.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const FAR = 1500, NEAR = 2;
  const MOST_HOUSES = 170, MOST_TREES = 130, WINDOWS_WITHIN = 330, UNITS_WITHIN = 700;
  const RAD = Math.PI / 180;

  // night → day, r g b
  const PALETTE = {
    sky: [[15, 22, 32], [150, 164, 176]], haze: [[20, 29, 41], [128, 141, 152]], ground: [[26, 32, 38], [84, 88, 78]],
    park: [[20, 34, 27], [64, 84, 56]], water: [[15, 42, 66], [52, 86, 108]], minor: [[50, 54, 58], [108, 110, 110]],
    main: [[68, 68, 66], [116, 118, 119]], trunk: [[80, 78, 73], [120, 122, 124]], ring: [[88, 85, 79], [124, 126, 128]],
    mark: [[134, 130, 116], [190, 192, 190]], apron: [[34, 40, 46], [104, 105, 98]], tree: [[21, 44, 33], [58, 82, 48]],
    wall0: [[54, 60, 72], [176, 166, 150]], wall1: [[50, 58, 70], [150, 152, 154]], wall2: [[58, 57, 66], [158, 134, 118]],
    wall3: [[56, 64, 76], [190, 188, 182]], roof0: [[39, 45, 54], [132, 126, 118]], roof1: [[36, 44, 54], [116, 120, 124]],
    roof2: [[42, 43, 51], [124, 106, 96]], roof3: [[40, 47, 57], [146, 146, 144]], pane: [[226, 208, 164], [70, 84, 96]],
  };
  const KINDS = ["minor", "main", "trunk", "ring"];

  const hourOf = (lon) => {
    const ms = hub.now() + (hub.offset_min ?? Math.round(lon / 15) * 60) * 60000;
    return (((ms / 3600000) % 24) + 24) % 24;
  };
  /* Light of the hour: 0 night … 1 day, and where the sun stands. */
  function lightOf(hour) {
    const height = Math.sin(((hour - 6) / 12) * Math.PI);
    const azimuth = (90 + (hour - 6) * 15) * RAD;
    return { day: parts.clamp((height + 0.18) / 0.5, 0, 1), sun: [Math.sin(azimuth), Math.cos(azimuth)], height: Math.max(0.35, height) };
  }

  let inks = new Map(), inksFor = -1;
  /* A colour under light (0..1.2) and haze (0..1) as CSS; few steps, so that strings are made once. */
  function ink(name, day, light, haze) {
    if (inksFor !== day) { inks = new Map(); inksFor = day; }
    const l = Math.round(light * 16), z = Math.round(haze * 14), key = `${name}${l}/${z}`;
    let css = inks.get(key);
    if (!css) {
      const of = (entry, k) => entry[0][k] + (entry[1][k] - entry[0][k]) * day;
      const rgb = [0, 1, 2].map((k) => {
        const lit = Math.min(255, of(PALETTE[name], k) * (l / 16));
        return Math.round(lit + (of(PALETTE.haze, k) - lit) * (z / 14));
      });
      inks.set(key, css = `rgb(${rgb})`);
    }
    return css;
  }

  function lens(pose, scene, width, height) {
    const yaw = pose.yaw * RAD, pitch = pose.pitch * RAD, [px, py] = scene.metres(pose.at), pz = Math.max(3, pose.height);
    const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
    const focal = width / 2 / Math.tan((pose.hfov * RAD) / 2);
    const me = { px, py, pz, width, height, focal, horizon: height / 2 + focal * Math.tan(pitch), u: 0, v: 0, w: 0 };
    /* To camera space: u right, v up, w forward. */
    me.see = (x, y, z) => {
      const dx = x - px, dy = y - py, dz = z - pz;
      me.u = dx * cy - dy * sy;
      me.w = (dx * sy + dy * cy) * cp + dz * sp;
      me.v = -(dx * sy + dy * cy) * sp + dz * cp;
    };
    const tanX = width / 2 / focal, tanY = height / 2 / focal;
    me.holds = (x, y, z, r) => {
      me.see(x, y, z);
      return me.w > -r && Math.abs(me.u) < me.w * tanX + r * 1.5 && Math.abs(me.v) < me.w * tanY + r * 1.5 + z;
    };
    me.point = (x, y, z) => {
      me.see(x, y, z);
      return me.w < NEAR ? null : [width / 2 + (focal * me.u) / me.w, height / 2 - (focal * me.v) / me.w, me.w];
    };
    /* Box of ground the picture may show. */
    me.reach = () => {
      let [x1, y1, x2, y2] = [px, py, px, py];
      for (const u of [-tanX, tanX]) for (const v of [-tanY, tanY]) {
        const dx = sy * (cp - v * sp) + u * cy, dy = cy * (cp - v * sp) - u * sy, dz = sp + v * cp;
        const level = Math.hypot(dx, dy) || 1e-6, t = Math.min(dz < -1e-4 ? -pz / dz : Infinity, FAR / level);
        x1 = Math.min(x1, px + dx * t); x2 = Math.max(x2, px + dx * t);
        y1 = Math.min(y1, py + dy * t); y2 = Math.max(y2, py + dy * t);
      }
      return [x1, y1, x2, y2];
    };
    return me;
  }

  const scratch = new Float64Array(3 * 512);
  /* Adds a polygon at height z to the current path, clipped at the near plane (Sutherland-Hodgman). */
  function trace(c, cam, ring, z, z2) {
    const n = ring.length, total = z2 === undefined ? n : n * 2;
    let started = false, lu = 0, lv = 0, lw = 0;
    const go = (u, v, w) => {
      const x = cam.width / 2 + (cam.focal * u) / w, y = cam.height / 2 - (cam.focal * v) / w;
      started ? c.lineTo(x, y) : c.moveTo(x, y);
      started = true;
    };
    for (let k = 0; k < total; k++) {
      const p = k < n ? ring[k] : ring[total - 1 - k];
      cam.see(p[0], p[1], k < n ? z : z2);
      scratch[k * 3] = cam.u; scratch[k * 3 + 1] = cam.v; scratch[k * 3 + 2] = cam.w;
    }
    lu = scratch[total * 3 - 3]; lv = scratch[total * 3 - 2]; lw = scratch[total * 3 - 1];
    for (let k = 0; k < total; k++) {
      const u = scratch[k * 3], v = scratch[k * 3 + 1], w = scratch[k * 3 + 2];
      if (w >= NEAR !== lw >= NEAR) {
        const t = (NEAR - lw) / (w - lw);
        go(lu + (u - lu) * t, lv + (v - lv) * t, NEAR);
      }
      if (w >= NEAR) go(u, v, w);
      lu = u; lv = v; lw = w;
    }
    if (started) c.closePath();
  }
  const small = (ring) => ring.length <= 500;

  const hull = (points) => {
    const sorted = points.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1]), half = (list) => {
      const out = [];
      for (const p of list) {
        while (out.length > 1 && (out.at(-1)[0] - out.at(-2)[0]) * (p[1] - out.at(-2)[1]) - (out.at(-1)[1] - out.at(-2)[1]) * (p[0] - out.at(-2)[0]) <= 0) out.pop();
        out.push(p);
      }
      out.pop();
      return out;
    };
    return [...half(sorted), ...half(sorted.reverse())];
  };
  function shadowOf(house, light, hour) {
    const stamp = Math.floor(hour * 2);
    if (house.shadowAt !== stamp) {
      const long = Math.min(1.6, 0.55 / light.height) * house.height, [sx, sy] = light.sun;
      house.shadow = hull([...house.ring, ...house.ring.map(([x, y]) => [x - sx * long, y - sy * long])]);
      house.shadowAt = stamp;
    }
    return house.shadow;
  }

  function drawGround(c, cam, scene, things, day) {
    const fill = (name, rings) => {
      c.beginPath();
      for (const ring of rings) if (small(ring)) trace(c, cam, ring, 0);
      c.fillStyle = ink(name, day, 1, 0);
      c.fill();
    };
    fill("apron", things.houses.filter((t) => (t.x - cam.px) ** 2 + (t.y - cam.py) ** 2 < 4e5 && cam.holds(t.x, t.y, 0, t.r * 1.4)).map((t) => t.apron));
    fill("park", scene.parks);
    fill("water", scene.water);
    for (const kind of KINDS) {
      const strips = things.strips.filter((s) => s.kind === kind && cam.holds(s.x, s.y, 0, 30));
      if (!strips.length) continue;
      c.beginPath();
      for (const strip of strips) trace(c, cam, strip.ring, 0);
      c.fillStyle = ink(kind, day, 1, 0);
      c.fill();
      if (kind === "minor") continue;
      c.beginPath();
      for (const strip of strips) {
        if ((strip.x - cam.px) ** 2 + (strip.y - cam.py) ** 2 > 360000) continue;
        const a = cam.point(strip.from[0], strip.from[1], 0), b = cam.point((strip.from[0] + strip.to[0]) / 2, (strip.from[1] + strip.to[1]) / 2, 0);
        if (a && b) { c.moveTo(a[0], a[1]); c.lineTo(b[0], b[1]); }
      }
      c.strokeStyle = ink("mark", day, 1, 0.3);
      c.lineWidth = Math.max(0.6, cam.width / 560);
      c.stroke();
    }
  }

  /* Houses and trees, farthest first. */
  function drawSolid(c, cam, things, light, hour) {
    const { day } = light, list = [];
    const far2 = FAR * FAR, take = (all, most, kind, r) => {
      const seen = [];
      for (const t of all) {
        const d2 = (t.x - cam.px) ** 2 + (t.y - cam.py) ** 2;
        if (d2 < far2 && cam.holds(t.x, t.y, t.height / 2, r(t))) seen.push({ t, d: Math.sqrt(d2), kind });
      }
      list.push(...seen.sort((a, b) => a.d - b.d).slice(0, most));
    };
    take(things.houses, MOST_HOUSES, 0, (t) => t.r + t.height / 2);
    if (day > 0.25) {
      c.beginPath();
      for (const { t, d } of list) if (d < 800) trace(c, cam, shadowOf(t, light, hour), 0);
      c.fillStyle = `rgba(20,24,26,${0.42 * day})`;
      c.fill();
    }
    take(things.trees.filter((t) => (t.x - cam.px) ** 2 + (t.y - cam.py) ** 2 < 250000), MOST_TREES, 1, (t) => t.r);
    list.sort((a, b) => b.d - a.d);
    for (const { t, d, kind } of list) {
      const haze = Math.min(0.92, (d / FAR) ** 1.4);
      kind ? drawTree(c, cam, t, day, haze) : drawHouse(c, cam, t, light, d, haze);
    }
  }
  function drawTree(c, cam, t, day, haze) {
    const p = cam.point(t.x, t.y, t.height * 0.6);
    if (!p) return;
    const r = (cam.focal * t.r) / p[2];
    if (r < 0.7) return;
    c.fillStyle = ink("tree", day, 0.8 + 0.35 * t.shade, haze);
    c.beginPath();
    c.arc(p[0], p[1], r, 0, 7);
    c.fill();
    if (r < 3) return;
    c.fillStyle = ink("tree", day, 1.1 + 0.3 * t.shade, haze);
    c.beginPath();
    c.arc(p[0] - r * 0.25, p[1] - r * 0.3, r * 0.55, 0, 7);
    c.fill();
  }
  function drawHouse(c, cam, t, { day, sun }, d, haze) {
    const { ring, height } = t, n = ring.length, windows = d < WINDOWS_WITHIN;
    for (let k = 0; k < n; k++) {
      const a = ring[k], b = ring[(k + 1) % n], ex = b[0] - a[0], ey = b[1] - a[1];
      if ((cam.px - a[0]) * ey - (cam.py - a[1]) * ex <= 0) continue; // seen from behind
      const long = Math.hypot(ex, ey) || 1, facing = (ey * sun[0] - ex * sun[1]) / long;
      c.beginPath();
      trace(c, cam, [a, b], 0, height);
      c.fillStyle = ink(`wall${t.tint}`, day, 0.74 + 0.3 * facing, haze);
      c.fill();
      if (windows) drawWindows(c, cam, t, a, b, long, day, haze);
    }
    if (height >= cam.pz) return;
    c.beginPath();
    trace(c, cam, ring, height);
    c.fillStyle = ink(`roof${t.tint}`, day, 1, haze);
    c.fill();
    if (d > 420) return;
    c.beginPath(); // a plant room and a parapet make a box a roof
    const in1 = ring.map(([x, y]) => [t.x + (x - t.x) * 0.9, t.y + (y - t.y) * 0.9]);
    trace(c, cam, in1, height);
    c.fillStyle = ink(`roof${t.tint}`, day, 0.88, haze);
    c.fill();
    const ox = (t.seed - 0.5) * t.r * 0.5;
    const in2 = ring.map(([x, y]) => [t.x + ox + (x - t.x) * 0.26, t.y + (y - t.y) * 0.3]);
    c.beginPath();
    trace(c, cam, in2, height + 2.5);
    c.fillStyle = ink(`roof${t.tint}`, day, 1.14, haze);
    c.fill();
  }
  /* Rows of windows: one dashed line a floor; by night some of them are lit. */
  function drawWindows(c, cam, t, a, b, long, day, haze) {
    const floors = Math.min(9, Math.floor(t.height / 3.4));
    if (floors < 1 || long < 6) return;
    const foot = cam.point(a[0], a[1], 0), head = cam.point(a[0], a[1], t.height), end = cam.point(b[0], b[1], t.height);
    if (!foot || !head || !end || Math.abs(foot[1] - head[1]) < floors * 2.2) return;
    const wide = Math.hypot(end[0] - head[0], end[1] - head[1]), step = Math.max(3, (wide / long) * 3.4);
    c.setLineDash(day > 0.5 ? [step * 0.55, step * 0.45] : [step * 0.4, step * (1.6 + t.seed * 2)]);
    c.lineWidth = Math.max(0.6, (Math.abs(foot[1] - head[1]) / t.height) * 1.3);
    c.strokeStyle = ink("pane", day, day > 0.5 ? 1 : 0.75, haze);
    c.beginPath();
    for (let f = 0; f < floors; f++) {
      const z = (t.height * (f + 0.55)) / floors, p = cam.point(a[0], a[1], z), q = cam.point(b[0], b[1], z);
      c.lineDashOffset = -((f * 7.3 + t.seed * 40) % (step * 3));
      c.moveTo(p[0], p[1]);
      c.lineTo(q[0], q[1]);
    }
    c.stroke();
    c.setLineDash([]);
  }

  /* What the hub knows of the scene: the incident on its spot, units on theirs. Drawn over houses so they are found. */
  function drawMarks(c, cam, scene, incident) {
    const s = cam.width / 480;
    const { units } = parts;
    for (let k = 0; k < units.n; k++) {
      if (!units.placed(k)) continue;
      const [x, y] = scene.metres(units.target(k));
      if ((x - cam.px) ** 2 + (y - cam.py) ** 2 > UNITS_WITHIN ** 2) continue;
      const [ux, uy] = scene.metres(units.lonLat(k)), p = cam.point(ux, uy, 1);
      if (!p || p[0] < 0 || p[0] > cam.width || p[1] < 0 || p[1] > cam.height) continue;
      const r = parts.clamp((cam.focal * 3.2) / p[2], 3, 14) * s;
      c.beginPath();
      c.ellipse(p[0], p[1], r * 1.5, r * 0.9, 0, 0, 7);
      c.strokeStyle = "rgba(238,243,248,.9)";
      c.lineWidth = 1.3 * s;
      c.stroke();
      c.fillStyle = "#eef3f8";
      c.fillRect(p[0] - r * 0.4, p[1] - r * 0.3, r * 0.8, r * 0.6);
    }
    const row = hub.tables?.incidents?.get(incident);
    if (!row?.position) return;
    const [x, y] = scene.metres([row.position.lon, row.position.lat]), p = cam.point(x, y, 0);
    if (!p) return;
    const top = 30 * s;
    c.strokeStyle = "rgba(238,243,248,.8)";
    c.lineWidth = 1.4 * s;
    c.beginPath();
    c.moveTo(p[0], p[1]);
    c.lineTo(p[0], p[1] - top);
    c.moveTo(p[0] + 9 * s, p[1]);
    c.ellipse(p[0], p[1], 9 * s, 4.5 * s, 0, 0, 7);
    c.stroke();
    c.save();
    c.translate(p[0], p[1] - top - 8 * s);
    parts.drawPriority(c, row.priority, 9 * s);
    c.restore();
  }

  function drawAir(c, cam, day) {
    const { width, height, horizon } = cam;
    const line = Math.max(0, Math.min(height, horizon));
    if (horizon > 0) {
      const sky = c.createLinearGradient(0, 0, 0, line);
      sky.addColorStop(0, ink("sky", day, 0.9, 0));
      sky.addColorStop(1, ink("haze", day, 1.12, 0));
      c.fillStyle = sky;
      c.fillRect(0, 0, width, line);
    }
  }
  function drawHaze(c, cam, day) {
    const { width, height, horizon, focal, pz } = cam;
    if (horizon < -focal) return;
    // A row of the ground at this many metres has this much air before it.
    const fade = c.createLinearGradient(0, Math.max(-9999, horizon), 0, horizon + Math.max(1, (focal * pz) / 220));
    const [r, g, b] = [0, 1, 2].map((k) => Math.round(PALETTE.haze[0][k] + (PALETTE.haze[1][k] - PALETTE.haze[0][k]) * day));
    fade.addColorStop(0, `rgba(${r},${g},${b},.95)`);
    fade.addColorStop(0.25, `rgba(${r},${g},${b},.5)`);
    fade.addColorStop(1, `rgba(${r},${g},${b},0)`);
    c.fillStyle = fade;
    c.fillRect(0, Math.max(0, horizon - 2), width, height);
  }

  /* Where there are no vectors (another city): a plain grid of 100 m, so that motion is still seen. */
  function drawGrid(c, cam, day) {
    const [x1, y1, x2, y2] = cam.reach();
    c.beginPath();
    const run = (ax, ay, bx, by) => {
      let last = null;
      for (let k = 0; k <= 24; k++) {
        const p = cam.point(ax + ((bx - ax) * k) / 24, ay + ((by - ay) * k) / 24, 0);
        if (p && last) { c.moveTo(last[0], last[1]); c.lineTo(p[0], p[1]); }
        last = p;
      }
    };
    for (let x = Math.ceil(x1 / 100) * 100; x <= x2; x += 100) run(x, y1, x, y2);
    for (let y = Math.ceil(y1 / 100) * 100; y <= y2; y += 100) run(x1, y, x2, y);
    c.strokeStyle = ink("main", day, 1, 0);
    c.lineWidth = 1;
    c.stroke();
  }

  parts.drawView = (c, scene, pose, row) => {
    const { width, height } = c.canvas, cam = lens(pose, scene, width, height);
    const hour = parts.hourForced ?? hourOf(pose.at[0]), light = lightOf(hour);
    light.day = Math.round(light.day * 40) / 40; // few palettes in a day
    c.fillStyle = ink("ground", light.day, 1, 0);
    c.fillRect(0, 0, width, height);
    const things = scene.near(...cam.reach());
    things.strips.length || things.houses.length ? drawGround(c, cam, scene, things, light.day) : drawGrid(c, cam, light.day);
    drawHaze(c, cam, light.day);
    drawAir(c, cam, light.day);
    drawSolid(c, cam, things, light, hour);
    drawMarks(c, cam, scene, row?.incident);
  };
})();
