// Sheets from the foot of the page, where the thumb is: refusing with a listed cause, results, a call that is not police
// business, what waits to be sent, the menu. What is typed stays on the device until it is on its way.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, field = hub.field;
  const WORDS_MOST = 200, DRAFT = 'hub.field.draft.';
  const PRIVATE = { zh: '不要填写姓名、证件号、电话号码', en: 'No names, identity numbers or telephone numbers' };
  const word = (text, cls = '') => { const node = dom.words(cls); node.set(text); return node; };

  const sign = (text, cls, label, run) => {
    const node = dom.make('button', `f-button ${cls}`, text);
    node.type = 'button';
    node.setAttribute('aria-label', label);
    node.addEventListener('click', run);
    return node;
  };

  const sheet = () => document.getElementById('f-sheet');
  const close = () => sheet().close();
  function show(title, ...body) {
    const head = dom.make('header', 'f-sheet-head', word(title, 'f-head'), sign('✕', 'f-x', '关闭 Close', close));
    sheet().replaceChildren(head, dom.make('div', 'f-sheet-body', ...body));
    if (!sheet().open) sheet().showModal();
  }
  document.addEventListener('click', (event) => { if (event.target === sheet()) close(); });

  // A box of typed words that remembers them under `name`.
  function typed(name, label, given, lines = 3) {
    const area = dom.make('textarea', 'f-input');
    Object.assign(area, { rows: lines, maxLength: WORDS_MOST, value: given ?? localStorage.getItem(DRAFT + name) ?? '' });
    area.addEventListener('input', () => localStorage.setItem(DRAFT + name, area.value));
    const node = dom.make('label', 'f-field', word(label), area);
    return Object.assign(node, { area, said: () => area.value.trim(), done: () => localStorage.removeItem(DRAFT + name) });
  }
  const plain = (words) => (words == null ? undefined : typeof words === 'string' ? words : words.zh);
  const some = (words) => (words ? { words } : {});
  // One press is one action: the button is gone with the sheet before anything is stored twice.
  const send = (text, run, cls = 'is-first') => {
    const button = hub.button(cls, text, async () => {
      button.disabled = true;
      try {
        if (await run() !== false) close();
      } catch (error) {
        console.error('field', error);
        button.after(word({ zh: '未能保存在设备上，请再试', en: 'Could not be kept on the device; try again' }, 'f-why is-bad'));
      } finally {
        button.disabled = false;
      }
    });
    button.classList.add('f-send');
    return button;
  };

  function refuse(id, given) {
    let cause = given?.cause ?? null;
    const name = `task.refuse.${id}`, words = typed(name, { zh: '补充说明（可不填）', en: 'More (may be empty)' }, plain(given?.words), 2);
    const button = send(hub.moveTitle('tasks', 'task.refuse'), async () => {
      await hub.fieldGive('tasks', { id }, 'task.refuse', { cause, ...some(words.said()) });
      words.done();
    }, 'is-no');
    button.disabled = !cause;
    const causes = dom.make('div', 'f-causes', ...Object.entries(hub.road.refusals).map(([code, text]) => {
      const choice = hub.button('f-cause', text, () => {
        cause = code;
        for (const each of causes.children) each.setAttribute('aria-pressed', each === choice);
        button.disabled = false;
      });
      choice.dataset.cause = code;
      choice.setAttribute('aria-pressed', code === cause);
      return choice;
    }));
    show({ zh: '拒绝的原因', en: 'Why refused' }, causes, words, word(PRIVATE, 'f-hint'), button);
  }

  // A count with large − and +; the number may be typed.
  function counter({ title, unit }, given) {
    const input = dom.make('input', 'f-number');
    Object.assign(input, { type: 'number', inputMode: 'numeric', min: 0, step: 1, value: given ?? 0 });
    input.setAttribute('aria-label', hub.text(title));
    const by = (n) => { input.value = Math.max(0, (Number(input.value) || 0) + n); };
    const node = dom.make('div', 'f-counter', word(title), sign('−', '', '减 Less', () => by(-1)), input, sign('+', '', '加 More', () => by(1)));
    return Object.assign(node, { tally: () => ({ title, value: Number(input.value) || 0, unit }) });
  }
  function finish(id, given) {
    const words = typed(`task.finish.${id}`, { zh: '结果', en: 'Result' }, plain(given?.words));
    const held = (one) => given?.results?.find((tally) => tally.title.zh === one.title.zh)?.value;
    const counters = hub.counted.scene.map((one) => counter(one, held(one)));
    show(hub.moveTitle('tasks', 'task.finish'), words, word(PRIVATE, 'f-hint'), dom.make('div', 'f-counters', ...counters), send(hub.moveTitle('tasks', 'task.finish'), async () => {
      const results = counters.map((one) => one.tally()).filter((tally) => tally.value > 0);
      await hub.fieldGive('tasks', { id }, 'task.finish', { ...some(words.said()), results });
      words.done();
    }));
  }
  function divert(id, given) {
    const words = typed(`incident.divert.${id}`, { zh: '事由（可不填）', en: 'Why (may be empty)' }, plain(given?.words));
    show({ zh: '非警务，转 12345', en: 'Not police business: to 12345' },
      word({ zh: '转出后由 12345 承办，中心继续督办至办结。本单元撤出该警情。', en: 'The 12345 hotline takes it on, the hub watches it until it is settled. This unit leaves the call.' }, 'f-note'),
      words, word(PRIVATE, 'f-hint'), send({ zh: '转 12345', en: 'To 12345' }, async () => {
        await hub.fieldGive('incidents', { id }, 'incident.divert', some(words.said()));
        words.done();
        hub.go('calls');
      }));
  }

  // --- what waits, and the menu
  function queue() {
    const waiting = hub.outbox.waiting;
    const rows = waiting.map((one) => dom.make('li', '', dom.make('time', '', hub.clock(one.at).slice(0, 5)), word(one.title), word(one.subject ?? one.data.words ?? one.id, 'f-subject')));
    show({ zh: `待发 ${waiting.length} 项`, en: `${waiting.length} queued` },
      word(waiting.length ? { zh: '保存在本设备，按此顺序逐项发送，每项只生效一次', en: 'Kept on this device; sent in this order, one by one, each happens once' }
        : { zh: '全部已发送', en: 'Everything has been sent' }, 'f-note'), dom.make('ol', 'f-road', ...rows));
  }
  function menu() {
    const tongues = [['zh', '中文'], ['both', '中 + EN'], ['en', 'English']].map(([lang, shown]) => {
      const node = dom.make('button', 'f-button', shown);
      node.type = 'button';
      node.dataset.setLang = lang;
      node.setAttribute('aria-pressed', lang === hub.lang);
      node.addEventListener('click', close);
      return node;
    });
    show({ zh: '本单元', en: 'This unit' }, word({ zh: `${field.row()?.call_sign ?? field.unit}（账户 unit-${field.unit}）`, en: `${field.row()?.call_sign ?? field.unit} (account unit-${field.unit})` }, 'f-note'),
      dom.make('div', 'f-row', ...tongues),
      hub.button('', { zh: '日间 / 夜间显示', en: 'Day / night' }, () => { hub.fieldLight(); close(); }),
      hub.button('', { zh: '查看待发', en: 'What is queued' }, queue),
      hub.button('', { zh: '更换单元', en: 'Another unit' }, () => { close(); field.choose(''); hub.go('tasks'); }));
  }
  hub.fieldSheets = { show, close, typed, send, word, queue, menu, PRIVATE };
  hub.fieldForms = { 'task.refuse': refuse, 'task.finish': finish, 'incident.divert': divert };
})();
