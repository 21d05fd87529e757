// Puts the live map into the page's map box and keeps its base map in the page's language. Drawing is hub.map's.
(() => {
  'use strict';
  const hub = window.hub;
  let mounted = null;

  const layersOf = (name) => hub.spec.layers.filter((layer) => layer.centre === name).map((layer) => layer.table);
  const style = (gd) => {
    const wanted = `/basemap/style.json?lang=${hub.lang}`;
    if (gd._fullLayout.map.style !== wanted) window.Plotly.relayout(gd, { 'map.style': wanted });
  };
  hub.on('tick', () => {
    const box = document.getElementById('map');
    const gd = box?.querySelector('.js-plotly-plot');
    if (!gd?._fullLayout?.map || !hub.map || !hub.spec) return;
    if (gd === mounted) return;
    mounted = gd;
    const centre = box.dataset.centre;
    hub.map.mount(gd, centre ? { layers: layersOf(centre) } : {});
    style(gd);
  });
  hub.on('lang', () => { if (mounted?.isConnected) style(mounted); });
})();
