// A centre's page: filters and address kept alike, and a nudge to the server when this centre's tables changed.
(() => {
  'use strict';
  const hub = window.hub;
  const NUDGE_MS = 2000;
  const KEYS = ['q', 'place', 'period', 'status', 'kind', 'tab'];
  const MANY = new Set(['place', 'status', 'kind']);
  let touched = false, last = 0;

  const here = () => document.getElementById('centre')?.dataset.centre;
  hub.on('rows', ({ table }) => {
    const name = here();
    if (name && hub.spec?.tables?.[table]?.owner === name) touched = true;
  });
  hub.on('snap', () => { touched = true; });
  hub.on('tick', () => {
    if (!touched || !here() || performance.now() - last < NUDGE_MS) return;
    touched = false;
    last = performance.now();
    window.dash_clientside.set_props('tick', { data: hub.frames });
  });

  hub.on('lang', (lang) => { if (here()) window.dash_clientside.set_props('centre-lang', { data: lang }); });
  hub.on('search', (search) => { if (here()) window.dash_clientside.set_props('search', { data: search }); });

  const read = (query, key) => (MANY.has(key) ? (query.get(key) ?? '').split(',').filter(Boolean) : query.get(key));
  const plain = { q: '', period: 'all' };

  // One callback for both directions: whichever side moved sets the other.
  function sync(search, ...values) {
    const { no_update: keep, callback_context: ctx } = window.dash_clientside;
    const reset = values.pop();
    const triggered = ctx.triggered.map((one) => one.prop_id);
    if (!triggered.length) return KEYS.map(() => keep);
    // Dash joins what happens at once into one call: a press on "clear" must not be lost to an address read meanwhile.
    const cleared = triggered.includes('f-reset.n_clicks') && reset;
    if (!cleared && triggered.includes('search.data')) {
      const query = new URLSearchParams(search);
      return KEYS.map((key, i) => {
        const next = read(query, key) ?? plain[key] ?? values[i];
        return JSON.stringify(next) === JSON.stringify(values[i] ?? (MANY.has(key) ? [] : plain[key])) ? keep : next;
      });
    }
    if (cleared) values = KEYS.map((key, i) => (key === 'tab' ? values[i] : MANY.has(key) ? [] : plain[key]));
    const query = new URLSearchParams(location.search);
    KEYS.forEach((key, i) => {
      const value = Array.isArray(values[i]) ? values[i].join(',') : values[i];
      if (value && value !== plain[key]) query.set(key, value);
      else query.delete(key);
    });
    const text = query.size ? `?${query}` : '';
    if (text !== location.search) window.dash_clientside.set_props('url', { search: text });
    return cleared ? values : KEYS.map(() => keep);
  }
  Object.assign(window.dash_clientside.hub, { sync });
})();
