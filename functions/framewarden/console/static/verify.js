/* The images of a list (after desk.js): keys move and judge, marks are saved without leaving. */
"use strict";
{
  const main = document.querySelector("main[data-page=verify]");
  const form = document.getElementById("verify");
  const tiles = [...document.querySelectorAll("#grid .tile")];
  const saves = main.dataset.saves !== undefined;
  const said = document.getElementById("said"), dock = document.getElementById("dock");
  const look = document.getElementById("look");
  const ended = "Your session has ended. Your marks are still here: sign in in another window, then save again.";
  const silent = "The desk does not answer just now. Your marks are still here: save again in a moment.";
  const say = (text, trouble = false) => {
    said.textContent = text;
    said.classList.toggle("trouble", trouble);
  };
  main.classList.add("live");

  /* ---- one image ---- */
  const box = (tile) => tile.querySelector("fieldset.image");
  const pick = (tile) => tile.querySelector("input[name=pick]");
  const fields = (tile) => [...tile.querySelectorAll("input")].filter(
    (one) => one.name !== "pick" && (one.checked || one.type === "hidden")).map((one) => [one.name, one.value]);
  const marks = (tile) => JSON.stringify(fields(tile).filter(([name]) => !/^(rev|image)\./.test(name)));
  const decide = (tile, value) => {
    const one = tile.querySelector(`.which input[value="${value}"]`);
    if (one) one.checked = true;
  };
  const labels = (tile) => [...tile.querySelectorAll("[data-label]")];
  const signOf = (group) => group.querySelector("input:checked")?.value[0] ?? "?";
  const sign = (group, value) => {
    for (const one of group?.querySelectorAll("input") ?? []) one.checked = one.value[0] === value;
  };
  const every = (tile, value) => { for (const group of labels(tile)) sign(group, value); };
  const numberOf = (tile) => pick(tile).value;
  const further = (tile, name) => {
    const found = labels(tile).find((one) => one.dataset.label === name);
    if (found) return sign(found, "+");
    const known = [...tile.querySelectorAll(".further input")].find((one) => one.value === name);
    if (known) { known.checked = true; return undefined; }
    const chip = document.createElement("label"), input = document.createElement("input"), word = document.createElement("bdi");
    Object.assign(input, { type: "checkbox", name: `added.${numberOf(tile)}`, value: name, checked: true });
    chip.className = "added";
    word.textContent = name;
    chip.append(input, " ", word);
    tile.querySelector(".further").append(chip);
    return undefined;
  };

  /* ---- what is not saved ---- */
  const kept = new Map(tiles.map((tile) => [tile, marks(tile)]));
  const isUnsaved = (tile) => kept.get(tile) !== marks(tile) || tile.classList.contains("conflict");
  const unsaved = () => tiles.filter((tile) => saves && isUnsaved(tile));
  const picked = () => tiles.filter((tile) => saves && pick(tile).checked);
  const KEPT = `framewarden-verify-${main.dataset.list}`;
  const count = () => {
    if (!saves) return;
    const open = unsaved();
    for (const tile of tiles) tile.classList.toggle("unsaved", open.includes(tile));
    document.getElementById("unsaved").textContent = open.length ? `(${open.length} not saved)` : "";
    document.getElementById("save").classList.toggle("idle", !open.length);
    try {
      if (open.length) sessionStorage.setItem(KEPT, JSON.stringify(open.map((tile) => [tile.dataset.name, fields(tile)])));
      else sessionStorage.removeItem(KEPT);
    } catch { /* Storage may be forbidden: the warning is left. */ }
    describe();
  };

  /* ---- where we are ---- */
  let at = 0;
  const text = (name, words) => Object.assign(document.createElement(name), { textContent: words });
  const describe = () => {
    const tile = tiles[at];
    if (!tile) return;
    const chosen = picked().length;
    const parts = [text("strong", `${at + 1} of ${tiles.length}${chosen ? `, ${chosen} selected` : ""}`), text("code", tile.dataset.place)];
    for (const [index, group] of labels(tile).entries()) {
      const word = { "+": " ✓ there", "-": " ✗ not there", "?": "" }[signOf(group)];
      parts.push(text("span", `${index + 1} ${group.dataset.label} ${group.querySelector(".sure")?.textContent ?? ""}${word}`));
    }
    dock.replaceChildren(...parts);
  };
  const go = (to, focus = true) => {
    const next = Math.max(0, Math.min(tiles.length - 1, to));
    if (next !== at) hide();
    at = next;
    for (const [index, tile] of tiles.entries()) {
      box(tile).tabIndex = index === at ? 0 : -1;
      for (const one of tile.querySelectorAll("input:not([type=hidden]), button")) one.tabIndex = index === at ? 0 : -1;
    }
    if (focus) {
      box(tiles[at]).focus({ preventScroll: true });
      tiles[at].scrollIntoView({ block: "nearest" });
    }
    describe();
  };
  const columns = () => {
    const top = tiles[0].offsetTop;
    const next = tiles.findIndex((tile) => tile.offsetTop !== top);
    return next < 0 ? tiles.length : next;
  };

  /* ---- saving ---- */
  const post = async (address, pairs) => {
    const nonce = form.elements.nonce;
    for (let round = 0; ; round += 1) {
      const reply = await fetch(address, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams([...pairs, ["nonce", nonce.value]]),
        redirect: "manual",
        cache: "no-store",
      });
      const json = reply.headers.get("content-type")?.startsWith("application/json");
      if (!json) throw new Error(reply.type === "opaqueredirect" || [401, 403].includes(reply.status) ? ended : silent);
      const told = await reply.json();
      nonce.value = told.nonce;
      // A form is good for a quarter of an hour; a page of sixty may take longer.
      if (reply.status !== 403 || round) return told;
    }
  };
  const failed = (error) => say([ended, silent].includes(error.message) ? error.message : silent, true);
  const problem = (told) => say(`${told.problem.title}. ${told.problem.what} ${told.problem.remedy}`, true);
  let saving = false;
  const save = async () => {
    const open = unsaved();
    if (saving) return false;
    if (!open.length) { say("Everything is saved."); return true; }
    saving = true;
    const sent = new Map(open.map((tile) => [tile, marks(tile)]));
    say(`Saving ${open.length}…`);
    try {
      const told = await post(form.getAttribute("action"), open.flatMap(fields));
      if (told.problem) { problem(told); return false; }
      return take(told, sent);
    } catch (error) {
      failed(error);
      return false;
    } finally {
      saving = false;
      count();
    }
  };
  const take = (told, sent) => {
    let lost = 0;
    for (const [tile, before] of sent) {
      const now = told.images[tile.dataset.name];
      if (!now) continue;
      tile.querySelector("input[name^='rev.']").value = now.rev;
      tile.classList.toggle("conflict", Boolean(now.conflict));
      tile.querySelector(".lost").replaceChildren(now.conflict ?? "");
      if (now.conflict) tile.querySelector(".lost").append(" ", yielding(tile, now.theirs));
      tile.querySelector(".by").textContent = now.said;
      if (now.conflict) lost += 1;
      else kept.set(tile, before);
    }
    document.getElementById("progress").textContent = told.progress;
    if (lost) say(`${told.written} saved. ${lost} changed by somebody else meanwhile: look at ${lost === 1 ? "it" : "them"}, and save again if yours ${lost === 1 ? "is" : "are"} to stand.`, true);
    else say(`Saved ${told.written}.`);
    if (lost) go(tiles.findIndex((tile) => tile.classList.contains("conflict")));
    return !lost;
  };
  const yielding = (tile, theirs) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Take theirs" });
    button.addEventListener("click", () => {
      decide(tile, theirs.decision);
      every(tile, "?");
      tile.querySelector(".further").replaceChildren();
      for (const name of [...theirs.confirmed, ...theirs.added]) further(tile, name);
      for (const group of labels(tile)) if (theirs.denied.includes(group.dataset.label)) sign(group, "-");
      tile.querySelector(".lost").replaceChildren();
      tile.classList.remove("conflict");
      kept.set(tile, marks(tile));
      count();
      go(tiles.indexOf(tile));
    });
    return button;
  };
  // A screen is left once its marks are kept; what is not kept stays where it can be seen.
  const leave = async (link) => {
    if (link && await save()) location.assign(link.href);
  };

  /* ---- seeing one as it is ---- */
  let asked = 0;
  const hide = () => {
    asked += 1;
    look.hidden = true;
    look.querySelector("img").removeAttribute("src");
  };
  const reveal = async (tile) => {
    const button = tile.querySelector(".show");
    if (!button) return;
    if (!look.hidden) return void hide();
    const mine = asked += 1;
    say("Asking for the image…");
    try {
      const told = await post(button.getAttribute("formaction"), [["reveal", tile.dataset.name]]);
      if (told.problem) return void problem(told);
      if (mine !== asked) return;
      const image = look.querySelector("img");
      image.onload = () => say("Shown as it is; r or Escape hides it. That you looked is recorded.");
      image.onerror = () => { hide(); say("The image could not be loaded. Decide without it, and tell the engineer on call.", true); };
      look.hidden = false;
      image.src = told.picture;
      describe();
    } catch (error) { failed(error); }
  };

  /* ---- keys ---- */
  const panel = document.getElementById("labels");
  const targets = () => { const some = picked(); return some.length ? some : [tiles[at]]; };
  const act = (change) => {
    const some = targets(), alone = !picked().length;
    for (const tile of some) {
      change(tile);
      // What was selected a screen ago is not what the next key is meant for.
      pick(tile).checked = false;
    }
    count();
    if (alone) go(at + 1);
    else say(`Marked ${some.length}. They are not selected any more.`);
  };
  const bulk = {
    allow: () => act((tile) => decide(tile, "allow")),
    block: () => act((tile) => decide(tile, "block")),
    present: () => act((tile) => { every(tile, "+"); decide(tile, "block"); }),
    none: () => act((tile) => { every(tile, "-"); decide(tile, "allow"); }),
    add: () => {
      const chosen = [...panel.querySelectorAll("input[name=add]:checked")];
      for (const tile of targets()) for (const one of chosen) further(tile, one.value);
      for (const one of chosen) one.checked = false;
      panel.open = false;
      count();
      go(at);
    },
  };
  const judging = {
    a: bulk.allow,
    b: bulk.block,
    y: bulk.present,
    n: bulk.none,
    u: () => { for (const tile of targets()) decide(tile, ""); count(); },
    x: () => { pick(tiles[at]).checked = !pick(tiles[at]).checked; describe(); },
    "*": () => {
      const all = tiles.every((tile) => pick(tile).checked);
      for (const tile of tiles) pick(tile).checked = !all;
      describe();
    },
    s: () => save(),
    l: () => { panel.open = true; panel.querySelector("input").focus(); },
  };
  const looking = {
    r: () => reveal(tiles[at]),
    j: () => leave(document.querySelector("a[rel=next]")),
    k: () => leave(document.querySelector("a[rel=prev]")),
  };
  const toggle = (index) => {
    const next = { "?": "+", "+": "-", "-": "?" };
    const from = signOf(labels(targets()[0])[index] ?? document.createElement("i"));
    for (const tile of targets()) if (labels(tile)[index]) sign(labels(tile)[index], next[from]);
    count();
  };
  const steps = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -columns(), ArrowDown: columns };
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Escape" && !look.hidden) return void (event.preventDefault(), hide());
    if (key === "Escape" && picked().length) {
      for (const tile of tiles) pick(tile).checked = false;
      return describe();
    }
    if (event.target.closest?.("#labels")) {
      if (key === "Escape") { panel.open = false; go(at); }
      if (key.length === 1) event.stopPropagation();
      return;
    }
    const step = event.target.closest?.("input[type=radio]") ? undefined : steps[key];
    if (step && (event.target === document.body || event.target.closest?.("#grid"))) {
      event.preventDefault();
      if (event.shiftKey && saves) pick(tiles[at]).checked = true;
      go(at + step());
      if (event.shiftKey && saves) { pick(tiles[at]).checked = true; describe(); }
      return;
    }
    if (document.documentElement.dataset.keys === "off") return;
    const digit = saves && /^[1-9]$/.test(key);
    const does = looking[key] ?? (saves ? judging[key] : undefined);
    if (!digit && !does) return;
    // These keys are the grid's, whatever the desk's own do elsewhere.
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (digit) toggle(Number(key) - 1);
    else does();
  };
  if (tiles.length) {
    document.addEventListener("keydown", press, true);
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      event.preventDefault();
      if (button?.name === "reveal") {
        go(tiles.indexOf(button.closest(".tile")), false);
        reveal(tiles[at]);
      } else if (button?.name === "bulk") bulk[button.value]();
      else save();
    });
    form.addEventListener("change", count);
    form.addEventListener("focusin", (event) => {
      const tile = event.target.closest(".tile");
      if (tile) go(tiles.indexOf(tile), false);
    });
    for (const link of document.querySelectorAll("a.screen")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !unsaved().length) return;
        event.preventDefault();
        leave(link);
      });
    }
    addEventListener("beforeunload", (event) => { if (unsaved().length) event.preventDefault(); });
    document.getElementById("sign-out")?.addEventListener("submit", () => { sessionStorage.clear(); });
    restore();
    go(0, false);
    count();
  }

  function restore() {
    let stored = [];
    try { stored = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"); } catch { /* As above. */ }
    for (const [name, pairs] of saves ? stored : []) {
      const tile = tiles.find((one) => one.dataset.name === name);
      if (!tile) continue;
      for (const one of tile.querySelectorAll(".further input")) one.checked = false;
      for (const [field, value] of pairs) {
        if (field.startsWith("decision.")) decide(tile, value);
        else if (field.startsWith("label.")) sign(labels(tile)[Number(field.split(".")[2])], value[0]);
        else if (field.startsWith("added.")) further(tile, value);
        // What others wrote meanwhile is found out by the revision that these marks are about.
        else if (field.startsWith("rev.")) tile.querySelector("input[name^='rev.']").value = value;
      }
    }
    if (stored.length && unsaved().length) say(`${unsaved().length} marks were not saved before; they are still here.`, true);
  }

  /* ---- sheets: the one that is not whole yet is asked for again; the next is fetched ahead ---- */
  const AGAIN = 2500, MOST = 12;
  const whole = async (round = 0) => {
    const address = `${main.dataset.sheet}${round ? `&again=${round}` : ""}`;
    const reply = await fetch(address, { redirect: "manual" });
    if (round) for (const image of document.querySelectorAll(".cell img")) image.src = address;
    const unfinished = reply.ok && reply.headers.get("cache-control") === "no-store";
    if (unfinished && round < MOST) setTimeout(() => whole(round + 1).catch(() => {}), AGAIN);
    else if (main.dataset.nextSheet) new Image().src = main.dataset.nextSheet;
  };
  addEventListener("load", () => { if (tiles.length) whole().catch(() => {}); });
}
