// Cells of the table: how values are written. The values themselves come from the server.
(() => {
  'use strict';
  const hub = window.hub;
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
  components.HubMark = ({ value }) => make('span', { className: 'mark', 'data-priority': value ?? 'none' }, make('b', null, value ?? '?'));

  let beat = 0;
  hub.on('tick', () => {
    if (++beat % 4 || !document.querySelector('.grid .age-cell')) return;
    const api = window.dash_ag_grid?.getApi?.('grid');
    if (!api) return;
    const ages = api.getColumns()?.filter((column) => String(column.getColDef().cellClass).includes('age-cell')) ?? [];
    api.refreshCells({ columns: ages, force: true });
  });
})();
