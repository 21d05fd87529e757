// Forms in a centre's work list: a cause from the fixed list, words, counted results; and reporting a clue. They open in
// place, Ctrl+Enter sends, Esc closes, what was typed stays until it has been accepted.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const WORDS_MOST = 200, DRAFT = 'hub.centre.draft.';
  const word = (text, cls = '') => { const node = dom.words(cls); node.set(text); return node; };
  const PRIVATE = { zh: '不要填写姓名、证件号、电话号码', en: 'No names, identity or telephone numbers' };
  const CAUSES = { 'clue.return': 'returns', 'task.refuse': 'refusals', 'incident.close': 'closings' };
  const COUNTS = new Set(['clue.feedback', 'task.finish']);

  function typed(name, label, lines = 2) {
    const area = dom.make('textarea', 'w-input');
    Object.assign(area, { rows: lines, maxLength: WORDS_MOST, value: localStorage.getItem(DRAFT + name) ?? '' });
    area.addEventListener('input', () => localStorage.setItem(DRAFT + name, area.value));
    return Object.assign(dom.make('label', 'w-field', word(label), area), { area, said: () => area.value.trim(), done: () => { localStorage.removeItem(DRAFT + name); area.value = ''; } });
  }
  function choice(label, options, none) {
    const select = dom.make('select', 'w-input');
    if (none) select.append(new Option(hub.text(none), ''));
    for (const [value, text] of options) select.append(new Option(hub.text(text), value));
    return Object.assign(dom.make('label', 'w-field', word(label), select), { select });
  }
  function counts() {
    const rows = hub.counted.office.map(({ title, unit }) => {
      const input = dom.make('input', 'w-input w-number');
      Object.assign(input, { type: 'number', min: 0, step: 1, value: '' });
      return Object.assign(dom.make('label', 'w-count', word(title), input, word(unit, 'w-unit')), { tally: () => ({ title, value: Number(input.value) || 0, unit }) });
    });
    return Object.assign(dom.make('div', 'w-counts', ...rows), { tallies: () => rows.map((row) => row.tally()).filter((one) => one.value > 0) });
  }
  function buttons(text, send, close) {
    const first = dom.make('button', 'w-button is-first', word(text), dom.make('kbd', '', 'Ctrl ⏎')), back = dom.make('button', 'w-button', word({ zh: '取消', en: 'Cancel' }), dom.make('kbd', '', 'Esc'));
    first.type = back.type = 'button';
    first.dataset.send = '';
    first.addEventListener('click', send);
    back.addEventListener('click', close);
    return Object.assign(dom.make('div', 'w-acts', back, first), { first });
  }
  // Keys of a form; the focus goes to its first field.
  function keys(box, send, close) {
    box.onkeydown = (event) => {
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && event.ctrlKey) send();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    box.querySelector('select, textarea')?.focus();
  }

  function open(node, command) {
    const { form, row } = node;
    if (form.dataset.command === command) { shut(node); return; }
    const move = hub.machine(node.group.table).moves.find((one) => one.command === command);
    const list = CAUSES[command], cause = list ? choice({ zh: '原因', en: 'Cause' }, Object.entries(hub.road[list]), { zh: '请选择', en: 'Choose' }) : null;
    const words = typed(`${command}.${row.id}`, list ? { zh: '补充说明', en: 'More' } : { zh: '说明', en: 'Words' });
    const tally = COUNTS.has(command) ? counts() : null;
    const send = async () => {
      if (cause && !cause.select.value) { cause.select.focus(); return; }
      const data = { ...(cause ? { cause: cause.select.value } : {}), ...(words.said() ? { words: words.said() } : {}), ...(tally ? { results: tally.tallies() } : {}) };
      row_.first.disabled = true;
      const done = await hub.centreGive(node, command, data);
      row_.first.disabled = false;
      if (done) { words.done(); shut(node); }
    };
    const row_ = buttons(move.title, send, () => shut(node));
    form.dataset.command = command;
    form.replaceChildren(...(cause ? [cause] : []), words, ...(tally ? [tally] : []), word(PRIVATE, 'w-hint'), row_);
    keys(form, send, () => shut(node));
  }
  function shut(node) {
    delete node.form.dataset.command;
    node.form.replaceChildren();
    node.acts.querySelector('button:not([hidden])')?.focus();
  }

  // --- report a clue
  let fresh = null;                    // {id, key}: one report, however often it is pressed, until it is accepted
  function report(centre, not) {
    const box = document.getElementById('work-report');
    if (!box) return;
    if (!box.firstChild) {
      const button = dom.make('button', 'w-button', word({ zh: '＋ 上报线索', en: '+ Report a clue' })), form = dom.make('div', 'w-form');
      button.type = 'button';
      button.id = 'work-new';
      button.addEventListener('click', () => (form.firstChild ? form.replaceChildren() : reporting(form)));
      box.replaceChildren(button, form);
    }
    box.firstChild.disabled = Boolean(not);
    dom.title(box.firstChild, not ? `${not.zh}\n${not.en}` : null);
  }
  function reporting(form) {
    const words = typed('clue.report', { zh: '线索内容', en: 'The clue' }, 3), place = typed('clue.report.place', { zh: '地点（不写住户）', en: 'Place (no homes)' }, 1);
    const grade = choice({ zh: '等级', en: 'Priority' }, [1, 2, 3, 4].map((level) => [level, { zh: `P${level}`, en: `P${level}` }]));
    grade.select.value = 3;
    const said = dom.words('w-said');
    said.setAttribute('role', 'alert');
    const close = () => form.replaceChildren();
    const send = async () => {
      if (!words.said()) { words.area.focus(); return; }
      const centre = document.getElementById('centre').dataset.centre;
      const what = { words: words.said(), priority: Number(grade.select.value), ...(place.said() ? { place: place.said() } : {}) };
      if (fresh?.what !== JSON.stringify(what)) fresh = { what: JSON.stringify(what), id: `K-${centre}-${Date.now().toString(36)}`, key: crypto.randomUUID() };
      row.first.disabled = true;
      said.set({ zh: '已发出', en: 'Sent' });
      let heard = null;
      try { heard = await hub.give('clue.report', { id: fresh.id, ...what }, { key: fresh.key, signal: AbortSignal.timeout(8000) }); } catch (error) { console.warn('centre', error); }
      row.first.disabled = false;
      if (!heard?.ok) { said.set(heard?.reason ?? { zh: '无应答，请再按一次', en: 'No answer; press again' }); return; }
      said.set({ zh: `已上报 ${fresh.id}，待指挥中心研判`, en: `Reported as ${fresh.id}; the hub triages it` });
      fresh = null;
      words.done();
      place.done();
    };
    const row = buttons({ zh: '上报', en: 'Report' }, send, close);
    form.replaceChildren(words, grade, place, word(PRIVATE, 'w-hint'), row, said);
    keys(form, send, close);
  }
  hub.centreForms = { open, report };
})();
