/* Follow an address while somebody looks: ask again and again, and say whether that still works. */
"use strict";
// What others are loaded after: `take` puts an answer into the page; what it returns are the last
// words, after which nothing more is asked for.
const follow = ({ said, address, etag, every, take }) => {
  // Milliseconds: between two looks; at most, after failures; and until a look has failed.
  const EVERY = every, LONGEST = 10000, PATIENCE = 8000;
  let failures = 0, answered = Date.now(), ended = false, asking = false, live = false, timer;

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
    document.dispatchEvent(new CustomEvent("framewarden:changed"));
  };
  const ask = async () => {
    const answer = await fetch(address, {
      headers: etag ? { "If-None-Match": etag } : {},
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return shutOut();
    if (answer.status !== 304 && !answer.ok) throw new Error(`answered ${answer.status}`);
    const again = failures || !live;
    live = true;
    failures = 0;
    answered = Date.now();
    if (again) say("Live");
    if (answer.status === 304) return;
    const last = take(await answer.text());
    etag = answer.headers.get("ETag") ?? "";
    if (last === undefined) return;
    ended = true;
    live = false;
    say(last);
  };
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden || asking || ended) return;
    asking = true;
    try {
      await ask();
    } catch {
      failures += 1;
      if (failures === 1) say("Not live: the desk last answered", answered);
    }
    asking = false;
    timer = setTimeout(look, Math.min(EVERY * 2 ** failures, LONGEST));
  };
  const shutOut = () => {
    ended = true;
    failures = 1;
    say("Not live: your session has ended.");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Sign in again";
    said.append(" ", link);
  };

  document.addEventListener("visibilitychange", look);
  look();
  return { say };
};
