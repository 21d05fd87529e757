// What a unit does about a task or a call: the buttons that the rules allow now, and what happens without a press.
//
//   hub.fieldGive(table, row, command, data, more) into the outbox     hub.fieldActions(bar, table, row) the buttons
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, field = hub.field;
  const STEPS = [0.25, 0.5, 0.75, 1];
  hub.moveTitle = (table, command) => hub.machine(table)?.moves.find((move) => move.command === command)?.title ?? { zh: '', en: '' };

  // --- acting: what is allowed now comes from the rules; the page only knows how large each button is
  const give = (table, row, type, data = {}, more = {}) => {
    const title = hub.moveTitle(table, type);
    const share = data.progress != null ? ` ${Math.round(data.progress * 100)}%` : '';
    const held = hub.table(table).get(row.id), subject = held ? held.title ?? hub.kind(held.kind) : null;
    return hub.outbox.put({ type, data: { id: row.id, ...data }, table, id: row.id, unit: field.unit, subject,
      title: { zh: title.zh + share, en: title.en + share }, ...more });
  };
  hub.fieldGive = give;
  // A press that is answered by the next picture of the page: two quick taps are one.
  const TAP_MS = 400, tapped = new Set();
  function tap(table, row, type, data) {
    const what = `${type} ${row.id}`;
    if (tapped.has(what)) return;
    tapped.add(what);
    setTimeout(() => tapped.delete(what), TAP_MS);
    give(table, row, type, data).catch((error) => console.error('field', error));   // the outbox says it on the page
  }
  const FORMS = new Set(['task.refuse', 'task.finish', 'incident.divert']);
  const LOOKS = { 'task.refuse': 'is-no', 'incident.divert': '' };
  const LABELS = { 'incident.divert': { zh: '非警务→12345', en: 'Not police → 12345' } };
  const FIRST = ['task.accept', 'task.execute', 'task.finish', 'incident.arrive'];
  const SHOWN = new Set([...FIRST, 'task.refuse', 'incident.divert']);

  hub.fieldActions = function actions(bar, table, row) {
    const moves = hub.moves(table, row.state, 'unit');
    const first = FIRST.find((command) => moves.some((move) => move.command === command));
    const buttons = moves.filter((move) => SHOWN.has(move.command)).sort((a, b) => (a.command === first) - (b.command === first));
    const items = [];
    if (moves.some((move) => move.command === 'task.progress')) items.push({ id: 'progress' });
    if (buttons.length) items.push({ id: `row ${buttons.map((move) => move.command).join()}`, buttons });
    dom.keyed(bar, items, (item) => item.id, (item) => (item.buttons ? buttonRow(table, row, item.buttons, first) : progressRow(table)),
      (node, item) => { node.row = row; if (!item.buttons) fillProgress(node, row); });
  };
  function buttonRow(table, row, moves, first) {
    const node = dom.make('div', 'f-row');
    node.row = row;
    node.append(...moves.map((move) => hub.button(move.command === first ? 'is-first' : LOOKS[move.command] ?? '', LABELS[move.command] ?? move.title, () => {
      if (FORMS.has(move.command)) hub.fieldForms[move.command](node.row.id);
      else tap(table, node.row, move.command);
    })));
    for (const [i, move] of moves.entries()) node.children[i].dataset.command = move.command;
    return node;
  }
  function progressRow(table) {
    const node = dom.make('div', 'f-row f-progress');
    for (const share of STEPS) {
      const button = dom.make('button', 'f-button f-step', `${share * 100}%`);
      button.type = 'button';
      button.dataset.progress = share;
      button.addEventListener('click', () => tap(table, node.row, 'task.progress', { progress: share }));
      node.append(button);
    }
    return node;
  }
  function fillProgress(node, row) {
    for (const button of node.children) {
      const share = Number(button.dataset.progress);
      button.disabled = share <= (row.progress ?? 0);
      dom.cls(button, 'is-done', share <= (row.progress ?? 0));
    }
  }

  // --- what happens without a press: a task that reached the device was delivered, one that was opened was seen
  let tail = Promise.resolve();
  const begun = new Set();
  function quietly(row, type) {
    const key = `${type.split('.')[1]}:${row.id}`;
    if (!hub.outbox.ready || begun.has(key) || !hub.moves('tasks', row.state, 'unit').some((move) => move.command === type)) return;
    begun.add(key);
    tail = tail.then(() => give('tasks', row, type, {}, { key, quiet: true })).catch((error) => { begun.delete(key); console.error('field', error); });
  }
  field.seen = (row) => {
    if (document.hidden) return;
    quietly(row, 'task.deliver');      // what is seen was delivered first, whichever came to the page's notice first
    quietly(row, 'task.see');
  };
  hub.on('outbox', () => deliver());
  hub.on('told', () => deliver());
  function deliver() { if (hub.road && field.unit) for (const row of field.tasks()) quietly(row, 'task.deliver'); }
})();
