/* An execution: a visit's data comes when it is opened, and keys go from visit to visit. */
"use strict";
{
  const main = document.querySelector("main[data-page=execution]");
  const visits = () => [...main.querySelectorAll("tr.visit")];

  // What a visit has given may come later: it is asked for again once the visit has ended.
  const load = async (details) => {
    const row = details.closest("tr.visit");
    const place = details.querySelector(".loaded");
    if (!details.open || place.dataset.done === row.dataset.ended) return;
    const link = place.querySelector("a.whole") ?? place.querySelector("a");
    place.dataset.done = row.dataset.ended;
    try {
      const answer = await fetch(`${link.href}?part=1`, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const whole = Object.assign(document.createElement("a"), { href: link.href, className: "whole", textContent: "On a page of its own" });
      place.replaceChildren(fresh.querySelector(".visit-data"), whole);
    } catch {
      delete place.dataset.done;
      const said = Object.assign(document.createElement("p"), { className: "gap", textContent: "It could not be loaded. " });
      const again = Object.assign(document.createElement("a"), { href: link.href, className: "whole", textContent: "Open its page" });
      said.append(again);
      place.replaceChildren(said);
    }
  };
  main.addEventListener("toggle", (event) => {
    if (event.target.matches("details.data")) load(event.target);
  }, true);
  document.addEventListener("framewarden:changed", () => {
    for (const details of main.querySelectorAll("details.data[open]")) load(details);
  });

  const move = (by) => {
    const all = visits();
    const at = all.indexOf(document.activeElement.closest("tr.visit") ?? main.querySelector("tr.visit:target"));
    const row = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
    row?.querySelector("summary").focus();
  };
  for (const [key, by] of [["j", 1], ["k", -1]]) {
    main.querySelector(`.hints [data-key=${key}]`).addEventListener("click", () => move(by));
  }
}
