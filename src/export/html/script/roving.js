// A list is one stop of the tab key: the arrows go from one to the next in it,
// Home and End to its ends.

function rove(list, selector = "button, a") {
  list.dataset.roving = "on";
  const items = () => [...list.querySelectorAll(selector)].filter((item) => !item.closest("[hidden]"));
  const stop = (item) => {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
  };
  stop(items()[0]);
  list.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (item && list.contains(item)) stop(item);
  });
  list.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    const to = {
      ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1,
      Home: 0, End: all.length - 1,
    }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  });
}
