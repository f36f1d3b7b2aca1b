/* The queue (after follow.js): cards are put in place while somebody looks; keys move between them. */
"use strict";
{
  const main = document.querySelector("main[data-page=queue]");
  const list = document.getElementById("cards");
  const cards = () => [...list.children];
  const nameOf = (part) => part.dataset.review ?? part.classList[0] ?? part.localName;
  const number = (tab) => document.querySelector(`#tabs .count[data-severity=${tab}]`)?.textContent;

  /* ---- following: elements stay what they are, so focus, scroll and pictures stay too ---- */
  const meaning = (part) => {
    const copy = part.cloneNode(true);
    for (const time of copy.querySelectorAll("time")) time.textContent = time.dateTime;
    return copy.textContent + [...copy.querySelectorAll("a")].map((link) => link.getAttribute("href"));
  };
  const settle = (parent, wanted, merge) => {
    const old = new Map([...parent.children].map((child) => [nameOf(child), child]));
    const names = new Set(wanted.map(nameOf));
    for (const [name, child] of old) if (!names.has(name)) child.remove();
    let next = parent.firstElementChild;
    for (const fresh of wanted) {
      const child = old.get(nameOf(fresh));
      if (child) merge(child, fresh);
      if (child && child === next) next = next.nextElementSibling;
      else parent.insertBefore(child ?? fresh, next);
    }
  };
  const mergePart = (part, fresh) => {
    if (part.localName === "img") {
      if (part.getAttribute("src") !== fresh.getAttribute("src")) part.src = fresh.getAttribute("src");
    } else if (meaning(part) !== meaning(fresh)) {
      part.className = fresh.className;
      part.replaceChildren(...fresh.childNodes);
    }
  };
  const mergeCard = (card, fresh) => {
    const [nonce, renewed] = [card, fresh].map((one) => one.querySelector("[name=nonce]"));
    if (nonce && renewed) nonce.value = renewed.value;
    if (card.dataset.mark === fresh.dataset.mark) return;
    const kept = ["current", "new"].filter((name) => card.classList.contains(name));
    card.className = fresh.className;
    card.classList.add(...kept);
    Object.assign(card.dataset, { ...fresh.dataset });
    settle(card, [...fresh.children], mergePart);
  };

  const take = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    const known = new Set(cards().map(nameOf));
    const focused = document.activeElement;
    const card = focused?.closest?.(".card");
    const at = cards().indexOf(card);
    settle(list, [...fresh.querySelector("#cards").children], mergeCard);
    for (const part of ["shown", "foot"]) mergePart(document.getElementById(part), fresh.querySelector(`#${part}`));
    for (const count of fresh.querySelectorAll(".count")) {
      mergePart(document.querySelector(`#tabs .count[data-severity=${count.dataset.severity}]`), count);
    }
    document.getElementById("live").dataset.now = fresh.dataset.now;
    document.title = document.title.replace(/^\S+/, number("all"));
    document.dispatchEvent(new CustomEvent("framewarden:changed"));
    if (card && document.activeElement !== focused) refocus(card, at);
    return cards().filter((one) => !known.has(nameOf(one)));
  };
  const refocus = (card, at) => {
    if (card.isConnected) return card.querySelector("a.open").focus({ preventScroll: true });
    (cards()[Math.min(at, list.children.length - 1)] ?? main).querySelector("a").focus();
    say("The case that you were on has left this list,", Date.now());
  };
  const announce = (fresh) => {
    if (!fresh.length) return;
    for (const card of fresh) card.classList.add("new");
    const worst = ["critical", "high", "medium", "low"].find(
      (name) => fresh.some((card) => card.dataset.severity === name));
    say(fresh.length === 1 ? `1 new case, ${worst},` : `${fresh.length} new cases, worst ${worst},`, Date.now());
  };

  const { say } = follow({
    said: main.querySelector("[data-live]"),
    address: main.dataset.cards,
    etag: main.dataset.etag,
    every: 1000,
    take: (text) => announce(take(text)),
  });

  /* ---- moving: what the keys in the hints do, and arrows inside the list ---- */
  const current = () => document.activeElement.closest(".card") ?? list.querySelector(".current");
  const move = (by) => {
    const all = cards();
    const at = all.indexOf(current());
    const card = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
    card?.querySelector("a.open").focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    o: () => current()?.querySelector("a.open").click(),
    c: () => current()?.querySelector("form.claim button")?.click(),
  };
  for (const [key, act] of Object.entries(acts)) {
    main.querySelector(`.hints [data-key=${key}]`).addEventListener("click", act);
  }
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    move(by);
  });
  list.addEventListener("focusin", (event) => {
    list.querySelector(".current")?.classList.remove("current");
    const card = event.target.closest(".card");
    card.classList.add("current");
    card.classList.remove("new");
  });

}
