/* A page that follows what it shows: asks for its changing part, and puts in place what differs. */
"use strict";
{
  const main = document.querySelector("main[data-live]");
  const said = document.querySelector("[data-live-said]");
  // Milliseconds: between two looks; at most, after failures; and until a look has failed.
  const EVERY = Number(main.dataset.every) || 1000, LONGEST = 10000, PATIENCE = 8000;
  let etag = main.dataset.etag, failures = 0, answered = Date.now(), ended = false, asking = false, live = false, timer;

  const changed = () => document.dispatchEvent(new CustomEvent("framewarden:changed"));
  // The text is read aloud; how long ago it was is for the eyes, and goes on counting.
  const say = (text, moment) => {
    said.replaceChildren(text);
    if (moment) {
      const time = document.createElement("time");
      time.dateTime = new Date(moment).toISOString();
      time.dataset.relative = "here";
      time.ariaHidden = "true";
      said.append(" ", time);
    }
    said.classList.toggle("on", live && !failures);
    said.classList.toggle("stale", failures > 0);
    changed();
  };

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
    ended = part.dataset.ended !== undefined;
    if (ended) live = false;
    if (ended || (is && is !== was)) say(ended ? part.dataset.ended : `Live: ${is}`);
    else changed();
  };
  const ask = async () => {
    const answer = await fetch(main.dataset.live, {
      headers: etag ? { "If-None-Match": etag } : {},
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return over();
    if (answer.status !== 304 && !answer.ok) throw new Error(`answered ${answer.status}`);
    const again = failures || !live;
    live = true;
    failures = 0;
    answered = Date.now();
    main.classList.remove("stale");
    if (again) say("Live");
    if (answer.status === 304) return;
    take(await answer.text());
    etag = answer.headers.get("ETag") ?? "";
  };
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden || asking || ended) return;
    asking = true;
    try {
      await ask();
    } catch {
      failures += 1;
      main.classList.add("stale");
      if (failures === 1) say("Not live: the desk last answered", answered);
    }
    asking = false;
    timer = setTimeout(look, Math.min(EVERY * 2 ** failures, LONGEST));
  };
  const over = () => {
    ended = true;
    failures = 1;
    main.classList.add("stale");
    say("Not live: your session has ended.");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Sign in again";
    said.append(" ", link);
  };

  document.addEventListener("visibilitychange", look);
  look();
}
