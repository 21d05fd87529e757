/* The ground as a drone sees it, in metres: houses with walls, streets as strips, water, parks, trees; indexed by cells
 * so that a picture touches only what is near. Built from the basemap's vectors, of a large one only from the squares
 * somebody looks at; knows nothing of cameras.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const CELL = 160;
  const HALF = { ring: 13, trunk: 10, main: 7, minor: 3.8, path: 1.5 }; // half width of a street, m
  const SQUARES = 48; // of a large basemap kept at a time
  const PIECE = 45;

  /* A small hash in 0..1: the same house looks the same in every picture. */
  const chance = (x, y, k = 0) => {
    const v = Math.sin(x * 12.9898 + y * 78.233 + k * 37.719) * 43758.5453;
    return v - Math.floor(v);
  };
  const area = (ring) => {
    let sum = 0;
    for (let k = 0; k < ring.length; k++) {
      const [x1, y1] = ring[k], [x2, y2] = ring[(k + 1) % ring.length];
      sum += x1 * y2 - x2 * y1;
    }
    return sum / 2;
  };
  const inside = ([x, y], ring) => {
    let is = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i], [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) is = !is;
    }
    return is;
  };

  function createScene(bounds) {
    const [w, s, e, n] = bounds, lon0 = (w + e) / 2, lat0 = (s + n) / 2;
    const kx = 111320 * Math.cos((lat0 * Math.PI) / 180), ky = 110574;
    const metres = ([lon, lat]) => [(lon - lon0) * kx, (lat - lat0) * ky];
    const rings = (features) => features.flatMap(({ geometry: g }) =>
      g.type === "Polygon" ? [g.coordinates[0]] : g.type === "MultiPolygon" ? g.coordinates.map((p) => p[0]) : [])
      .map((ring) => { const m = ring.slice(0, -1).map(metres); return area(m) < 0 ? m.reverse() : m; });
    const cells = new Map(), parks = [], water = [];
    let grown = 0; // how often something was added: a stopped picture is drawn again when its ground arrives
    const cellAt = (i, j) => {
      const key = i * 65536 + j;
      let cell = cells.get(key);
      if (!cell) cells.set(key, cell = { houses: [], strips: [], trees: [] });
      return cell;
    };
    const at = (x, y) => cellAt(Math.floor(x / CELL), Math.floor(y / CELL));
    function house(ring, height) {
      const x = ring.reduce((t, p) => t + p[0], 0) / ring.length, y = ring.reduce((t, p) => t + p[1], 0) / ring.length;
      at(x, y).houses.push({ ring, height, x, y, apron: ring.map(([a, b]) => [x + (a - x) * 1.32, y + (b - y) * 1.32]), r: Math.max(...ring.map((p) => Math.hypot(p[0] - x, p[1] - y))),
        tint: Math.floor(chance(x, y) * 4), seed: chance(x, y, 1) });
    }
    /* A long block is a row of houses: cut it across, with gaps and different heights. */
    function block(ring, height) {
      if (ring.length !== 4) return house(ring, height);
      const side = (k) => Math.hypot(ring[(k + 1) % 4][0] - ring[k][0], ring[(k + 1) % 4][1] - ring[k][1]);
      const turned = side(0) + side(2) >= side(1) + side(3) ? ring : [...ring.slice(1), ring[0]];
      const long = Math.hypot(turned[1][0] - turned[0][0], turned[1][1] - turned[0][1]);
      const count = Math.max(1, Math.round(long / 34));
      const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
      const gap = count > 1 ? 0.1 / count * 1.6 : 0;
      for (let k = 0; k < count; k++) {
        const t0 = k / count + gap / 2, t1 = (k + 1) / count - gap / 2;
        const piece = [mix(turned[0], turned[1], t0), mix(turned[0], turned[1], t1), mix(turned[3], turned[2], t1), mix(turned[3], turned[2], t0)];
        house(piece, height * (0.62 + 0.62 * chance(piece[0][0], piece[0][1], 2)));
      }
      return undefined;
    }
    function street(line, kind) {
      const half = HALF[kind] ?? 4;
      for (let k = 1; k < line.length; k++) {
        const [x1, y1] = line[k - 1], [x2, y2] = line[k], long = Math.hypot(x2 - x1, y2 - y1);
        if (long < 0.5) continue;
        const count = Math.ceil(long / PIECE), nx = (-(y2 - y1) / long) * half, ny = ((x2 - x1) / long) * half;
        const over = (half * 0.6) / long; // bends close without a gap
        for (let j = 0; j < count; j++) {
          const a = j / count - (j ? 0 : over), b = (j + 1) / count + (j < count - 1 ? 0 : over);
          const ax = x1 + (x2 - x1) * a, ay = y1 + (y2 - y1) * a, bx = x1 + (x2 - x1) * b, by = y1 + (y2 - y1) * b;
          at((ax + bx) / 2, (ay + by) / 2).strips.push({ kind, half, x: (ax + bx) / 2, y: (ay + by) / 2,
            ring: [[ax - nx, ay - ny], [bx - nx, by - ny], [bx + nx, by + ny], [ax + nx, ay + ny]], from: [ax, ay], to: [bx, by] });
          if (kind !== "minor" && kind !== "path") for (const sign of [-1, 1]) tree(ax + nx * sign * 1.35, ay + ny * sign * 1.35, 0.8);
        }
      }
    }
    function tree(x, y, size) {
      if (water.some((ring) => inside([x, y], ring))) return;
      const r = (2.2 + 2.2 * chance(x, y, 3)) * size;
      at(x, y).trees.push({ x, y, r, height: r * 1.7, shade: chance(x, y, 4) });
    }
    /* Adds vectors, each a list of GeoJSON features. */
    function add(ground) {
      const green = rings(ground.parks);
      grown++;
      parks.push(...green);
      water.push(...rings(ground.water));
      for (const f of ground.blocks) {
        for (const ring of rings([f])) block(ring, f.properties.height || f.properties.height_m || 15);
      }
      for (const { geometry: g, properties: p } of ground.streets) {
        for (const line of g.type === "MultiLineString" ? g.coordinates : [g.coordinates]) street(line.map(metres), p.kind);
      }
      green.forEach(wood);
    }
    function wood(ring) {
      const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
      for (let x = Math.min(...xs); x < Math.max(...xs); x += 17) {
        for (let y = Math.min(...ys); y < Math.max(...ys); y += 17) {
          const px = x + chance(x, y, 5) * 15, py = y + chance(x, y, 6) * 15;
          if (chance(x, y, 7) < 0.72 && inside([px, py], ring)) tree(px, py, 1.15);
        }
      }
    }
    const degrees = (x, y) => [lon0 + x / kx, lat0 + y / ky];

    /* Everything whose cell touches the box, in metres. */
    function near(x1, y1, x2, y2) {
      const out = { houses: [], strips: [], trees: [] };
      for (let i = Math.floor(x1 / CELL) - 1; i <= Math.floor(x2 / CELL) + 1; i++) {
        for (let j = Math.floor(y1 / CELL) - 1; j <= Math.floor(y2 / CELL) + 1; j++) {
          const cell = cells.get(i * 65536 + j);
          if (!cell) continue;
          out.houses.push(...cell.houses);
          out.strips.push(...cell.strips);
          out.trees.push(...cell.trees);
        }
      }
      return out;
    }
    return { metres, degrees, near, add, grown: () => grown, parks, water, lon0, lat0, chance, bounds };
  }

  const LAYERS = ["streets", "water", "parks", "blocks"];
  async function whole(ground) {
    const got = await Promise.all(LAYERS.map((name) => parts.json(ground.layers[name])));
    const scene = createScene(ground.bounds);
    scene.add(Object.fromEntries(LAYERS.map((name, k) => [name, got[k].features])));
    return scene;
  }

  /* Squares of about a kilometre, fetched when a picture first reaches into them; the longest unseen make room. */
  function squared(ground) {
    const { zoom, url } = ground.cells, count = 2 ** zoom, frame = createScene(ground.bounds), held = new Map();
    let grown = 0;
    const column = (lon) => Math.floor(((lon + 180) / 360) * count);
    const row = (lat) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * count);
    function square(x, y) {
      const key = `${x}/${y}`;
      let scene = held.get(key);
      held.delete(key);
      if (!scene) {
        scene = createScene(ground.bounds);
        parts.json(url.replace("{x}", x).replace("{y}", y)).then(
          (got) => { grown++; scene.add(Object.fromEntries(LAYERS.map((name) => [name, got[name].features]))); },
          (error) => { held.delete(key); console.warn("drone camera:", error); });
      }
      held.set(key, scene);
      if (held.size > SQUARES) held.delete(held.keys().next().value);
      return scene;
    }
    const scene = { ...frame, parks: [], water: [], grown: () => grown };
    scene.near = (x1, y1, x2, y2) => {
      const [w, s] = frame.degrees(x1, y1), [e, n] = frame.degrees(x2, y2), out = { houses: [], strips: [], trees: [] };
      scene.parks = [];
      scene.water = [];
      for (let x = column(w); x <= column(e); x++) for (let y = row(n); y <= row(s); y++) {
        const part = square(x, y), found = part.near(x1, y1, x2, y2);
        for (const name of Object.keys(out)) out[name].push(...found[name]);
        scene.parks.push(...part.parks);
        scene.water.push(...part.water);
      }
      return out;
    };
    return scene;
  }

  const NOWHERE = [104.05, 30.67, 104.05, 30.67]; // without a basemap a camera still has a horizon
  const load = async (base) => {
    const ground = await parts.loadGround(base);
    return ground.cells ? squared(ground) : ground.bounds ? whole(ground) : createScene(NOWHERE);
  };
  const scenes = new Map();
  parts.loadScene = (base) => {
    if (!scenes.has(base)) scenes.set(base, load(base).catch((error) => { scenes.delete(base); throw error; }));
    return scenes.get(base);
  };
})();
