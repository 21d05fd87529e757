// Puts the live map into the page's map box once plotly has drawn it. Drawing is hub.map's.
(() => {
  'use strict';
  const hub = window.hub;
  let mounted = null;

  const layersOf = (name) => hub.spec.layers.filter((layer) => layer.centre === name).map((layer) => layer.table);
  hub.on('tick', () => {
    const box = document.getElementById('map');
    const gd = box?.querySelector('.js-plotly-plot');
    if (!gd?._fullLayout?.map || !hub.map || !hub.spec) return;
    if (gd === mounted) return;
    mounted = gd;
    const centre = box.dataset.centre;
    hub.map.mount(gd, centre ? { layers: layersOf(centre) } : {});
  });
})();
