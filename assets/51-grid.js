// Cells of the table: how values are written. The values themselves come from the server.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const functions = window.dashAgGridFunctions = window.dashAgGridFunctions ?? {};
  const components = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions ?? {};

  functions.hubNumber = (params, format) => (params.value == null ? '—' : hub.number(params.value, format));
  functions.hubAge = (params) => (params.value == null ? '—' : hub.span(hub.age(params.value)));
  functions.hubTime = (params) => {
    if (params.value == null) return '—';
    const today = hub.day(params.value).en.slice(0, 10) === hub.day(hub.now()).en.slice(0, 10);
    return today ? hub.clock(params.value) : `${hub.day(params.value).en.slice(5, 10)} ${hub.clock(params.value).slice(0, 5)}`;
  };

  const make = (...args) => window.React.createElement(...args);
  components.HubLines = ({ value }) => {
    const [first, second] = String(value ?? '').split('\n');
    return make('div', { className: 'cell-lines' }, make('span', { key: 1 }, first || '—'),
      second ? make('small', { key: 2 }, second) : null);
  };
  // A due time as a clock: on time, soon or late while it is awaited; kept or missed once it is done.
  const due = (params) => {
    const { data, colDef: { field } } = params, at = params.value, done = data?.[`${field}_done`];
    if (at == null) return { look: 'none' };
    if (done != null) return { look: done <= at ? 'done' : 'missed', words: done <= at ? { zh: '按时完成', en: 'in time' } : { zh: `超时 ${hub.span((done - at) / 1000)} 完成`, en: `${hub.span((done - at) / 1000)} late` } };
    if (data?.[`${field}_over`]) return { look: 'none' };
    const clock = hub.clockOf(data?.[`${field}_since`], at);
    return { ...clock, words: hub.clockWords(clock) };
  };
  const line = (text) => (hub.lang === 'en' ? text.en : text.zh);
  functions.hubDue = (params) => {
    const clock = due(params);
    return `${clock.words ? line(clock.words) : '—'}\n${params.value == null ? '' : functions.hubTime(params)}`;
  };
  components.HubDue = (params) => {
    const clock = due(params), [first, second] = functions.hubDue(params).split('\n');
    return make('div', { className: 'due-cell', 'data-clock': clock.look },
      make('i', { className: 'clock-shape', key: 0, 'aria-hidden': 'true' }),
      make('div', { className: 'cell-lines', key: 1 }, make('span', { key: 1 }, first), second ? make('small', { key: 2 }, second) : null));
  };
  components.HubNone = () => make('span', { className: 'words none-here' },
    make('span', { key: 1, className: 'zh' }, '没有符合条件的记录'), make('span', { key: 2, className: 'en' }, 'No record matches'));
  components.HubMark = ({ value }) => make('span', { className: 'mark', 'data-priority': value ?? 'none' }, make('b', null, value ?? '?'));

  // --- widths: measured from what the cells hold. All columns fit, or as many whole ones as the table shows at rest.
  const PAD = 24, WORDS_MIN = 124, WORDS_MAX = 300, AGE = 92, SAMPLE = 150;
  const CODE = /^[\w.:/·-]+$/;
  const pen = document.createElement('canvas').getContext('2d');
  let rem = 16, family = 'sans-serif', done = '';
  const measure = (text, size, weight = 400) => {
    pen.font = `${weight} ${size * rem}px ${family}`;
    return pen.measureText(text).width;
  };
  const widest = (lines, size, weight) => lines.reduce((most, line) => Math.max(most, measure(line, size, weight)), 0);

  // {least, most} px of one column: headers, codes, numbers and times are never cut, words may be, down to a readable rest.
  function needs(api, column, nodes) {
    const def = column.getColDef();
    const head = widest(String(def.headerName ?? '').split('\n'), .8125, 500) + PAD + 6;
    if (def.cellRenderer === 'HubMark') return { least: Math.max(56, head), most: Math.max(72, head) };
    if (String(def.cellClass ?? '').includes('age-cell')) return { least: Math.max(AGE, head), most: Math.max(AGE + 12, head) };
    const said = nodes.map((node) => String(api.getCellValue({ rowNode: node, colKey: column, useFormatter: true }) ?? ''));
    const longest = [...new Set(said)].sort((a, b) => b.length - a.length).slice(0, 25);
    const firsts = longest.map((text) => text.split('\n')[0]), seconds = longest.map((text) => text.split('\n')[1] ?? '');
    const own = Math.max(widest(firsts, .9375), widest(seconds, .8125)) + PAD;
    const whole = Boolean(def.valueFormatter) || (said.length && said.every((text) => !text || CODE.test(text)));
    if (def.cellRenderer === 'HubDue') return { least: Math.max(head, own + 26), most: Math.max(head, own + 34) };
    if (whole) return { least: Math.max(head, own), most: Math.max(head, own) };
    return { least: Math.max(head, Math.min(own, WORDS_MIN)), most: Math.max(head, Math.min(own, WORDS_MAX)) };
  }

  // Widths of the columns for `room` px. What does not fit stays to be scrolled to, behind a whole column's edge.
  function share(columns, room) {
    const sum = (key, list = columns) => list.reduce((total, column) => total + column[key], 0);
    const most = sum('most'), least = sum('least');
    if (most <= room) return columns.map((column) => column.most * room / most);
    if (least <= room) {
      const part = (room - least) / (most - least);
      return columns.map((column) => column.least + (column.most - column.least) * part);
    }
    const easy = columns.map((column) => column.least + 0.6 * (column.most - column.least));
    let fit = 0, used = 0;
    while (fit < columns.length && used + easy[fit] <= room) used += easy[fit++];
    const front = share(columns.slice(0, Math.max(1, fit)), room);
    return [...front, ...easy.slice(front.length)];
  }

  function fit(api, grid) {
    const view = grid.querySelector('.ag-center-cols-viewport');
    const all = api.getAllDisplayedColumns?.() ?? [];
    const nodes = [];
    api.forEachNode((node) => { if (nodes.length < SAMPLE && node.data) nodes.push(node); });
    if (!view || !all.length) return;
    const first = nodes[0] ? Object.values(nodes[0].data).join(' ') : '';   // other rows, or the same in another language
    const kind = [String(nodes[0]?.data.id ?? '').replace(/\d+/g, '#'), /\n/.test(first), /[一-鿿]/.test(first)];
    const whole = view.clientWidth + all.reduce((sum, column) => sum + (column.getPinned() ? column.getActualWidth() : 0), 0);
    const key = [whole, ...kind, all.map((column) => column.getColDef().headerName).join()].join();
    if (key === done) return;
    done = key;
    const style = getComputedStyle(document.body);
    family = style.fontFamily;
    rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const pinned = all.filter((column) => column.getPinned()), free = all.filter((column) => !column.getPinned());
    const set = (list, widths) => list.map((column, i) => ({ key: column.getColId(), newWidth: widths[i] }));
    const held = pinned.map((column) => Math.ceil(needs(api, column, nodes).least));
    const room = whole - held.reduce((a, b) => a + b, 0);
    let edge = 0, given = 0;                       // whole pixels: the sum of the rounded widths is the rounded sum
    const widths = share(free.map((column) => needs(api, column, nodes)), room).map((width) => {
      edge += width;
      const own = Math.floor(edge + 0.001) - given;
      given += own;
      return own;
    });
    api.setColumnWidths([...set(free, widths), ...set(pinned, held)]);
    let used = 0;
    const hidden = widths.filter((width) => (used += width) > room + 1).length;
    const note = document.getElementById('hidden-columns');
    if (note) {
      dom.keyed(note, hidden ? ['more'] : [], (one) => one, () => dom.words(),
        (node) => node.set({ zh: `右侧还有 ${hidden} 列，可横向滚动 →`, en: `${hidden} more column${hidden > 1 ? 's' : ''} to the right →` }));
    }
  }

  // Scrolled sideways, the table comes to rest at a column's edge.
  let resting = 0;
  document.addEventListener('scroll', (event) => {
    const view = event.target;
    if (!view.classList?.contains('ag-body-horizontal-scroll-viewport')) return;
    clearTimeout(resting);
    resting = setTimeout(() => {
      const api = window.dash_ag_grid?.getApi?.('grid');
      const end = view.scrollWidth - view.clientWidth;
      if (!api || view.scrollLeft >= end - 1) return;
      const edges = api.getAllDisplayedColumns().filter((column) => !column.getPinned()).map((column) => column.getLeft());
      const near = edges.reduce((best, at) => (Math.abs(at - view.scrollLeft) < Math.abs(best - view.scrollLeft) ? at : best), 0);
      if (Math.abs(near - view.scrollLeft) > 1) view.scrollLeft = Math.min(near, end);
    }, 160);
  }, true);

  let beat = 0;
  hub.on('tick', () => {
    const grid = document.querySelector('.grid');
    const api = grid && window.dash_ag_grid?.getApi?.('grid');
    if (!api || api.isDestroyed?.()) { done = ''; return; }
    fit(api, grid);
    if (++beat % 4 || !grid.querySelector('.age-cell, .due-col')) return;
    const ages = api.getColumns()?.filter((column) => /age-cell|due-col/.test(column.getColDef().cellClass)) ?? [];
    api.refreshCells({ columns: ages, force: true });
  });
})();
