// The desk's keys: what each does in which pane, the line of keys at the foot, and the page of all keys.
(() => {
  'use strict';
  const hub = window.hub, dom = hub.dom, desk = hub.desk;
  const PANES = ['desk-queue', 'desk-item', 'desk-list'];
  const HINTS = {
    'desk-queue': [['↑↓', '选择', 'select'], ['⏎', '打开', 'open'], ['/', '检索', 'search'], ['V', '换筛选', 'filter'], ['N', '新建线索', 'new clue']],
    'desk-item': [['G T O …', '办理', 'act'], ['1', '待办', 'queue'], ['3', '清单', 'list'], ['N', '新建线索', 'new clue']],
    'desk-list': [['Tab', '下一格', 'next cell'], ['⏎', '下一行', 'next row'], ['Ctrl ⏎', '下发', 'issue'], ['Ctrl Del', '删行', 'delete line'], ['Alt E', '推荐', 'recommend'], ['Esc', '离开表格', 'leave the table']],
  };
  const ALL = [
    { title: { zh: '到处', en: 'Everywhere' }, keys: [['1 2 3', '待办、事项、清单', 'queue, item, list'], ['/', '检索', 'search'], ['?', '本页', 'this page'], ['Esc', '关闭、返回', 'close, back'], ['N', '新建线索', 'report a clue'], ['Ctrl ⏎', '发送表单或下发清单', 'send the form, issue the list'], ['H', '交接班', 'hand over the shift']] },
    { title: { zh: '待办', en: 'Queue' }, keys: [['↑ ↓', '选择', 'select'], ['⏎', '打开', 'open'], ['V', '换一个筛选', 'next filter']] },
    { title: { zh: '线索', en: 'Clue' }, keys: [['G', '研判、定级', 'triage, grade'], ['T', '移交', 'transfer'], ['R', '撤回移交', 'recall'], ['C', '督办', 'chase'], ['M', '并案', 'merge'], ['L', '关联', 'link'], ['O', '发起集群作战', 'start an operation'], ['J', '并入集群作战', 'join an operation'], ['X', '办结', 'close'], ['S B F', '签收、退回、反馈（中心）', 'sign for, return, feed back (centre)']] },
    { title: { zh: '警情', en: 'Call' }, keys: [['U', '派警', 'dispatch'], ['D', '分流 12345', 'divert to 12345'], ['O', '发起集群作战', 'start an operation'], ['C', '督办分流', 'chase'], ['R', '重开', 'reopen'], ['X', '办结', 'close']] },
    { title: { zh: '任务清单', en: 'Task list' }, keys: [['Tab', '下一格', 'next cell'], ['⏎', '下一行', 'next row'], ['15:30 · +45m', '时限写法', 'how to write a time'], ['E', '推荐，再按采纳', 'recommend, again to take'], ['空格 Space', '采纳此行推荐', 'take this proposal'], ['Ctrl Del', '删行', 'delete the line'], ['C A X', '督办、改派、取消任务', 'chase, reassign, cancel a task'], ['F', '结束作战', 'end the operation'], ['P', '打印清单', 'print the list'], ['Alt + 键', '在表格中也有效', 'works inside the table']] },
  ];
  let pane = 'desk-queue';

  const typing = (node) => Boolean(node?.closest?.('input, textarea, select, .ag-cell-inline-editing'));
  const inDraft = (node) => Boolean(node?.closest?.('#desk-list-grid .ag-row.is-draft'));
  const go = (name) => {
    pane = name;
    if (name === 'desk-queue') desk.queue.focus();
    else if (name === 'desk-list') desk.list.focus();
    else document.getElementById(name)?.focus();
  };
  document.addEventListener('focusin', (event) => {
    const held = event.target.closest?.('.panel');
    if (!held || !PANES.includes(held.id) || pane === held.id) return;
    if (held.id !== 'desk-queue') desk.api('desk-queue-grid')?.clearFocusedCell();   // or the table takes the focus back when it is drawn
    pane = held.id;
    keys();
  });

  document.addEventListener('keydown', (event) => {
    if (!desk.here() || event.isComposing || event.defaultPrevented && event.key !== 'Enter') return;
    const { key } = event, low = key.toLowerCase();
    const help = document.getElementById('desk-help');
    if (help) { if (key === 'Escape' || key === '?') { help.remove(); event.preventDefault(); } return; }
    if (key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      if (event.target.closest?.('.desk-form')) return;              // the form's own
      event.preventDefault();
      event.stopPropagation();
      desk.list.issue();
      return;
    }
    if (key === 'Escape' && !typing(event.target)) {
      if (desk.shut(document.getElementById('desk-act'), true) || desk.shut(document.getElementById('desk-list-act'), true)) return;
      if (event.target.closest?.('.ag-root')) event.target.closest('.panel').focus();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey ? typing(event.target) && !/^[a-z]$/.test(low) : typing(event.target) || inDraft(event.target) && (key.length === 1)) return;
    if (run(low, key, event)) { event.preventDefault(); event.stopPropagation(); }
  }, true);

  function run(low, key, event) {
    if (key === '?') return show();
    if (key === '/') { document.getElementById('desk-search')?.focus(); return true; }
    // before anything has been clicked the arrows and Enter are the queue's, as the foot says
    if (/^(ArrowDown|ArrowUp|Enter)$/.test(key) && pane === 'desk-queue' && !event.target.closest?.('.ag-root, button, a, [tabindex="0"]')) { go('desk-queue'); return true; }
    if (/^[123]$/.test(key)) { go(PANES[key - 1]); return true; }
    if (low === 'v') { desk.queue.next(); return true; }
    if (low === 'n') { desk.report(); return true; }
    if (!/^[a-z]$/.test(low)) return false;
    if (event.altKey) desk.api('desk-list-grid')?.stopEditing();
    const own = document.getElementById(pane === 'desk-list' ? 'desk-list-act' : 'desk-act');
    const other = document.getElementById(pane === 'desk-list' ? 'desk-act' : 'desk-list-act');
    return desk.press(own, low) || desk.press(other, low);
  }
  function show() {
    const groups = ALL.map((group) => dom.make('section', '', desk.word(group.title, 'desk-form-title'), ...group.keys.map(([key, zh, en]) => dom.make('div', 'desk-key', dom.make('kbd', '', key), desk.word({ zh, en })))));
    const box = dom.make('div', 'desk-help', dom.make('div', 'sheet', ...groups));
    box.id = 'desk-help';
    box.setAttribute('role', 'dialog');
    box.addEventListener('click', () => box.remove());
    document.getElementById('desk').append(box);
    return true;
  }

  // --- the foot: keys of the pane one is in, the connection, silent centres
  function keys() {
    const box = document.getElementById('desk-keys');
    if (!box) return;
    const list = [...HINTS[pane], ['?', '全部快捷键', 'all keys']].map(([key, zh, en]) => ({ key, zh, en }));
    dom.keyed(box, list, (one) => `${one.key}${one.zh}`, (one) => {
      const words = dom.words();
      return Object.assign(dom.make('span', 'desk-key', dom.make('kbd', '', one.key), words), { words });
    }, (node, one) => node.words.set(one));
    for (const name of PANES) dom.cls(document.getElementById(name), 'has-keys', name === pane);
  }
  function link() {
    const box = document.getElementById('desk-link');
    if (!box) return;
    const rows = [...hub.table('centres').values()];
    const silent = rows.filter((row) => ['stale', 'lost'].includes(hub.worse(row.state ?? 'fresh', hub.look(hub.ms(row.last_at), row.expected_s))));
    const items = silent.map((row) => ({ id: row.id, cls: 'more', zh: `${row.title.zh} 无数据 ${hub.span(hub.age(hub.ms(row.last_at)))}`, en: `${row.title.en}: no data` }));
    if (!items.length && rows.length) items.push({ id: 'all', cls: '', zh: `${rows.length} 个中心在线`, en: `${rows.length} centres online` });
    const open = !hub.isSilent();
    items.push({ id: 'link', cls: open ? '' : 'more', ...(open ? { zh: '已连接', en: 'connected' } : { zh: `中心失联 ${Math.floor(hub.silent())} s`, en: 'hub silent' }) });
    dom.keyed(box, items, (item) => item.id, (item) => dom.words(item.cls), (node, item) => { node.set(item); dom.cls(node, 'more', item.cls === 'more'); });
  }
  hub.on('tick', () => { if (desk.here()) { keys(); link(); } });
})();
