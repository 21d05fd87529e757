// Shift hand-over: what changed since you left, from the log; the one who goes signs the list, the one who comes loads the
// same window anew, compares and signs. Both sign the digest that the hub worked out for each of them by itself.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom;
  const ID = 'handover', SHIFTS_H = [8, 20], DAY_MS = 86400000, SHORT = 12, FIRST = 40, WEEK_MS = 7 * DAY_MS, AGAIN_MS = 2000;
  const OWN = {
    silences: { zh: '数据中断', en: 'Silence' }, gaps: { zh: '日志缺口', en: 'Holes in the log' }, dead_letters: { zh: '拒收记录', en: 'Refused records' },
  };
  const SHOWS = [
    { id: 'all', zh: '全部', en: 'All', is: () => true },
    { id: 'open', zh: '未结', en: 'Still open', is: (line) => line.open },
    { id: 'late', zh: '超时', en: 'Late', is: (line) => line.late },
  ];
  const HEADS = [['级', 'P'], ['编号', 'No.'], ['事项', 'What'], ['状态变化', 'State'], ['时限与缘由', 'Clock, reason'], ['经办', 'By'], ['记录', 'Facts'], ['时间', 'Time']].map(([zh, en]) => ({ zh, en }));
  const state = { choice: null, list: null, error: null, show: 'all', all: new Set(), said: null, busy: false, key: null, asked: 0, came: 0 };
  const here = () => Boolean(document.getElementById('desk'));
  const box = () => document.getElementById(ID);
  const say = (text, cls) => { const node = dom.words(cls); node.set(text); return node; };
  const button = (text, cls, act) => {
    const node = dom.make('button', cls, say(text));
    node.type = 'button';
    node.addEventListener('click', act);
    return node;
  };

  // --- since when: my last sign-off, the shift's beginning, the one before; or the window somebody offers to hand over
  const handovers = () => [...hub.table('handovers').values()].sort((a, b) => hub.ms(b.out_at) - hub.ms(a.out_at));
  const offers = () => handovers().filter((row) => row.state === 'offered');
  const shiftBegan = (now, back = 0) => {
    const local = now + hub.offset_min * 60000, day = Math.floor(local / DAY_MS) * DAY_MS;
    const starts = [-1, 0].flatMap((off) => SHIFTS_H.map((h) => day + off * DAY_MS + h * 3600000)).filter((at) => at <= local);
    return starts.at(-1 - back) - hub.offset_min * 60000;
  };
  const at = (ms) => `${hub.day(ms).en.slice(5, 10)} ${hub.clock(ms).slice(0, 5)}`;
  function choices() {
    const now = hub.now(), me = hub.acting?.id, mine = handovers().find((row) => row.out_by === me);
    const out = offers().map((row) => ({ id: row.id, offer: row, since: row.since, until: row.until, at: hub.ms(row.since),
      zh: `${who(row.out_by).zh}的交班清单`, en: `list of ${who(row.out_by).en}` }));
    if (mine && now - hub.ms(mine.until) < WEEK_MS) out.push({ id: 'mine', since: mine.until, at: hub.ms(mine.until), zh: '我上次交班', en: 'my last sign-off' });
    for (const [id, back, zh, en] of [['shift', 0, '本班开始', 'start of this shift'], ['before', 1, '上一班开始', 'start of the shift before']]) {
      const began = shiftBegan(now, back);
      out.push({ id, since: new Date(began).toISOString(), at: began, zh, en });
    }
    return out;
  }
  const chosen = () => choices().find((one) => one.id === state.choice) ?? choices()[0];

  // --- words
  const who = (id) => hub.accounts.find((one) => one.id === id)?.title ?? (id === 'hub' ? { zh: '指挥中心', en: 'the hub' } : hub.centreTitle(id) ?? { zh: id, en: id });
  const titleOf = (table) => OWN[table] ?? hub.spec?.tables?.[table]?.title ?? { zh: table, en: table };
  const stateOf = (table, name) => (name ? hub.machine(table)?.states[name] ?? { zh: name, en: name } : { zh: '新', en: 'new' });
  const join = (texts, by, and = by) => ({ zh: texts.map((one) => one.zh).join(by), en: texts.map((one) => one.en).join(and) });

  async function load() {
    Object.assign(state, { list: null, error: null, said: null, key: null });
    await ask();
  }
  async function ask() {
    const want = chosen(), mine = ++state.asked;
    state.came = Infinity;
    draw();
    const query = new URLSearchParams({ since: want.since, ...(want.until ? { until: want.until } : {}) });
    try {
      const answer = await fetch(`/api/v1/changes?${query}`);
      const told = await answer.json();
      if (mine !== state.asked) return;
      if (answer.ok) state.list = told;
      else state.error = { zh: told.error, en: told.error };
    } catch (error) {
      if (mine !== state.asked) return;
      console.warn('hand-over: no list', error);
      state.error = { zh: '清单未取到，请重试', en: 'no list came; try again' };
    }
    state.came = performance.now();
    draw();
  }
  // What was just taken in is not in a list yet: one that says nothing, up to now, is asked for again.
  const empty = () => box()?.open && state.list?.lines.length === 0 && !chosen().until && !state.said;
  function again() {
    if (empty() && performance.now() - state.came > AGAIN_MS) ask();
  }

  // --- signing. What was asked under a key is asked under the same key again while nobody has answered.
  async function sign(type, data, options) {
    if (state.busy) return;
    state.busy = true;
    state.key ??= crypto.randomUUID();
    state.said = { look: 'sent', zh: '已送出…', en: 'sent …' };
    draw();
    try {
      const told = await hub.give(type, data, { ...options, key: state.key });
      if (!told.again) state.key = null;
      state.said = told.ok ? { look: 'done', zh: '已签字', en: 'signed' } : { look: 'no', zh: told.reason.zh, en: told.reason.en };
      if (told.ok && type === 'handover.offer') state.choice = data.id;
    } catch (error) {
      console.warn('hand-over: not heard', error);
      state.said = { look: 'no', zh: '中枢没有应答，请再签一次（不会重复）', en: 'the hub did not answer; sign again, nothing happens twice' };
    }
    state.busy = false;
    draw();
  }
  const offer = () => {
    const { since, until, digest, lines } = state.list;
    const id = state.offered ??= `H-${hub.day(hub.now()).en.slice(0, 10).replaceAll('-', '')}-${crypto.randomUUID().slice(0, 6)}`;
    return sign('handover.offer', { id, since, until, digest, lines: lines.length });
  };
  const accept = (row) => sign('handover.sign', { id: row.id, digest: state.list.digest }, { rev: row.rev });

  // What can be signed now: {act, text, why}. `why` stands in place of the button's way.
  function signing() {
    const want = chosen(), row = want.offer ? hub.table('handovers').get(want.offer.id) : null, { list } = state;
    if (!list) return null;
    if (!want.offer) {
      const why = hub.why('handover.offer');
      return { act: offer, text: { zh: '交班签字', en: 'Sign as the one who goes' }, why: why ?? (list.settled ? null : { zh: '稍候：尚有记录入库', en: 'wait: records are still being stored' }) };
    }
    const same = row?.digest === list.digest, mine = row?.out_by === hub.acting?.id;
    const text = { zh: '接班签字', en: 'Sign as the one who comes' };
    if (mine) return { text, why: { zh: '等待接班人签字；请接班人切换到自己的账户', en: 'waiting for the one who comes, who acts with an account of their own' }, same };
    return { act: () => accept(row), text, same, why: hub.why('handover.sign', row?.state) ?? (same ? null : { zh: '清单不一致，请交班人重新生成', en: 'the lists differ: the one who goes makes a new one' }) };
  }

  // --- drawing
  function draw() {
    const root = box();
    if (!root?.open) return;
    const held = root.querySelector('.handover-list')?.scrollTop ?? 0;
    root.replaceChildren(head(), tools(), body(), foot());
    root.querySelector('.handover-list').scrollTop = held;
  }
  function head() {
    const want = chosen(), { list } = state;
    const until = list ? hub.ms(list.until) : want.until ? hub.ms(want.until) : hub.now();
    const close = button({ zh: '关闭', en: 'Close' }, 'handover-quiet', () => box().close());
    return dom.make('header', '', dom.make('h2', '', say({ zh: '交接班：离岗期间的变化', en: 'What changed since you left' })),
      dom.make('span', 'handover-window', `${at(want.at)} – ${at(until)}`), button({ zh: '打印', en: 'Print' }, 'handover-quiet', () => window.print()), close);
  }
  function tools() {
    const current = chosen(), row = dom.make('div', 'handover-tools');
    choices().forEach((one, n) => {
      const node = button({ zh: `${one.zh} ${at(one.at)}`, en: `${one.en}${hub.lang === 'en' ? ` ${at(one.at)}` : ''}` }, `chip ${one.offer ? 'is-offer' : ''}`, () => { state.choice = one.id; load(); });
      node.prepend(dom.make('kbd', '', String(n + 1)));
      node.setAttribute('aria-pressed', one.id === current.id);
      row.append(node);
    });
    const shows = dom.make('div', 'handover-shows');
    for (const one of SHOWS) {
      const count = state.list?.lines.filter(one.is).length ?? 0;
      const node = button(one, 'chip', () => { state.show = one.id; draw(); });
      node.append(dom.make('b', one.id === 'late' && count ? 'late' : '', String(count)));
      node.setAttribute('aria-pressed', one.id === state.show);
      shows.append(node);
    }
    row.append(shows);
    return row;
  }
  function body() {
    const root = dom.make('div', 'handover-list');
    root.tabIndex = 0;
    if (state.error) root.append(say(state.error, 'handover-none late'));
    else if (!state.list) root.append(say({ zh: '正在从日志整理…', en: 'reading the log …' }, 'handover-none'));
    else {
      const is = SHOWS.find((one) => one.id === state.show).is, groups = new Map();
      for (const line of state.list.lines.filter(is)) {
        if (!groups.has(line.table)) groups.set(line.table, []);
        groups.get(line.table).push(line);
      }
      if (groups.size) root.append(dom.make('div', 'handover-line handover-heads', ...HEADS.map((one) => say(one))));
      for (const [table, lines] of groups) root.append(group(table, lines));
      if (!groups.size) root.append(say({ zh: '没有符合的变化', en: 'No such change' }, 'handover-none'));
      if (state.show === 'all') root.append(minor(state.list.minor));
    }
    return root;
  }
  function group(table, lines) {
    const late = lines.filter((line) => line.late).length, open = lines.filter((line) => line.open).length;
    const shown = state.all.has(table) ? lines : lines.slice(0, FIRST);
    const counts = [{ zh: `${lines.length} 项`, en: `${lines.length}` }];
    if (open) counts.push({ zh: `未结 ${open}`, en: `${open} open` });
    const title = dom.make('h3', '', say(titleOf(table)), say(join(counts, ' · '), 'handover-count'));
    if (late) title.append(say({ zh: `超时 ${late}`, en: `${late} late` }, 'late'));
    const node = dom.make('section', 'handover-group', title, ...shown.map(line));
    if (shown.length < lines.length) {
      node.append(button({ zh: `再列 ${lines.length - shown.length} 项`, en: `show ${lines.length - shown.length} more` }, 'handover-quiet handover-more', () => { state.all.add(table); draw(); }));
    }
    return node;
  }
  function line(one) {
    const own = one.table in OWN, link = dom.make('a', 'handover-title', say(one.title, 'two'));
    link.href = one.link;
    link.addEventListener('click', (event) => { if (go(one)) event.preventDefault(); });
    const road = dom.make('span', 'handover-road');
    if (!own) {
      const steps = [one.before, ...one.through, one.after].filter((name, i, all) => i === 0 || name !== all[i - 1]);
      const short = steps.length > 3 ? [steps[0], null, steps.at(-1)] : steps;
      short.forEach((name, i) => {
        if (i) road.append(dom.make('span', 'arrow', '→'));
        road.append(name === null ? dom.make('span', 'arrow', '…') : say(stateOf(one.table, name), i === short.length - 1 ? 'after' : ''));
      });
      road.title = steps.map((name) => hub.text(stateOf(one.table, name))).join(' → ');
    } else if (one.owner) road.append(say(who(one.owner)));
    const clock = hub.clockNode();
    clock.set(one.due_at ? hub.clockOf(NaN, one.due_at, hub.ms(state.list.until)) : { look: 'none' });
    clock.held = null;                                   // as it stood at the end of the window, so it does not count on
    const facts = dom.make('span', 'handover-who', one.actors.length ? say(join(one.actors.slice(0, 3).map(who), '、', ', ')) : '');
    if (one.actors.length > 3) facts.append(` +${one.actors.length - 3}`);
    const times = own || one.facts > 1 ? `${hub.clock(hub.ms(one.first)).slice(0, 5)}–${hub.clock(hub.ms(one.last)).slice(0, 5)}` : hub.clock(hub.ms(one.last)).slice(0, 5);
    const tags = dom.make('span', 'handover-tags', clock);
    const chased = hub.chaseWords(one);
    if (chased) tags.append(say(chased, 'chased-tag'));
    if (one.results.length) tags.append(say({ zh: one.results.map((r) => `${r.title.zh} ${hub.number(r.value)}${r.unit?.zh ?? ''}`).join(' · '), en: one.results.map((r) => `${r.title.en} ${hub.number(r.value)}${r.unit ? ` ${r.unit.en}` : ''}`).join(' · ') }, 'handover-reason'));
    else if (one.reason) tags.append(say(one.reason, 'handover-reason'));
    const urgency = one.priority ? dom.mark(one.priority) : dom.make('span');   // operations and tasks are not graded
    const node = dom.make('div', 'handover-line', urgency, dom.make('span', 'handover-id', own ? '' : one.id), link, road, tags, facts,
      dom.make('span', 'handover-facts', own ? '' : `${one.facts}`), dom.make('span', 'handover-times', times));
    dom.cls(node, 'is-late', one.late);
    dom.cls(node, 'is-ended', !one.open && !own);
    return node;
  }
  function minor(list) {
    const facts = list.reduce((sum, one) => sum + one.facts, 0);
    const fold = dom.make('details', 'handover-minor', dom.make('summary', '', say({ zh: `其余 ${hub.number(facts)} 条记录未改变状态，按表计数`, en: `${hub.number(facts)} more facts changed no state; counted by table` })));
    for (const one of list) {
      const link = dom.make('a', '', say(titleOf(one.table)));
      link.href = one.link;
      // a centre's verbs are its own: the hub's words for them would be wrong
      const known = Object.entries(one.link.startsWith('/centre/') ? {} : one.types).map(([type, n]) => [hub.desk.verb(one.table, type.split('.').at(-2)), hub.number(n)]).filter(([word]) => word);
      const types = { zh: known.map(([word, n]) => `${word.zh} ${n}`).join(' · '), en: known.map(([word, n]) => `${word.en} ${n}`).join(' · ') };
      fold.append(dom.make('div', 'handover-minor-line', link, say({ zh: `${hub.number(one.facts)} 条 · ${hub.number(one.things)} 个对象`, en: `${hub.number(one.facts)} facts on ${hub.number(one.things)} ${one.things === 1 ? 'item' : 'items'}` }), say(types)));
    }
    fold.open = state.unfolded;
    fold.addEventListener('toggle', () => { state.unfolded = fold.open; });
    return fold;
  }
  function foot() {
    const { list, said } = state, want = chosen(), row = want.offer ? hub.table('handovers').get(want.offer.id) : null, way = signing();
    const codes = dom.make('div', 'handover-codes');
    if (list) {
      codes.append(say({ zh: `${list.lines.length} 项变化 · ${hub.number(list.facts)} 条记录`, en: `${list.lines.length} lines · ${hub.number(list.facts)} facts` }),
        code({ zh: '清单码', en: 'list' }, list.digest.slice(0, SHORT)));
      if (list.anchor) codes.append(code({ zh: `审计锚 ${list.anchor.seq}`, en: `audit anchor ${list.anchor.seq}` }, list.anchor.code));
      if (row) codes.append(code({ zh: '交班签名', en: 'signed by the one who goes' }, row.digest.slice(0, SHORT), row.digest === list.digest ? 'same' : 'differs'));
    }
    const signed = dom.make('div', 'handover-signed');
    if (row) {
      signed.append(say({ zh: `交班 ${who(row.out_by).zh} ${at(hub.ms(row.out_at))}`, en: `goes: ${who(row.out_by).en} ${at(hub.ms(row.out_at))}` }));
      if (way?.same != null) signed.append(say(way.same ? { zh: '✓ 与交班清单一致', en: '✓ the same list' } : { zh: '✕ 与交班清单不一致', en: '✕ not the same list' }, way.same ? 'after' : 'late'));
    }
    const last = handovers().find((one) => one.state === 'signed');
    if (last && !row) signed.append(say({ zh: `上次交接 ${who(last.out_by).zh} → ${who(last.in_by).zh} ${at(hub.ms(last.in_at))}`, en: `last: ${who(last.out_by).en} → ${who(last.in_by).en} ${at(hub.ms(last.in_at))}` }));
    if (said) signed.append(say(said, `handover-said ${said.look === 'no' ? 'late' : 'after'}`));
    const node = dom.make('footer', '', codes, signed);
    if (way && !(said?.look === 'done')) {
      const press = button(way.text, 'handover-sign', way.act ?? (() => {}));
      press.append(dom.make('kbd', '', 'Ctrl ⏎'));
      press.disabled = Boolean(way.why) || state.busy;
      if (way.why) node.append(say(way.why, 'handover-why'));
      node.append(press);
    }
    return node;
  }
  const code = (title, value, cls = '') => dom.make('span', `handover-code ${cls}`, say(title), dom.make('code', '', value));

  // A line's own place: on this desk when it is open here; the tasks and operations of what is open lead to it.
  function go(one) {
    let { table, id } = one;
    if (table === 'tasks') [table, id] = ['operations', hub.table('tasks').get(id)?.operation];
    if (table === 'operations') {
      const row = hub.table('operations').get(id);
      [table, id] = row?.clue ? ['clues', row.clue] : ['incidents', row?.incident];
    }
    if (!hub.desk?.here() || !['clues', 'incidents'].includes(table) || !id) return false;
    box().close();
    hub.desk.find(table, id);
    return true;
  }

  // --- the way in
  function show() {
    let root = box();
    if (!root) {
      root = dom.make('dialog', 'handover');
      root.id = ID;
      root.setAttribute('aria-label', '交接班 Shift hand-over');
      document.getElementById('desk').append(root);
    }
    if (root.open) return;
    root.showModal();
    state.choice = offers().find((row) => row.out_by !== hub.acting?.id)?.id ?? null;
    state.show = 'all';
    state.offered = null;
    load();
  }
  function ours() {
    if (!here() || document.getElementById('desk-handover')) return;
    const bar = document.querySelector('#top .desk-acts, .desk-acts');
    if (!bar) return;
    const node = button({ zh: '交接班', en: 'Hand-over' }, 'chip handover-open', show);
    node.id = 'desk-handover';
    node.append(dom.make('kbd', '', 'H'), dom.make('b', 'late'));
    node.dataset.own = '';
    bar.prepend(node);
  }
  const typing = (node) => Boolean(node?.closest?.('input, textarea, select, [contenteditable], .ag-cell-inline-editing'));
  window.addEventListener('keydown', (event) => {
    if (!here() || event.isComposing) return;
    if (box()?.open) {
      event.stopPropagation();                          // the desk's keys rest meanwhile
      if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
        const way = signing();
        event.preventDefault();
        if (way?.act && !way.why && state.said?.look !== 'done') way.act();
      } else if (/^[1-9]$/.test(event.key) && choices()[event.key - 1]) {
        state.choice = choices()[event.key - 1].id;
        load();
      } else if (event.key.toLowerCase() === 'h' && !event.ctrlKey) box().close();
      return;
    }
    if (event.key.toLowerCase() !== 'h' || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector('dialog[open]') || event.target.closest?.('#desk-list-grid .is-draft')) return;
    event.preventDefault();
    event.stopPropagation();
    show();
  }, true);
  document.addEventListener('click', (event) => { if (event.target.closest?.('#desk-handover:not([data-own])')) show(); });
  hub.on('desk-handover', show);
  hub.on('rows', ({ table }) => { if (table === 'handovers') draw(); });
  for (const event of ['lang', 'acting', 'road']) hub.on(event, draw);
  hub.on('tick', () => {
    ours();
    again();
    const waits = offers().filter((row) => row.out_by !== hub.acting?.id).length, badge = document.querySelector('#desk-handover[data-own] > b');
    if (badge) dom.text(badge, waits ? String(waits) : '');
  });
})();
