/* A page that follows what it shows (after follow.js): puts in place what differs. */
"use strict";
{
  const main = document.querySelector("main[data-live]");
  // What the reader, or another script, has done to the page is not undone.
  const KEPT = new Set(["open", "title", "aria-keyshortcuts", "data-done"]);
  const nameOf = (node) => node.id || undefined;
  const merge = (node, fresh) => {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== fresh.data) node.data = fresh.data;
      return;
    }
    const counts = node.matches("time[data-relative]") && node.dateTime === fresh.dateTime;
    for (const { name, value } of fresh.attributes) {
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
    for (const { name } of [...node.attributes]) {
      if (!fresh.hasAttribute(name) && !KEPT.has(name)) node.removeAttribute(name);
    }
    if (!counts && !node.hasAttribute("data-done")) mergeChildren(node, fresh);
  };
  const mergeChildren = (parent, fresh) => {
    const named = new Map([...parent.children].filter(nameOf).map((one) => [one.id, one]));
    let next = parent.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      let node = named.get(nameOf(wanted));
      if (!node && next && next.nodeName === wanted.nodeName && !nameOf(next) && !nameOf(wanted)) node = next;
      if (node?.nodeName === wanted.nodeName) {
        if (node === next) next = next.nextSibling;
        else parent.insertBefore(node, next);
        merge(node, wanted);
      } else {
        parent.insertBefore(wanted, next);
      }
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  };

  const take = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    const part = document.getElementById("live");
    const [was, is] = [part.dataset.says, fresh.dataset.says];
    const focused = document.activeElement;
    merge(part, fresh);
    if (focused && !focused.isConnected) main.focus({ preventScroll: true });
    if (part.dataset.status) main.dataset.status = part.dataset.status;
    if (part.dataset.title) document.title = part.dataset.title;
    if (part.dataset.ended !== undefined) return part.dataset.ended;
    if (is && is !== was) say(`Live: ${is}`);
    else document.dispatchEvent(new CustomEvent("framewarden:changed"));
  };

  const { say } = follow({
    said: document.querySelector("[data-live-said]"),
    address: main.dataset.live,
    etag: main.dataset.etag,
    every: Number(main.dataset.every) || 1000,
    take,
  });
}
