// Live updates: one stream per browser says what changed; pages fetch the part themselves, on the
// normal path, so that permissions are checked as always.

const LINE_DOWN = 5000; // ms until it is worth saying
const POLL = 30000; // ms without a stream
const FACES = 8000; // ms between two looks at who is where, in a list
const etags = new Map();
const talk = "BroadcastChannel" in self ? new BroadcastChannel("redress") : null;
let lineDownSince = 0;
let heardAt = new Date();
let polling = 0;

const address = document.body.dataset.events;
if (address) {
  if (talk) talk.onmessage = (event) => hear(event.data);
  if (navigator.locks) navigator.locks.request("redress-events", () => new Promise(listen));
  else listen();
  setInterval(checkLine, 1000);
}

// The tab that holds the lock listens for all; when it closes, the next one takes over.
function listen() {
  if (!("EventSource" in self)) return startPolling();
  let stream;
  const open = () => {
    stream = new EventSource(address);
    stream.onopen = () => share({ line: "up" });
    stream.onmessage = (event) => share({ fact: event.data });
    stream.onerror = () => {
      share({ line: "down" });
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, POLL);
    };
  };
  open();
}

function share(word) {
  talk?.postMessage(word);
  hear(word);
}

function hear(word) {
  if (word.line === "up") {
    const wasDown = lineDownSince;
    lineDownSince = 0;
    heardAt = new Date();
    stopPolling();
    if (wasDown) refreshAll();
  } else if (word.line === "down") {
    lineDownSince ||= Date.now();
    startPolling();
  } else if (word.fact) {
    heardAt = new Date();
    // "case R-10482 v20", "view mine changed", "presence R-10482": kind, name, the rest.
    // "look" says that something was missed.
    const [kind, name, rest] = word.fact.split(" ");
    if (kind === "look") return refreshAll();
    if (name) refresh(`${kind}:${name}`, /^v\d+$/.test(rest ?? "") ? Number(rest.slice(1)) : 0);
  }
}

function checkLine() {
  const down = lineDownSince && Date.now() - lineDownSince > LINE_DOWN;
  const strip = one("#line-strip");
  if (!down) return strip?.remove();
  if (strip) return;
  const words = `Reconnecting. What you see is from ${hour(heardAt)}.`;
  one("#strips")?.append(
    make("p", { class: "strip", id: "line-strip", "data-tone": "warn" }, words),
  );
  announce(words);
}

function startPolling() {
  polling ||= setInterval(() => document.hidden || refreshAll(), POLL);
}

function stopPolling() {
  clearInterval(polling);
  polling = 0;
}

const watched = () => all("[data-part][data-watch]");
const refreshAll = () => watched().forEach((part) => soon(part.dataset.part));

// A part watches one thing, `case:R-10482`, or all of a kind, `case:*`.
function refresh(topic, version) {
  const kind = topic.split(":")[0] + ":*";
  for (const part of watched()) {
    const topics = part.dataset.watch.split(" ");
    if (!topics.includes(topic) && !topics.includes(kind)) continue;
    if (version && Number(part.dataset.version) >= version) continue;
    // Faces in a list are no hurry: many people come and go.
    if (kind === "presence:*" && part.matches("[data-list]")) later(part.dataset.part);
    else soon(part.dataset.part);
  }
}

let facesTimer = 0;
function later(part) {
  facesTimer ||= setTimeout(() => {
    facesTimer = 0;
    soon(part);
  }, FACES);
}

// At once, then at most once a second; a tab behind others waits until it is looked at.
const waiting = new Set();
const fetchedAt = new Map();
function soon(part) {
  if (waiting.has(part)) return;
  waiting.add(part);
  const rest = 1000 - (Date.now() - (fetchedAt.get(part) ?? 0));
  setTimeout(
    async () => {
      if (document.hidden)
        await new Promise((front) =>
          document.addEventListener("visibilitychange", front, { once: true }),
        );
      waiting.delete(part);
      fetchedAt.set(part, Date.now());
      refreshPart(part);
    },
    Math.max(100, rest),
  );
}

async function refreshPart(name) {
  const url = new URL(location.href);
  url.searchParams.set("part", name);
  url.hash = "";
  const headers = { "HX-Request": "true" };
  const before = here();
  if (etags.has(url.href)) headers["If-None-Match"] = etags.get(url.href);
  const answer = await fetch(url, { headers }).catch(() => null);
  if (!answer?.ok || before !== here()) return;
  heardAt = new Date();
  if (answer.headers.has("ETag")) etags.set(url.href, answer.headers.get("ETag"));
  const html = await answer.text();
  const old = one(`[data-part="${name}"]`);
  const fresh = one(`[data-part="${name}"]`, new DOMParser().parseFromString(html, "text/html"));
  if (!old || !fresh) return;
  if (old.matches("[data-list]")) return mergeRows(old, fresh, html);
  await putPart(old, fresh, html);
}

async function putPart(old, fresh, html) {
  const known = new Set(all(".message, .note", old).map((item) => item.id));
  if (fresh.matches("[data-seen]")) isSomebodyThere = false;
  await put(html, "#" + CSS.escape(old.id));
  const added = all(".message, .note", fresh).filter((item) => !known.has(item.id));
  if (added.length && known.size) holdSend(added, fresh.dataset.version);
  for (const kept of all("[data-keep][data-dirty][data-version]")) {
    const newer = one("#" + CSS.escape(kept.id), fresh);
    if (newer && newer.dataset.version !== kept.dataset.version) offerNewer(kept, html);
  }
}

