// What the recommendation says of the draft: a unit or a drone for each line that wants one, how far, how soon, how old
// its position is; and what is short or left bare. A person takes it or gives the line to somebody else.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk, draft = desk.draft, list = desk.list;

  list.propose = async () => {
    const row = desk.row(), subject = desk.open;
    const wants = draft.filled().filter((line) => (line.units?.length || line.drone) && !line.who?.id);
    const field = subject.table === 'clues' ? 'clue' : 'incident', used = new Set(draft.filled().map((line) => line.who?.id).filter(Boolean));
    const kinds = new Map();
    for (const line of wants) { const key = line.drone ? 'drone' : [...line.units].sort().join(); kinds.set(key, [...kinds.get(key) ?? [], line]); }
    if (!kinds.size) kinds.set('', []);
    const box = document.getElementById('desk-list-act');
    desk.told(box, { zh: '正在推荐…', en: 'asking for a proposal…' }, 'is-sent');
    const shorts = [];
    for (const [key, lines] of kinds) {
      // who stands on this list already is free as far as the hub knows: so many more are asked for
      const taken = [...used].filter((id) => hub.table(key === 'drone' ? 'drones' : 'units').has(id)).length;
      const told = await ask(box, field, row.id, key, lines.length + taken);
      if (!told || desk.open !== subject) return;
      const choices = [...onIt(told, key), ...told.choices].filter((choice) => !used.has(choice.id) && (key !== 'drone' || choice.of === 'drones'));
      if (!key) addLines(told, choices);
      const missing = lines.slice(choices.length), why = missing.length ? await lack(box, field, row.id, key, lines.length, missing.length, told) : null;
      lines.forEach((line, i) => {
        if (choices[i]) { used.add(choices[i].id); Object.assign(line, { choice: choices[i], proposal: choices[i].there ? null : told.id, short: null }); } else line.short = why;
      });
      if (why) shorts.push(why);
      list.cover = told.cover;
    }
    draft.changed();
    document.querySelector('#desk-list-act > .desk-told')?.remove();
    list.short(shorts);
    list.draw(true);
  };
  // Who is on the call already is not proposed again, but is the first to be given a task there; each one task of a list.
  function onIt(told, key) {
    const kinds = key.split(','), operation = list.operation()?.id;
    const busy = new Set([...hub.table('tasks').values()].filter((task) => operation && task.operation === operation && !desk.ended('tasks', task.state)).map((task) => task.assignee_id));
    return told.rejected.filter((one) => key && one.code === 'already_there' && !busy.has(one.id) && (key === 'drone' ? one.of === 'drones' : kinds.includes(one.kind))).map((one) => ({ ...one, there: true }));
  }
  async function ask(box, field, id, key, count) {
    const query = new URLSearchParams({ [field]: id });
    if (key === 'drone') query.set('drones', Math.min(10, count));
    else if (key) { query.set('units', key); query.set('count', Math.min(50, count)); query.set('drones', 0); }
    try {
      const answer = await fetch(`/api/v1/recommendation?${query}`), told = await answer.json();
      if (answer.ok) return told;
      desk.told(box, told.reason ?? { zh: `无法推荐 ${answer.status}`, en: `no proposal: ${answer.status}` }, 'is-refused');
    } catch (error) {
      console.warn('desk: no proposal', error);
      desk.told(box, { zh: '推荐无应答，请再试', en: 'no answer; try again' }, 'is-refused');
    }
    return null;
  }
  // Why a line finds nobody, counted for what is really wanted.
  async function lack(box, field, id, key, wanted, missing, told) {
    const exact = await ask(box, field, id, key, wanted) ?? told, reason = exact.shortfalls.find((one) => one.missing === missing)?.reason;
    return reason ?? { zh: `缺 ${missing}：其余已在本清单中`, en: `${missing} missing: the others are on this list` };
  }
  function addLines(told, choices) {
    const at = draft.held.lines.findIndex(list.blank), lines = choices.map((choice) => {
      const need = told.lines[choice.line ?? 0];
      return draft.line({ title: choice.of === 'drones' ? { zh: '空中侦察', en: 'Aerial view' } : need?.title ?? null, group: choice.of === 'drones' ? { zh: '无人机', en: 'Drones' } : hub.label('unit_kind', choice.kind), due: '+30m', choice, proposal: told.id, who: { id: choice.id, text: { zh: choice.call_sign, en: choice.call_sign } } });
    });
    draft.held.lines.splice(at < 0 ? draft.held.lines.length : at, 0, ...lines);
  }
  list.untaken = () => draft.filled().filter((line) => line.choice && line.who?.id !== line.choice.id);
  list.take = (lines) => {
    for (const line of lines) line.who = { id: line.choice.id, text: { zh: line.choice.call_sign, en: line.choice.call_sign } };
    draft.changed();
    list.draw(true);
  };
  list.short = (reasons) => {
    const box = document.getElementById('desk-short');
    if (!box) return;
    const bare = (list.cover ?? []).filter((cover) => cover.after != null && cover.after < cover.before)
      .map((cover) => ({ zh: `派出后覆盖 ${hub.number(cover.before, 'percent')} → ${hub.number(cover.after, 'percent')}${cover.bare.length ? `，空出 ${cover.bare.slice(0, 2).map((text) => text.zh).join('、')}` : ''}`, en: `cover ${hub.number(cover.before, 'percent')} → ${hub.number(cover.after, 'percent')}${cover.bare.length ? `, leaves ${cover.bare.slice(0, 2).map((text) => text.en).join(', ')}` : ''}` }));
    const said = [...new Map(reasons.map((text) => [text.zh, text])).values()];
    const items = [...said.map((text) => ({ zh: `缺口：${text.zh}`, en: `shortfall: ${text.en}` })), ...bare].slice(0, 3);
    dom.keyed(box, items.map((item, i) => ({ ...item, id: i })), (item) => item.id, () => dom.words('late two'), (node, item) => node.set(item));
  };
})();
