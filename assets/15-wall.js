// The wall's own furniture: the root size for the wall's geometry, and panels that take turns where there is little room.
(() => {
  'use strict';
  const hub = window.hub;
  const TURN_TICKS = 48;               // 12 s
  let ticks = 0;

  // /theme.css knows the rule; the address only says the geometry (?pitch_mm=0.9&eye_m=6).
  const asked = new URLSearchParams(location.search);
  if (asked.has('pitch_mm') || asked.has('eye_m')) {
    const sheet = document.createElement('link');
    const query = new URLSearchParams();
    for (const key of ['pitch_mm', 'eye_m']) if (asked.has(key)) query.set(key, asked.get(key));
    sheet.rel = 'stylesheet';
    sheet.href = `/theme.css?${query}`;
    document.head.append(sheet);
  }

  hub.on('tick', () => {
    const wall = document.getElementById('wall');
    if (!wall) return;
    const turns = Number(getComputedStyle(wall).getPropertyValue('--turns')) || 0;
    ticks += 1;
    const turn = turns ? String(Math.floor(ticks / TURN_TICKS) % turns) : '';
    if (wall.dataset.turn !== turn) wall.dataset.turn = turn;
  });
})();