function offerNewer(kept, html) {
  if (kept.previousElementSibling?.matches(".newer")) return;
  const button = make(
    "button",
    { type: "button", class: "button button-small" },
    "Show the new version",
  );
  button.addEventListener("click", () => {
    kept.removeAttribute("data-dirty");
    button.parentElement.remove();
    put(html, "#" + CSS.escape(kept.id));
  });
  kept.before(
    make(
      "p",
      { class: "strip newer", "data-tone": "info" },
      "This changed while you were writing.",
      button,
    ),
  );
}

// ---- someone wrote while one was writing: the first press shows it, the second sends ----

function holdSend(added, version) {
  for (const form of all("form.composer[data-dirty], [data-dirty] form.composer")) {
    const button = one('[data-action="send"]', form);
    if (!button) continue;
    const count = Number(button.dataset.review ?? 0) + added.length;
    button.dataset.words ??= button.textContent;
    button.dataset.review = count;
    button.dataset.first = added[0].id;
    button.dataset.newest = version ?? "";
    button.textContent = count === 1 ? "Review 1 new message" : `Review ${count} new messages`;
    announce(button.textContent);
  }
}

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button[data-review]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    const first = document.getElementById(button.dataset.first);
    const version = button.form?.elements.namedItem("version");
    if (version && button.dataset.newest) version.value = button.dataset.newest;
    button.textContent = button.dataset.words;
    for (const name of ["review", "first", "newest", "words"]) delete button.dataset[name];
    first?.scrollIntoView({ block: "center" });
    announce(`New message: ${text(first)}`);
  },
  true,
);

// ---- lists never jump: known rows change in place, new ones wait behind a bar ----

function mergeRows(old, fresh, html) {
  const ids = (list) => all(".row", list).map((row) => row.id);
  const known = new Set(ids(old));
  const arrived = ids(fresh).filter((id) => !known.has(id));
  for (const row of all(".row", fresh)) {
    const mine = known.has(row.id) && document.getElementById(row.id);
    if (mine && !mine.isEqualNode(row)) put(row.outerHTML, "#" + CSS.escape(row.id));
  }
  const same = ids(old).join() === ids(fresh).join();
  if (same) return;
  let holder = one(".new-rows-holder");
  if (!arrived.length && !holder && !old.contains(document.activeElement))
    return put(html, "#" + CSS.escape(old.id));
  if (!arrived.length) return;
  holder?.remove();
  const words = `${arrived.length} new – press ${shownKey("show-new")}`;
  const button = make(
    "button",
    { type: "button", class: "button button-primary new-rows", "data-action": "show-new" },
    words,
  );
  holder = make("div", { class: "new-rows-holder" }, button);
  button.addEventListener("click", async () => {
    holder.remove();
    await put(html, "#" + CSS.escape(old.id));
    const first = document.getElementById(arrived[0]);
    if (first) focusRow(first);
  });
  old.before(holder);
  announce(words);
}

// ---- what is in front of somebody is read ----

// What comes by itself is read only when somebody is there: a page may lie open in an empty room.
let isSomebodyThere = true;
for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"])
  document.addEventListener(
    name,
    () => {
      isSomebodyThere = true;
      noteSeen();
    },
    { passive: true },
  );

let seenLast = "";
function noteSeen() {
  const thread = one("[data-seen]");
  if (!thread || document.hidden || !isSomebodyThere) return;
  const { seen: where, version, read } = thread.dataset;
  if (Number(version) <= Number(read) || seenLast === `${where} ${version}`) return;
  seenLast = `${where} ${version}`;
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf, version });
  fetch(where, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } })
    .then((answer) => {
      if (answer.ok) one(".row:has([aria-current])")?.classList.remove("is-unread");
      else seenLast = "";
    })
    .catch(() => (seenLast = ""));
}
document.addEventListener("visibilitychange", noteSeen);

// ---- presence: looking, has it open, replying ----

let presenceAt = "";
let presenceTold = "";
function watchPresence() {
  const where = one("[data-presence]:not(.face)")?.dataset.presence ?? "";
  if (presenceAt !== where) {
    if (presenceAt) sendPresence(presenceAt, "gone");
    presenceTold = "";
  }
  presenceAt = where;
  sayPresence();
}

function sayPresence(again) {
  if (!presenceAt) return;
  const writing = document.activeElement?.closest("form.composer") && one("[data-dirty]");
  const state = document.hidden ? "open" : writing ? "replying" : "looking";
  if (state === presenceTold && !again) return;
  presenceTold = state;
  sendPresence(presenceAt, state);
}

function sendPresence(where, state) {
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf, state });
  fetch(where, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(
    () => {},
  );
}

for (const name of ["visibilitychange", "input", "focusin"])
  document.addEventListener(name, () => sayPresence());
setInterval(() => sayPresence(true), 20000);
// A page that is left is also hidden, after it: then nothing more is said of it.
addEventListener("pagehide", () => {
  if (presenceAt) sendPresence(presenceAt, "gone");
  presenceAt = "";
});
addEventListener("pageshow", (event) => event.persisted && watchPresence());

document.documentElement.classList.add("has-script");
arrive();
// The address asks for the composer: somebody came to write.
// Going to the place in the page takes the focus away, so this comes after it.
if (location.hash.startsWith("#composer-"))
  addEventListener("load", () => {
    const composer = document.getElementById(location.hash.slice(1));
    setTimeout(() => composer && one("textarea", composer)?.focus());
  });
