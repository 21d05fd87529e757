// Runs in every frame of the page under test: notes when state that includes event k is on the screen for the first time.
// An event says its number as "#k#" in a text. __watch(lane, selector) begins; __seen is {lane: {k: epoch ms}}.
(() => {
  'use strict';
  const now = () => performance.timeOrigin + performance.now();
  const all = window.__seen = {};
  let inFrame = false, looping = false;
  const after = (done) => {              // once the compositor has the frame
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  };
  const painted = (done) => (inFrame ? after(done) : requestAnimationFrame(() => after(done)));
  const frame = () => {
    inFrame = true;
    after(() => { inFrame = false; });
    requestAnimationFrame(frame);
  };
  window.__watch = (lane, selector) => {
    const target = document.querySelector(selector), seen = all[lane] = {};
    let newest = '';
    if (!looping) { looping = true; requestAnimationFrame(frame); }
    new MutationObserver(() => {
      const found = /#(\d+)#/.exec(target.textContent)?.[1];
      if (!found || found === newest) return;
      newest = found;
      painted(() => { seen[found] ??= now(); });
    }).observe(target, { childList: true, subtree: true, characterData: true });
  };
  const shown = (node, top) => {         // what is out of sight is not painted
    node.style.cssText = `position:fixed;left:0;top:${top}px;width:160px;height:40px;z-index:9;background:#fff;color:#000`;
    document.body.append(node);
  };
  window.__bare = (address) => {
    const node = document.createElement('div');
    node.id = 'bare';
    shown(node, 0);
    new WebSocket(address).onmessage = ({ data }) => { node.textContent = data; };
    window.__watch('limit', '#bare');
  };
  window.__frame = (address) => {
    const node = document.createElement('iframe');
    node.src = address;
    shown(node, 40);
  };
})();
