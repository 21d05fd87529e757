/* Custom WebGL2 layer: draws one store of moving things in one call. Motion and age are worked out on the GPU,
 * so a frame costs no JavaScript per thing; only changed pages of the buffer are uploaded.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});

  const VERTEX = `#version 300 es
    layout(location=0) in vec4 a_path;   // from.xy to.xy
    layout(location=1) in vec3 a_time;   // start ms, duration ms, at s
    layout(location=2) in vec4 a_face;   // heading from, heading to, kind, flags
    uniform mat4 u_matrix;
    uniform float u_now, u_hub_now, u_expected, u_size, u_bearing;
    out float v_look;
    flat out float v_angle, v_plain, v_quiet;
    void main() {
      int flags = int(a_face.w + .5);
      if ((flags & 2) != 0) { gl_Position = vec4(2., 2., 2., 1.); gl_PointSize = 0.; return; }
      float done = a_time.y > 0. ? clamp((u_now - a_time.x) / a_time.y, 0., 1.) : 1.;
      gl_Position = u_matrix * vec4(mix(a_path.xy, a_path.zw, done), 0., 1.);
      float turn = mod(a_face.y - a_face.x + 384., 256.) - 128.;      // the short way round
      v_angle = (a_face.x + turn * done) * 0.024543693 - u_bearing;   // 2 pi / 256
      v_look = max(0., u_hub_now - a_time.z) / u_expected;            // age in expected intervals
      v_plain = (flags & 1) != 0 ? 1. : 0.;
      v_quiet = (flags & 4) != 0 ? 1. : 0.;
      gl_PointSize = u_size;
    }`;

  const COMMON = `#version 300 es
    precision highp float;
    in float v_look;
    flat in float v_angle, v_plain, v_quiet;
    uniform float u_size;
    uniform vec3 u_ink, u_halo;
    out vec4 pixel;
    float cover(float d) { return clamp(.5 - d * u_size * .5, 0., 1.); }
    void emit(float ink, float halo, float alpha) {
      float a = max(ink, halo * .8) * alpha;
      if (a < .01) discard;
      pixel = vec4(mix(u_halo, u_ink, ink / max(max(ink, halo * .8), .001)) * a, a);   // premultiplied
    }`;

  /* A notched arrow, a dot when the heading is unknown. Full while fresh or late, an outline when stale,
     a thin faded outline with a bar across when lost: it never just goes away. */
  const ARROW = `${COMMON}
    void main() {
      vec2 p = gl_PointCoord * 2. - 1.;
      float c = cos(v_angle), s = sin(v_angle);
      vec2 q = vec2(c * p.x + s * p.y, -s * p.x + c * p.y);
      float ax = abs(q.x);
      float edge = dot(vec2(ax, q.y + .82), vec2(.936, -.351));
      float notch = dot(vec2(ax, q.y - .40), vec2(-.62, .785));
      float d = v_plain > .5 ? length(p) - .40 : max(edge, notch);
      float px = 2. / u_size;
      bool stale = v_look > 3., lost = v_look > 10.;
      float shape = stale ? abs(d + px * .9) - px * (lost ? .55 : .8) : d;
      float ink = cover(shape);
      if (lost) ink = max(ink, cover(max(abs(p.x + p.y) * .707 - px * .5, length(p) - .8)));
      float alpha = lost ? .5 : stale ? .85 : v_quiet > .5 ? .4 : 1.;
      emit(ink, cover(d - px * 1.3), alpha);
    }`;

  /* A cross in a circle with a short nose for the heading. */
  const CROSS = `${COMMON}
    void main() {
      vec2 p = gl_PointCoord * 2. - 1.;
      float px = 2. / u_size, r = length(p);
      bool stale = v_look > 3., lost = v_look > 10.;
      float ring = abs(r - .66) - px * (stale ? .6 : 1.);
      float arms = max(min(abs(p.x + p.y), abs(p.x - p.y)) * .707 - px * (stale ? .5 : .8), r - .66);
      float c = cos(v_angle), s = sin(v_angle);
      vec2 q = vec2(c * p.x + s * p.y, -s * p.x + c * p.y);
      float nose = v_plain > .5 ? 1. : max(dot(vec2(abs(q.x), q.y + .99), vec2(.8, -.6)), q.y + .72);
      float ink = lost ? cover(ring) * step(.0, sin(atan(p.y, p.x) * 10.)) + cover(arms) * .6 : cover(min(min(ring, arms), nose));
      emit(clamp(ink, 0., 1.), cover(r - .76), lost ? .7 : v_quiet > .5 ? .5 : 1.);
    }`;

  const LOOKS = {
    hub_units: { fragment: ARROW, table: "units", ink: [0.561, 0.639, 0.722], size: 15 }, // #8fa3b8
    hub_drones: { fragment: CROSS, table: "drones", ink: [0.498, 0.706, 1], size: 33 }, // #7fb4ff
  };
  const HALO = [0.055, 0.071, 0.09]; // the ground, #0e1217

  function program(gl, fragment) {
    const made = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`hub map shader: ${gl.getShaderInfoLog(shader)}`);
      gl.attachShader(made, shader);
    }
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(`hub map program: ${gl.getProgramInfoLog(made)}`);
    return made;
  }

  /* Small steps on the screen need few frames: a car crosses one pixel a second on the district view. */
  function frameGap(map) {
    const zoom = map.getZoom() + Math.log2(Math.max(1, hub.rate ?? 1));
    return zoom < 13 ? 200 : zoom < 15 ? 100 : zoom < 17 ? 50 : 33;
  }

  parts.createThingLayer = (id, things) => {
    const look = LOOKS[id];
    let map, gl, made, at, vao, buffer, capacity = 0, waiting = false;
    const spent = { frames: 0, ms: 0, bytes: 0 };

    function onAdd(host, context) {
      map = host;
      gl = context;
      made = program(gl, look.fragment);
      at = {};
      for (const name of ["matrix", "now", "hub_now", "expected", "size", "bearing", "ink", "halo"]) {
        at[name] = gl.getUniformLocation(made, `u_${name}`);
      }
      buffer = gl.createBuffer();
      vao = gl.createVertexArray();
      gl.bindVertexArray(vao);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.vertexAttribPointer(0, 4, gl.FLOAT, false, parts.RECORD, 0);
      gl.vertexAttribPointer(1, 3, gl.FLOAT, false, parts.RECORD, 16);
      gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, false, parts.RECORD, 28);
      for (let k = 0; k < 3; k++) gl.enableVertexAttribArray(k);
      gl.bindVertexArray(null);
      capacity = 0;
    }

    function upload() {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      if (capacity !== things.capacity) {
        capacity = things.capacity;
        gl.bufferData(gl.ARRAY_BUFFER, things.buffer, gl.DYNAMIC_DRAW);
        things.dirty.fill(0);
        spent.bytes += things.buffer.byteLength;
        return;
      }
      const { dirty } = things, page = parts.PAGE * parts.RECORD, last = dirty.length;
      for (let from = 0; from < last; from++) {
        if (!dirty[from]) continue;
        let to = from;
        while (to < last && dirty[to]) dirty[to++] = 0;
        const bytes = Math.min(to * page, things.buffer.byteLength) - from * page;
        gl.bufferSubData(gl.ARRAY_BUFFER, from * page, new Uint8Array(things.buffer, from * page, bytes));
        spent.bytes += bytes;
        from = to;
      }
    }

    /* Positions are relative to an origin (float32 would be metres off); the shift is done here in doubles. */
    function shifted(matrix, [x, y]) {
      const out = new Float32Array(16);
      for (let k = 0; k < 16; k++) out[k] = matrix[k];
      for (let k = 0; k < 4; k++) out[12 + k] = matrix[k] * x + matrix[4 + k] * y + matrix[12 + k];
      return out;
    }

    function render(context, args) {
      const began = performance.now();
      if (!things.n || !things.origin) return;
      gl.useProgram(made);
      gl.bindVertexArray(vao);
      upload();
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.disable(gl.DEPTH_TEST);
      gl.disable(gl.STENCIL_TEST);
      const dpr = map.getPixelRatio(), near = parts.clamp((map.getZoom() - 11) / 4, 0, 1);
      gl.uniformMatrix4fv(at.matrix, false, shifted(args.defaultProjectionData.mainMatrix, things.origin));
      gl.uniform1f(at.now, began - things.start);
      gl.uniform1f(at.hub_now, ((hub.now?.() ?? Date.now()) - things.atBase) / 1000);
      gl.uniform1f(at.expected, parts.expected(look.table));
      gl.uniform1f(at.size, look.size * parts.scale() * dpr * (0.85 + 0.35 * near));
      gl.uniform1f(at.bearing, (map.getBearing() * Math.PI) / 180);
      gl.uniform3fv(at.ink, look.ink);
      gl.uniform3fv(at.halo, HALO);
      gl.drawArrays(gl.POINTS, 0, things.n);
      gl.bindVertexArray(null);
      spent.frames++;
      spent.ms += performance.now() - began;
      if (began < things.movingUntil && !waiting) {
        waiting = true;
        setTimeout(() => { waiting = false; map.triggerRepaint(); }, frameGap(map));
      }
    }

    function onRemove() {
      gl.deleteBuffer(buffer);
      gl.deleteVertexArray(vao);
      gl.deleteProgram(made);
    }

    return { id, type: "custom", renderingMode: "2d", onAdd, render, onRemove, spent };
  };
})();
