// The field page's frame: who we are, whether we are heard, what waits, what was refused, and which view is shown.
//
//   hub.view(name, {draw(root, bar, id)}) a view; the address' #name/id chooses it     hub.go(hash)     hub.fieldDraw() again
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, field = hub.field, box = hub.outbox;
  const views = new Map();
  const byId = (id) => document.getElementById(id);
  const TABS = [['tasks', { zh: '任务', en: 'Tasks' }], ['calls', { zh: '警情', en: 'Calls' }], ['report', { zh: '上报', en: 'Report' }]];
  const GROUP = { task: 'tasks', call: 'calls' };
  const LIGHT = 'hub.field.light';

  // Without Dash the address is ours: the language switch of all pages asks for this.
  window.dash_clientside.set_props = (id, { search }) => {
    if (id !== 'url') return;
    history.replaceState(null, '', search + location.hash);
    window.dash_clientside.hub.lang(search);
  };

  hub.view = (name, view) => views.set(name, view);
  hub.go = (hash) => { location.hash = hash; };
  hub.button = (cls, text, run) => {
    const words = dom.words();
    words.set(text);
    const node = dom.make('button', `f-button ${cls}`, words);
    node.type = 'button';
    node.words = words;
    node.addEventListener('click', run);
    return node;
  };

  const here = () => {
    const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split('/');
    return { name: views.has(name) ? name : 'tasks', id: rest.join('/') };
  };
  let scheduled = false, last = '';
  function draw() {
    scheduled = false;
    const body = byId('f-body'), bar = byId('f-bar');
    if (!body) return;
    const { name, id } = field.unit ? here() : { name: 'unit', id: '' };
    head();
    told();
    tabs(GROUP[name] ?? name);
    const key = `${name}/${id}`;
    if (key !== last) { dom.keyed(body, [], String); dom.keyed(bar, [], String); body.scrollTop = 0; last = key; }
    views.get(name)?.draw(body, bar, id);
    dom.show(bar, bar.childElementCount > 0);
  }
  hub.fieldDraw = () => { if (!scheduled) { scheduled = true; requestAnimationFrame(draw); } };
  for (const event of ['told', 'lang', 'spec', 'road', 'outbox', 'held', 'unit', 'state', 'snap']) hub.on(event, hub.fieldDraw);
  window.addEventListener('hashchange', hub.fieldDraw);
  document.addEventListener('visibilitychange', hub.fieldDraw);
  let beat = 0;
  hub.on('tick', () => { if (++beat % 4 === 0) hub.fieldDraw(); });

  // --- head: the unit, the line, what waits
  const heard = () => hub.connected && !hub.isSilent();
  function head() {
    const unit = byId('f-unit'), link = byId('f-link'), n = box.waiting.length;
    dom.text(unit, field.unit ? field.row()?.call_sign ?? field.unit : '—');
    const state = !box.able ? { zh: '不可用', en: 'Not usable' } : heard() ? { zh: '在线', en: 'Online' } : { zh: '离线', en: 'Offline' };
    const queue = n ? { zh: ` · 待发 ${n}`, en: ` · queued ${n}` } : { zh: '', en: '' };
    dom.keyed(link, ['words'], String, () => dom.words(), (node) => node.set({ zh: state.zh + queue.zh, en: state.en + queue.en }));
    dom.attr(link, 'data-link', heard() ? 'on' : 'off');
    dom.attr(link, 'data-queued', n || null);
  }
  function tabs(current) {
    const bar = byId('f-tabs');
    dom.show(bar, Boolean(field.unit));
    const open = { tasks: field.tasks().filter((row) => !row.over).length, calls: field.calls().length };
    dom.keyed(bar, TABS, ([name]) => name, ([name]) => {
      const words = dom.words(), count = dom.make('b', 'f-count');
      const node = dom.make('a', 'f-tab', words, count);
      node.href = `#${name}`;
      return Object.assign(node, { words, count });
    }, (node, [name, text]) => {
      node.words.set(text);
      dom.text(node.count, open[name] ?? '');
      dom.show(node.count, Boolean(open[name]));
      dom.attr(node, 'aria-current', name === current ? 'page' : null);
    });
    document.title = `${open.tasks ? `(${open.tasks}) ` : ''}${hub.text({ zh: '一线', en: 'Field' })} ${field.row()?.call_sign ?? field.unit}`;
  }

  // --- words above the view: no line, held rows, an order that the hub refused
  function told() {
    const items = [];
    if (!box.able) items.push({ id: 'able', cls: 'is-bad', text: { zh: '此地址未加密，设备无法保存操作，请用 https 打开', en: 'This address is not encrypted: the device cannot keep what you do. Open it by https' } });
    if (!heard() && (field.heldAt || hub.silent() > 3)) {
      const since = field.heldAt ? hub.clock(field.heldAt) : null;
      items.push({ id: 'line', cls: 'is-line', text: {
        zh: `与中心无连接。可继续操作，恢复后按顺序发送${since ? `。所示为 ${since} 的情况` : ''}`,
        en: `No line to the hub. Go on: it is sent in order when the line is back${since ? `. Shown as of ${since}` : ''}` } });
    }
    if (box.full) items.push({ id: 'full', cls: 'is-bad', text: { zh: '设备未能保存刚才的操作，请清理存储空间后重做', en: 'The device could not keep what you just did: make room and do it again' } });
    if (heard() && box.trouble && box.waiting.length) items.push({ id: 'trouble', cls: 'is-line', text: { zh: `暂不能发送：${box.trouble.zh}`, en: `Cannot be sent yet: ${box.trouble.en}` } });
    for (const word of box.refused) items.push({ id: `no-${word.n}`, cls: 'is-bad', word });
    dom.keyed(byId('f-told'), items, (item) => item.id, make, (node, item) => {
      if (!item.word) { node.words.set(item.text); return; }
      const { action, reason, dropped } = item.word;
      const of = (lang) => (action.subject ? ` · ${action.subject[lang]}` : '');
      node.head.set({ zh: `未被接受：${action.title.zh}${of('zh')}`, en: `Not accepted: ${action.title.en}${of('en')}` });
      node.words.set(reason);
      dom.show(node.dropped, dropped.length > 0);
      node.dropped.set({ zh: `后续 ${dropped.length} 项一并撤下：${dropped.map(said('zh')).join('，')}`, en: `Taken back with it: ${dropped.map(said('en')).join(', ')}` });
    });
  }
  const said = (lang) => (one) => {
    const words = one.data.words;
    return one.title[lang] + (words ? `（${typeof words === 'string' ? words : words[lang]}）` : '');
  };
  function make(item) {
    const words = dom.words('f-why');
    const node = dom.make('div', `f-word ${item.cls}`);
    Object.assign(node, { words, head: dom.words('f-word-head'), dropped: dom.words('f-why') });
    if (!item.word) { node.append(words); return node; }
    const { n, action } = item.word;
    const read = hub.button('', { zh: '知道了', en: 'OK' }, () => box.read(n));
    const buttons = dom.make('div', 'f-row', read);
    if (hub.fieldForms?.[action.type]) {
      buttons.append(hub.button('is-first', { zh: '改正后重发', en: 'Correct it' }, () => { box.read(n); hub.fieldForms[action.type](action.id, action.data); }));
    }
    node.append(node.head, words, node.dropped, buttons);
    return node;
  }

  // --- day and night
  const light = (value) => { document.documentElement.dataset.field = value; localStorage.setItem(LIGHT, value); };
  hub.fieldLight = () => light(document.documentElement.dataset.field === 'day' ? 'night' : 'day');
  light(localStorage.getItem(LIGHT) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'day'));

  byId('f-unit')?.addEventListener('click', () => hub.fieldSheets.menu());
  byId('f-menu')?.addEventListener('click', () => hub.fieldSheets.menu());
  byId('f-link')?.addEventListener('click', () => hub.fieldSheets.queue());
})();
