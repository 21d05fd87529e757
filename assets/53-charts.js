// How much room each chart has on a centre's page, told to the server: it then says as many names as can be read.
(() => {
  'use strict';
  const hub = window.hub;
  const STEP = 8;                      // px: smaller changes are not worth another figure
  let told = '';

  hub.on('tick', () => {
    const box = document.getElementById('charts');
    if (!box) { told = ''; return; }
    const sizes = {};
    for (const panel of box.querySelectorAll('[data-chart]')) {
      const chart = panel.querySelector('.chart');
      if (!chart?.clientHeight) return;
      sizes[panel.dataset.chart] = [chart.clientWidth, chart.clientHeight].map((px) => Math.floor(px / STEP) * STEP);
    }
    const said = `${document.getElementById('centre')?.dataset.centre} ${JSON.stringify(sizes)}`;
    if (said === told) return;
    told = said;
    window.dash_clientside.set_props('chart-boxes', { data: sizes });
  });
})();
