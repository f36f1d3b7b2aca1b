/* A case that stays open: keeps its claim, hears what others do, shows what came before and after. */
"use strict";
{
  const main = document.querySelector("main[data-page=case]");
  const POLL = 10_000, BEAT = 30_000;
  const words = {
    decided: "This case has been decided.",
    expired: "Nobody decided in time: the policy's default was applied.",
    closing: "The deadline has passed.",
    rung: "This case was passed on to a lead, with a new deadline.",
    severity: "A graver frame has joined this case.",
    lost: "This case is not yours any more. What you typed is still here.",
    free: "Nobody works on this case any more.",
    taken: "Somebody else works on this case now.",
    ended: "Your session has ended. What you typed is still here: sign in in another window, then go on.",
    silent: "The desk does not answer just now; this page tries again.",
  };
  const here = new URL(main.dataset.self, location.href);
  const lease = document.getElementById("lease");
  const known = { state: main.dataset.state, rung: main.dataset.rung };
  let mine = lease?.dataset.mine !== undefined, holder = lease?.dataset.until ? "known" : "", beaten = Date.now();

  const say = (text, link = true) => {
    const news = document.getElementById("news");
    if (news.dataset.said === text) return;
    news.dataset.said = text;
    news.replaceChildren(text);
    if (!link) return;
    const again = document.createElement("a");
    again.href = here.href;
    again.textContent = "Look again";
    news.append(" ", again);
  };

  const countdown = (told) => {
    if (!lease || !told.until) return;
    lease.dataset.until = told.until;
    const until = new Date(told.until * 1000);
    const time = document.createElement("time");
    time.dateTime = until.toISOString();
    time.dataset.relative = "";
    time.append(document.createElement("strong"));
    lease.replaceChildren(told.held ? "Yours until " : `${told.name} works on this until `, time, ".");
    document.dispatchEvent(new CustomEvent("framewarden:changed"));
  };

  const hear = (told) => {
    for (const nonce of main.querySelectorAll("input[name=nonce]:not([data-channel])")) nonce.value = told.nonce;
    countdown(told);
    if (told.state !== known.state) say(words[told.state] ?? words.decided);
    else if (String(told.rung) !== known.rung) say(words.rung);
    else if (known.severity && told.severity !== known.severity) say(words.severity);
    else if (mine && !told.held) say(words.lost);
    else if (!mine && !told.held && told.name && !holder) say(words.taken);
    else if (!mine && holder && !told.name) say(words.free);
    else if (document.getElementById("news").dataset.said === words.silent) say("", false);
    known.severity ??= told.severity;
    if (mine && !told.held) { mine = false; holder = told.name; }
  };

  // A heartbeat keeps the claim; whoever has none only asks.
  const ask = async () => {
    const keeps = mine && Date.now() - beaten >= BEAT;
    const how = { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" };
    if (keeps) {
      beaten = Date.now();
      const nonce = main.querySelector("input[name=nonce]:not([data-channel])").value;
      how.method = "POST";
      how.body = new URLSearchParams({ action: "keep", nonce });
    }
    try {
      // Not `form.action`: the form's buttons are of that name.
      const address = keeps ? document.getElementById("claim").getAttribute("action") : here;
      const reply = await fetch(address, how);
      const json = reply.headers.get("content-type")?.startsWith("application/json");
      if (json) hear(await reply.json());
      else if (reply.type === "opaqueredirect" || reply.status === 401) say(words.ended, false);
      else say(words.silent, false);
    } catch { say(words.silent, false); }
  };
  if (["open", "closing"].includes(known.state)) {
    setInterval(() => { if (!document.hidden) ask(); }, POLL);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  }

  const around = document.querySelector("#around a");
  const neighbours = async () => {
    const reply = await fetch(around.href, { redirect: "manual" });
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const frames = page.querySelector("main .frames, main p");
    // Addresses are relative to the page that they were written for.
    for (const image of frames.querySelectorAll("img")) image.src = new URL(image.getAttribute("src"), around.href);
    document.getElementById("around").replaceChildren(document.adoptNode(frames));
    // The list alone is scrolled: the page stays where somebody reads it.
    const own = frames.querySelector(".own");
    if (own) frames.scrollLeft = own.offsetLeft - frames.offsetLeft - (frames.clientWidth - own.offsetWidth) / 2;
  };
  if (around) neighbours().catch(() => {});

  // What is typed outlives a reveal, a claim, and every other way to load this page again.
  const KEPT = `framewarden-case-${main.dataset.review}`, forms = ["decide", "note"];
  const field = (name) => name === "note" || name === "name" || name === "add" || /^label\.\d+$/.test(name);
  let sent = "";
  document.addEventListener("submit", (event) => { sent = event.target.id; });
  addEventListener("pagehide", () => {
    if (sent === "sign-out") return sessionStorage.clear();
    const typed = forms.filter((id) => id !== sent && document.getElementById(id)).map((id) =>
      [id, [...new FormData(document.getElementById(id))].filter(([name, value]) => field(name) && value)]);
    if (typed.some(([, pairs]) => pairs.length)) sessionStorage.setItem(KEPT, JSON.stringify(typed));
    else sessionStorage.removeItem(KEPT);
  });
  addEventListener("pageshow", () => { sent = ""; });
  for (const [id, pairs] of JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")) {
    for (const [name, value] of pairs) {
      for (const one of document.getElementById(id)?.elements ?? []) {
        if (one.name !== name) continue;
        if (["radio", "checkbox"].includes(one.type)) one.checked ||= one.value === value;
        else one.value ||= value;
      }
    }
  }
}
