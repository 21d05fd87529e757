/* Drone pictures made by the page from the drone's own telemetry. hub.camera.mount(canvas, droneId) -> unmount().
 *
 * Always badged synthetic. Liveness is the time of the newest picture frame, a clock of its own: when it stops the
 * picture freezes, turns grey and says so with its age, even while the aircraft still reports its position.
 */
(() => {
  "use strict";
  const hub = (window.hub ??= {});
  const parts = (hub.mapParts ??= {});
  const FPS = 6;
  const BUDGET_MS = 20;
  const STALL_MS = 2000;
  const WIDEST = 640; // drawn pixels; larger tiles are scaled up by the browser
  const SETTLE_S = 0.7; // how fast the drawn pose follows the reported one
  const cameras = new Map();
  let timer = 0, turn = 0, next = 0;

  /* live · frozen: the picture stands · lost: the aircraft is silent · none: there is no picture to show. */
  function condition(row, id) {
    if (!row) return { state: "none" };
    const slot = parts.drones.slotOf.get(id), fix = slot === undefined ? 0 : parts.drones.at[slot];
    const heard = Math.max(parts.millis(row.at) || 0, fix), frame = parts.millis(row.frame_at), now = hub.now();
    const patience = STALL_MS * Math.max(1, hub.rate ?? 1), expected = parts.expected("drones") * 1000;
    if (row.mode === "lost_link" || row.link === 0 || now - heard > 10 * expected) return { state: "lost", since: heard };
    if (!Number.isFinite(frame)) return { state: "none" };
    // Frames are told with the telemetry, so a frame may be one report older than the newest moment.
    if (heard - frame > patience || now - frame > patience + expected) return { state: "frozen", since: frame };
    return { state: "live", since: frame };
  }

  function follow(pose, row, id, seconds) {
    const at = parts.drones.lonLat(parts.drones.slotOf.get(id)) ?? (row.position ? [row.position.lon, row.position.lat] : null);
    if (!at || row.gimbal_pitch_deg == null || row.gimbal_yaw_deg == null || !(row.height_m > 0)) return null;
    const goal = { height: row.height_m, pitch: row.gimbal_pitch_deg, yaw: row.gimbal_yaw_deg, hfov: row.hfov_deg ?? 70 };
    if (!pose) return { at, ...goal };
    const k = 1 - Math.exp(-seconds / SETTLE_S), mix = (name) => pose[name] + (goal[name] - pose[name]) * k;
    const turnBy = ((((goal.yaw - pose.yaw) % 360) + 540) % 360) - 180;
    return { at, height: mix("height"), pitch: mix("pitch"), hfov: mix("hfov"), yaw: pose.yaw + turnBy * k };
  }

  function size(canvas) {
    const width = Math.min(WIDEST, canvas.clientWidth || 480), ratio = (canvas.clientHeight || 270) / (canvas.clientWidth || 480);
    const w = Math.round(width), h = Math.round(width * ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; return true; }
    return false;
  }

  function draw(camera) {
    const began = performance.now(), { canvas, context: c, id } = camera, row = hub.tables?.drones?.get(id);
    let now = condition(row, id);
    if (now.state === "live") {
      camera.pose = follow(camera.pose, row, id, (began - camera.drawn) / 1000);
      camera.drawn = began;
      if (!camera.pose) now = { state: "nopose" };
    }
    // A page that opens on a stopped picture still shows where the camera looked last.
    if (!camera.pose && row && (now.state === "frozen" || now.state === "lost")) camera.pose = follow(null, row, id, 0);
    const live = now.state === "live", resized = size(canvas), words = parts.pictureWords(id, row, now);
    const said = `${now.state}|${Object.values(words).join("|")}|${camera.scene?.grown()}`;
    if (!live && !resized && said === camera.said) return; // nothing moves in a stopped picture but its age
    if (!camera.pose || !camera.scene || now.state === "none" || now.state === "nopose") blank(c);
    else if (live) parts.drawView(c, camera.scene, camera.pose, row);
    else { keep(camera, row); parts.drawStopped(c, camera.still, now.state); }
    if (live) camera.still = null;
    parts.drawWords(c, words);
    tell(camera, now.state, words);
    camera.said = said;
    camera.frames++;
    camera.ms += performance.now() - began;
  }
  const blank = (c) => { c.fillStyle = "#0e1217"; c.fillRect(0, 0, c.canvas.width, c.canvas.height); };
  /* The last picture, without its words. */
  function keep(camera, row) {
    const { width, height } = camera.canvas;
    if (camera.still?.width === width && camera.grown === camera.scene.grown()) return;
    camera.grown = camera.scene.grown();
    camera.still = Object.assign(document.createElement("canvas"), { width, height });
    parts.drawView(camera.still.getContext("2d", { alpha: false, willReadFrequently: true }), camera.scene, camera.pose, row);
  }
  function tell(camera, state, words) {
    if (camera.told === state) return;
    camera.told = state;
    camera.canvas.dataset.picture = state;
    camera.canvas.setAttribute("role", "img");
    camera.canvas.setAttribute("aria-label", [words.sign, words.badge, words.note].filter(Boolean).join(" · "));
  }

  const seen = (camera) => camera.visible && document.visibilityState === "visible";
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const camera = cameras.get(entry.target);
      if (camera) camera.visible = entry.isIntersecting;
    }
    wake();
  });
  /* All due pictures in one go, so that the browser composes the page once for them; a slow round is cut in two. */
  function step() {
    timer = 0;
    for (const camera of cameras.values()) if (!camera.canvas.isConnected) drop(camera);
    const due = [...cameras.values()].filter(seen), began = performance.now();
    if (!due.length) return;
    let done = 0;
    while (done < due.length && performance.now() - began < BUDGET_MS) draw(due[(turn + done++) % due.length]);
    turn += done;
    const now = performance.now();
    next = Math.max(now + 4, next + (1000 / FPS) * (done / due.length)); // late rounds are not made up for
    timer = setTimeout(step, next - now);
  }
  const wake = () => { if (!timer) timer = setTimeout(step, 20); };
  document.addEventListener("visibilitychange", wake);

  function drop(camera) {
    watcher.unobserve(camera.canvas);
    cameras.delete(camera.canvas);
    delete camera.canvas.dataset.picture;
  }

  /* Never a black screen: until the first picture is drawn the tile says what it waits for. */
  function waiting(context) {
    const { width, height } = context.canvas;
    context.fillStyle = "#0e1217";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#8d99a6";
    context.font = `${Math.max(12, Math.round(height / 14))}px "Noto Sans SC", sans-serif`;
    context.textAlign = "center";
    context.fillText(parts.words("等待画面", "Waiting for the picture"), width / 2, height / 2, width * 0.9);
  }

  function mount(canvas, id, { basemap = "/basemap/" } = {}) {
    const had = cameras.get(canvas);
    if (had?.id === id) return () => drop(had);
    if (had) drop(had);
    parts.listen?.();
    parts.prime();
    // Rastered on the CPU on purpose: thousands of small polygons cost a (software) GPU process twenty times more.
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    waiting(context);
    const camera = { canvas, id, context, pose: null, scene: null, drawn: performance.now(),
      visible: false, frames: 0, ms: 0 };
    canvas.parentElement.classList.add("hub-cam");
    cameras.set(canvas, camera);
    watcher.observe(canvas);
    parts.loadScene(basemap).then((scene) => { camera.scene = scene; }, (error) => console.error("drone camera: no ground", error));
    return () => cameras.get(canvas) === camera && drop(camera);
  }

  hub.camera = { mount, spent: () => [...cameras.values()].map(({ id, frames, ms }) => ({ id, frames, ms })) };
})();
