/* Every page of the desk: times that go on counting, and keys. Nothing here is needed to work. */
"use strict";
{
  // Times are counted by the server's clock: a wrong clock here must not move a deadline.
  let ahead = 0, stated;
  const setClock = () => {
    const now = document.querySelector("[data-now]")?.dataset.now;
    if (now && now !== stated) ahead = Number(now) * 1000 - Date.now();
    stated = now;
  };

  const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  // The same spelling as the server's: the two largest units.
  const span = (seconds) => {
    const parts = [];
    for (const [size, unit] of UNITS) {
      const amount = Math.floor(seconds / size);
      seconds %= size;
      if (amount || parts.length) parts.push([amount, unit]);
      if (parts.length === 2) break;
    }
    return parts.filter(([amount]) => amount).map((part) => part.join(" ")).join(" ") || "0 s";
  };
  const relative = (moment, lead) => {
    const seconds = Math.round((moment - Date.now() - lead) / 1000);
    if (Math.abs(seconds) < 2) return "just now";
    return seconds < 0 ? `${span(-seconds)} ago` : `in ${span(seconds)}`;
  };
  const tick = () => {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const moment = new Date(time.dateTime);
      const place = time.firstElementChild ? time.querySelector("strong") : time;
      // A moment of this machine's own ("here") is counted by its own clock.
      const text = relative(moment, time.dataset.relative === "here" ? 0 : ahead);
      if (place && place.textContent !== text) place.textContent = text;
      if (!time.title) time.title = moment.toISOString().replace("T", " ").replace(/\..*/, " UTC");
    }
  };

  const KEPT = "framewarden-keys";
  const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select";
  // What is decided is decided for good: a key only goes there, and Enter presses.
  const DECIDES = "button[name=decision], button.danger";
  const WEIGHTY = `${DECIDES}, [data-key-focus], ${FIELDS}`;
  let on = true;
  try { on = localStorage.getItem(KEPT) !== "off"; } catch { /* Storage may be forbidden. */ }

  const offered = () => [...document.querySelectorAll("[data-key]")].filter(
    (one) => !one.disabled && one.getClientRects().length);
  const meant = (key) => {
    const found = offered().filter((one) => one.dataset.key === key);
    const scope = document.activeElement?.closest("[data-key-scope]");
    return found.find((one) => scope?.contains(one)) ?? found[0];
  };
  const press = (event) => {
    if (!on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.(`${FIELDS}, [contenteditable], dialog`)) return;
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "?") return void (event.preventDefault(), show());
    const one = meant(key);
    if (!one) return;
    event.preventDefault();
    if (one.matches(WEIGHTY)) one.focus();
    else if (!event.repeat || one.dataset.keyRepeat !== undefined) one.click();
  };

  const made = (name, text = "", more = {}) =>
    Object.assign(document.createElement(name), { textContent: text }, more);
  const dialog = made("dialog", "", { id: "keys" });
  const box = made("input", "", { id: "keys-on", type: "checkbox" });
  const list = made("dl");
  const said = made("p", "", { className: "quiet" });
  const CAREFUL = "A key that decides or stops only goes to its button; Enter presses it.";
  const label = (one) =>
    one.dataset.keyLabel || one.ariaLabel || one.textContent.trim().replace(/\s+/g, " ");
  const show = () => {
    const names = new Map();
    for (const one of offered()) {
      if (!names.has(one.dataset.key)) names.set(one.dataset.key, label(one));
    }
    names.set("?", "These keys");
    list.replaceChildren(...[...names].map(([key, name]) => {
      const row = made("div");
      const term = made("dt");
      term.append(made("kbd", key));
      row.append(term, made("dd", name));
      return row;
    }));
    // A page whose keys act says so itself.
    const own = document.querySelector("[data-keys-said]")?.dataset.keysSaid;
    said.textContent = own ?? (offered().some((one) => one.matches(DECIDES)) ? CAREFUL : "");
    said.hidden = !said.textContent;
    box.checked = on;
    dialog.showModal();
  };
  const build = () => {
    const title = made("h2", "Keys", { id: "keys-title" });
    const choice = made("label");
    choice.append(box, " Keys are on");
    const close = made("form", "", { method: "dialog" });
    close.append(made("button", "Close"));
    const line = made("p");
    line.append(choice);
    dialog.append(title, list, said, line, close);
    dialog.setAttribute("aria-labelledby", "keys-title");
    document.body.append(dialog);
    const opener = made("button", "Keys", { id: "show-keys", type: "button" });
    opener.addEventListener("click", show);
    (document.querySelector("[data-keys-here]") ?? document.querySelector("header.top"))?.append(opener);
  };

  const name = () => {
    document.documentElement.dataset.keys = on ? "on" : "off";
    for (const one of document.querySelectorAll("[data-key]")) {
      if (!one.matches("a, button, summary, input, textarea, select")) continue;
      if (on) one.setAttribute("aria-keyshortcuts", one.dataset.key);
      else one.removeAttribute("aria-keyshortcuts");
    }
  };
  box.addEventListener("change", () => {
    on = box.checked;
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* For this page alone then. */ }
    name();
  });
  const look = () => { setClock(); tick(); name(); };

  build();
  look();
  setInterval(tick, 1000);
  document.addEventListener("keydown", press);
  document.addEventListener("framewarden:changed", look);
}
