// The desk's queue: open clues and calls, the most urgent first; it stands still while somebody is at it. A search also
// finds what is over, which may be looked at and reopened.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk;
  const GRID = 'desk-queue-grid', AT_IT_MS = 4000, PAUSE_MS = 250, ENDED_MOST = 50;
  const CHIPS = [
    { id: 'all', zh: '全部', en: 'All', is: () => true },
    { id: 'clues', zh: '线索', en: 'Clues', is: (item) => item.table === 'clues' },
    { id: 'calls', zh: '警情', en: 'Calls', is: (item) => item.table === 'incidents' },
    { id: 'late', zh: '超时', en: 'Late', is: (item) => item.late },
    { id: 'mine', zh: '我的', en: 'Mine', is: (item) => item.mine },
  ];
  const queue = desk.queue = { chip: 'all', find: '' };
  let busyAt = -Infinity, order = [], reveal = null, wired = null, dirty = true, drawnAt = 0;

  desk.api = (name) => {
    const api = document.getElementById(name) && window.dash_ag_grid?.getApi?.(name);
    return api && !api.isDestroyed?.() ? api : null;
  };
  queue.busy = () => { busyAt = performance.now(); };
  const atIt = () => performance.now() - busyAt < AT_IT_MS;

  const said = (text) => (hub.lang === 'both' && text.zh !== text.en ? `${text.zh}\n${text.en}` : hub.text(text));
  function clockOf(item) {
    const { row, table, clock } = item, waited = hub.span(hub.age(item.at));
    const awaited = desk.awaited(table, row.state);
    if (clock.look === 'none') {
      const state = desk.state(table, row.state), n = row.units?.length ?? 0;
      return `${waited}\n${hub.lang === 'en' ? state.en : state.zh}${n ? ` ${n} ${hub.lang === 'en' ? (n > 1 ? 'units' : 'unit') : '单元'}` : ''}`;
    }
    const left = desk.left(clock);
    return hub.lang === 'en' ? `${waited}\n${awaited.en} ${left.en}` : `${waited}\n${awaited.zh}${clock.look === 'late' ? '' : ' '}${left.zh}`;
  }
  const CHANNELS = { 'early-warning': { zh: '预警', en: 'early warning' } };
  function holderOf(item) {
    const { row } = item, from = desk.holder(row.owner);
    if (item.table === 'incidents') return row.diverted_to ? said({ zh: `→ ${row.diverted_to.zh}`, en: `→ ${row.diverted_to.en}` }) : said(CHANNELS[row.channel] ?? hub.road?.roles?.[row.channel]?.title ?? { zh: row.channel ?? '110', en: row.channel ?? '110' });
    if (row.to && row.to !== row.owner) return `${hub.lang === 'en' ? from.en : from.zh} →\n${hub.lang === 'en' ? desk.holder(row.to).en : desk.holder(row.to).zh}`;
    return said(from);
  }
  const record = (item) => ({
    id: item.key, table: item.table, row_id: item.id, priority: item.priority, look: item.clock.look, gone: Boolean(item.gone), over: item.over,
    what: `${item.table === 'clues' ? hub.text(hub.lang === 'both' ? '线索' : { zh: '线索', en: 'Clue' }) : hub.lang === 'en' ? 'Call' : '警情'}\n${item.id}`,
    title: said(desk.title(item.table, item.row) ?? { zh: '—', en: '—' }), holder: holderOf(item), clock: clockOf(item),
    open: desk.open?.table === item.table && desk.open.id === item.id,
  });

  const matches = (item, find) => {
    if (!find) return true;
    const { row } = item, title = desk.title(item.table, row);
    return [item.id, title?.zh, title?.en, row.place?.zh, row.place?.en, desk.holder(row.owner).zh, desk.holder(row.owner).en]
      .some((text) => text?.toLowerCase().includes(find));
  };

  // While somebody is at it, what is there keeps its place, what has gone stays grey and what is new waits at the end.
  const known = new Map();
  queue.hold = (wanted, previous, held) => {
    if (!held) return { list: wanted, news: 0 };
    const by = new Map(wanted.map((item) => [item.key, item])), placed = new Set(previous);
    const kept = previous.map((key) => by.get(key) ?? (known.has(key) ? { ...known.get(key), gone: true } : null)).filter(Boolean);
    const fresh = wanted.filter((item) => !placed.has(item.key));
    return { list: [...kept, ...fresh], news: fresh.length };
  };

  // What is over is asked for when somebody has paused in typing.
  const sought = () => queue.find.trim().toLowerCase();
  let ended = { words: '', items: [] }, asking = 0;
  function askEnded() {
    clearTimeout(asking);
    const words = sought();
    if (words.length < 2) return;
    asking = setTimeout(async () => {
      try {
        const items = await desk.over(words);
        if (words === sought()) { ended = { words, items: items.slice(0, ENDED_MOST) }; draw(); }
      } catch (error) {
        console.warn('desk: what is over could not be asked for', error);
      }
    }, PAUSE_MS);
  }
  function draw() {
    const api = desk.api(GRID);
    if (!api) return;
    if (api !== wired) wire(api);
    dirty = false;
    drawnAt = performance.now();
    const all = desk.items(), chip = CHIPS.find((one) => one.id === queue.chip), find = sought();
    const wanted = [...all, ...(find && find === ended.words ? ended.items : [])].filter((item) => chip.is(item) && matches(item, find));
    const { list, news } = queue.hold(wanted, order, atIt() && order.length > 0);
    order = list.map((item) => item.key);
    known.clear();
    for (const item of list) known.set(item.key, item);
    api.setGridOption('rowData', list.map(record));
    head(all, list.length, news);
    if (reveal) { const key = reveal; reveal = null; setTimeout(() => { const node = desk.api(GRID)?.getRowNode(key); if (node) api.ensureNodeVisible(node, 'middle'); }, 60); }
    queue.shown = list;
  }
  function head(all, shown, news) {
    const chips = document.getElementById('desk-chips'), side = document.getElementById('desk-queue-side'), late = document.getElementById('desk-late');
    if (chips) {
      dom.keyed(chips, CHIPS, (chip) => chip.id, (chip) => {
        const words = dom.words(), count = dom.make('b'), node = dom.make('button', 'chip', words, count);
        node.type = 'button';
        node.tabIndex = -1;
        node.addEventListener('click', () => { queue.set(chip.id); });
        return Object.assign(node, { words, count });
      }, (node, chip) => {
        node.words.set(chip);
        dom.text(node.count, all.filter(chip.is).length);
        dom.attr(node, 'aria-pressed', chip.id === queue.chip);
      });
    }
    const items = [{ id: 'rule', cls: '', zh: `${shown} 件 · 按轻重与超时`, en: `${shown} · by priority and lateness` }];
    if (news) items.unshift({ id: 'new', cls: 'more', zh: `新到 ${news}`, en: `${news} new below` });
    if (side) dom.keyed(side, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => node.set(item));
    const count = all.filter((item) => item.late).length;
    if (late) {
      dom.keyed(late, ['late'], (one) => one, () => dom.words('late-count'), (node) => node.set({ zh: `超时 ${count}`, en: `${count} late` }));
      dom.cls(late, 'late', count > 0);
    }
  }
  queue.set = (chip) => { queue.chip = chip; order = []; draw(); };
  queue.next = () => queue.set(CHIPS[(CHIPS.findIndex((one) => one.id === queue.chip) + 1) % CHIPS.length].id);
  queue.focus = () => {
    const api = desk.api(GRID);
    if (!api || !order.length) return;
    const at = Math.max(0, order.indexOf(desk.open ? `${desk.open.table}/${desk.open.id}` : ''));
    api.ensureIndexVisible(at);
    api.setFocusedCell(at, 'title');
  };

  function wire(api) {
    wired = api;
    const open = (node) => { if (node?.data) desk.select(node.data.table, node.data.row_id); };
    api.addEventListener('rowClicked', (event) => { queue.busy(); open(event.node); });
    api.addEventListener('cellFocused', () => queue.busy());
    api.addEventListener('cellKeyDown', (event) => {
      queue.busy();
      if (event.event.key === 'Enter') { open(event.node); event.event.preventDefault(); }
    });
    const box = document.getElementById('desk-queue');
    box?.addEventListener('mousemove', queue.busy);
    box?.addEventListener('mouseleave', () => { busyAt = -Infinity; dirty = true; });
  }

  // --- search: an input of our own, so that what is typed is never lost to a redraw
  function find(box) {
    const input = dom.make('input', 'desk-input');
    input.type = 'search';
    input.id = 'desk-search';
    input.autocomplete = 'off';
    input.setAttribute('aria-label', '检索 Search');
    input.addEventListener('input', () => { queue.find = input.value; order = []; draw(); askEnded(); });
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Enter' || event.key === 'ArrowDown') {
        event.preventDefault();
        queue.focus();
        if (event.key === 'Enter' && queue.shown?.length) {
          const [found] = queue.shown;
          input.value = queue.find = '';               // found: the whole queue again, with this one in it
          order = [];
          reveal = found.key;
          desk.select(found.table, found.id);
          draw();
          queue.focus();
        }
      }
      if (event.key === 'Escape') { input.value = queue.find = ''; order = []; draw(); queue.focus(); }
    });
    box.replaceChildren(input);
  }

  hub.on('rows', ({ table }) => { if (table === 'clues' || table === 'incidents') dirty = true; });
  for (const event of ['desk-open', 'lang', 'acting', 'road', 'spec', 'snap']) hub.on(event, () => { if (desk.here()) { dirty = true; draw(); } });
  hub.on('told', () => { if (dirty && desk.here() && performance.now() - drawnAt > 200) draw(); });
  hub.on('tick', () => {
    if (!desk.here()) { wired = null; return; }
    const box = document.getElementById('desk-find');
    if (box && !box.firstChild) find(box);
    dom.attr(box?.firstChild ?? document.body, 'placeholder', box && `${hub.text({ zh: '检索', en: 'find' })}  /`);
    if (dirty || performance.now() - drawnAt > 1000) draw();
  });

  // --- cells: one or two lines, as text
  const components = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions ?? {};
  const make = (...args) => window.React.createElement(...args);
  components.HubDeskLines = ({ value }) => {
    const cell = String(value ?? '');
    const [first, second] = cell.split('\n');
    return make('div', { className: 'cell-lines', title: cell }, make('span', { key: 1 }, first || ''), second ? make('small', { key: 2 }, second) : null);
  };
  components.HubDeskNone = () => make('span', { className: 'words none-here' },
    make('span', { key: 1, className: 'zh' }, '没有事项'), make('span', { key: 2, className: 'en' }, 'Nothing here'));
})();
