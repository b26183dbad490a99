// Keys: one registry from the server, the person's changes from the page's body.

const settings = () => ({
  single: document.body.dataset.singleKeys !== "off",
  changed: JSON.parse(document.body.dataset.keys || "{}"),
});

// scope → key → action, as this person has it.
function bindings() {
  const { single, changed } = settings();
  const byScope = {};
  for (const [name, , places] of redressKeys) {
    for (const [scope, key] of places) {
      let mine = changed[name] ?? key;
      if (!single && isSingle(mine)) mine = "Alt+" + mine;
      (byScope[scope] ??= {})[mine] = name;
    }
  }
  return byScope;
}

const isSingle = (key) => [...key.split(" ")[0].replace(/^Shift\+/, "")].length === 1;

function shownKey(name) {
  const { single, changed } = settings();
  let key = changed[name] ?? redressKeys.find((known) => known[0] === name)?.[2][0][1];
  if (!key) return "";
  if (!single && isSingle(key)) key = "Alt+" + key;
  if (/Mac|iP/.test(navigator.platform)) key = key.replace("Ctrl", "⌘");
  const part = (word) => (word === "Escape" ? "Esc" : word.charAt(0).toUpperCase() + word.slice(1));
  return key
    .split(" ")
    .map((step) => step.split("+").map(part).join(" "))
    .join(" then ");
}

// A press as the registry writes it: "j", "Shift+M", "Ctrl+Enter", "Alt+e", "?".
function written(event) {
  let key = event.key === " " ? "Space" : event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  if (letter && (event.altKey || !/^[a-z]$/i.test(key)) && [...key].length === 1) key = letter;
  const isLetter = /^[a-z]$/i.test(key);
  if (isLetter) key = event.shiftKey ? key.toUpperCase() : key.toLowerCase();
  return (
    (event.ctrlKey || event.metaKey ? "Ctrl+" : "") +
    (event.altKey ? "Alt+" : "") +
    (event.shiftKey && (isLetter || key.length > 1) ? "Shift+" : "") +
    key
  );
}

function isTyping(element) {
  return (
    element?.isContentEditable ||
    element?.matches?.(
      "textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])",
    )
  );
}

function scopes(target) {
  const near = target.closest?.("[data-list]") ? ["list"] : [];
  const region = target.closest?.("[data-scope]")?.dataset.scope ?? one("#main")?.dataset.scope;
  return [...near, region, "anywhere"].filter(Boolean);
}

let waitingFor = "";
let waitingTimer;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const key = written(event);
  const bound = bindings();
  // A field in a dialog just closed has the focus until the next frame; nobody types there.
  const typing = isTyping(event.target) && seen(event.target);
  const dialog = one("dialog[open]");
  if (key === "Escape" && dialog) return; // The browser closes it and gives focus back.
  if (typing || dialog) {
    const name = bound.composer?.[key] ?? bound.anywhere?.[key];
    if (!/^(Ctrl|Alt)\+|^(Shift\+)?F\d|^Escape$/.test(key)) return;
    if (name && perform(name, event)) event.preventDefault();
    return;
  }
  const full = waitingFor ? `${waitingFor} ${key}` : key;
  clearTimeout(waitingTimer);
  waitingFor = "";
  if (
    /^(Enter|Space)$/.test(key) &&
    event.target.matches("a:not(.row-link), button, summary, input, [role=option]")
  )
    return;
  for (const scope of scopes(event.target)) {
    const keys = bound[scope] ?? {};
    if (keys[full]) {
      if (perform(keys[full], event)) event.preventDefault();
      return;
    }
    if (Object.keys(keys).some((known) => known.startsWith(full + " "))) {
      waitingFor = full;
      waitingTimer = setTimeout(() => (waitingFor = ""), 1500);
      event.preventDefault();
      return;
    }
  }
  const step = {
    ArrowDown: 1,
    ArrowUp: -1,
    "Shift+ArrowDown": 1,
    "Shift+ArrowUp": -1,
    "Shift+J": 1,
    "Shift+K": -1,
  }[key];
  if (step && event.target.closest("[data-list]") && move(step, key.startsWith("Shift+")))
    event.preventDefault();
});

// Does an action. What the page does not offer has no key; then the press stays the browser's.
function perform(name, event) {
  const built = {
    palette: openPalette,
    keys: openSheet,
    search: () => focusOn("#search-field"),
    close: closeSomething,
    "copy-link": copyLink,
    next: () => step(1),
    previous: () => step(-1),
    open: () => currentRow() && press(one(".row-link", currentRow())),
    peek: peek,
    select: () => select(currentRow()),
    "select-all": selectAll,
    "page-newer": () => press(actor("page-newer")),
    "message-previous": () => moveMessage(-1),
    "message-next": () => moveMessage(1),
    panel: togglePanel,
    reply: () => write("reply"),
    note: () => write("note"),
    send: () => send(event?.target),
    "finding-next": () => moveFinding(1),
    "finding-previous": () => moveFinding(-1),
    "use-suggestion": useSuggestion,
  }[name];
  return (built ?? (() => act(name)))() !== false;
}

// The control that does an action: in the dialog, near the focus, on the page; seen before hidden.
function actor(name) {
  // On a case the list beside it acts on its rows, and only from there.
  const isCase = one("#main")?.dataset.scope === "case";
  const found = all(`[data-action="${name}"]:not(:disabled)`).filter(
    (control) => !control.closest("[hidden]") && !(isCase && control.form?.id === "bulk"),
  );
  const dialog = one("dialog[open]");
  const near = dialog ?? document.activeElement?.closest("form, .row, .message, section, aside");
  return (
    found.find((control) => near?.contains(control) && seen(control)) ??
    found.find(seen) ??
    found[0]
  );
}

function press(control) {
  if (!control) return false;
  if (isTyping(control)) control.focus();
  else control.click();
  if (control.matches("summary")) one("a, button", control.parentElement.lastElementChild)?.focus();
}

function act(name) {
  const row = currentRow();
  if (row && !one(".row-check:checked")) {
    const form = formOfRow(name, row);
    if (form) return void openDialog(form, row);
  }
  const control = (row && one(`#bulk [data-action="${name}"]:not(:disabled)`)) ?? actor(name);
  if (!control) return sayWhyNot(name);
  if (row && control.form?.id === "bulk") return actOnRows(control, row);
  return press(control);
}

// The address of the form that a list has for one of its rows: `data-acts="label=labels …"`.
function formOfRow(name, row) {
  const acts = (row.closest("[data-acts]")?.dataset.acts ?? "").split(" ");
  const path = acts.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  return path && `${one(".row-link", row).pathname}/${path}`;
}

// What a page does not offer is silent, unless the page says why.
function sayWhyNot(name) {
  const why = one(`[data-why-not="${name}"]`);
  if (!why) return false;
  tell(text(why));
}

const focusOn = (selector) => {
  const field = one(selector);
  if (!field) return false;
  field.focus();
  if (field.matches("input")) field.select();
};

// ---- lists ----

const list = () => document.activeElement?.closest("[data-list]") ?? all("[data-list]").find(seen);
const rows = () => (list() ? all(".row", list()) : []);
const currentRow = () => document.activeElement?.closest(".row");

function focusRow(row) {
  const link = one(".row-link", row);
  link?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(by, extending) {
  const known = rows();
  if (!known.length) return false;
  const from = currentRow() ?? known.find((row) => one("[aria-current]", row));
  const at = from ? known.indexOf(from) + by : 0;
  const to = known[Math.max(0, Math.min(known.length - 1, at))];
  if (extending && from) [from, to].forEach((row) => select(row, true));
  focusRow(to);
}

function step(by) {
  if (currentRow() || one("#main")?.dataset.scope === "list") return move(by);
  const neighbour = actor(by > 0 ? "next" : "previous");
  return neighbour ? press(neighbour) : move(by);
}

function select(row, on) {
  const check = row && one(".row-check", row);
  if (!check) return false;
  check.checked = on ?? !check.checked;
  markSelection();
}

function markSelection() {
  const ticked = all(".row-check:checked").length;
  const isPage = ticked > 0 && ticked === all(".row-check").length;
  const bulk = one("#bulk");
  if (!bulk) return;
  bulk.toggleAttribute("data-idle", ticked === 0);
  const page = one("[data-select-all]", bulk);
  if (page) page.checked = isPage;
  const whole = one("[data-whole]", bulk);
  if (whole) whole.hidden = !isPage;
  if (whole && !isPage) one("input", whole).checked = false;
  const n = whole && one("input:checked", whole) ? whole.dataset.whole || "All" : ticked;
  one("[data-selected]", bulk).textContent = `${n} selected`;
}

// First the whole page, then the whole list, then nothing.
function selectAll() {
  const checks = all(".row-check");
  if (!checks.length) return false;
  const whole = one("#bulk [data-whole] input");
  const isPage = checks.every((check) => check.checked);
  if (isPage && whole && !whole.checked) whole.checked = true;
  else checks.forEach((check) => (check.checked = !isPage));
  markSelection();
}

document.addEventListener("change", (event) => {
  if (event.target.matches(".row-check, [data-whole] input")) markSelection();
  if (event.target.matches("[data-select-all]")) {
    all(".row-check").forEach((check) => (check.checked = event.target.checked));
    markSelection();
  }
});

// Acts on the ticked rows or the current one; focus goes on to the next row at once.
let nextRow = "";
function actOnRows(control, row) {
  const ticked = rows().filter((each) => one(".row-check:checked", each));
  const acted = ticked.length ? ticked : [row];
  if (!ticked.length) select(row, true);
  if (!control.matches("[data-dialog]")) {
    const next = rowAfter(acted);
    nextRow = next?.id ?? "";
    acted.forEach((each) => each.classList.add("is-going"));
    if (next) focusRow(next);
  }
  control.click();
  acted.forEach((each) => select(each, false));
}

// The next row that was not acted on; the one before where they were the last.
function rowAfter(acted) {
  const known = rows();
  const last = known.indexOf(acted.at(-1));
  return (
    known.slice(last + 1).find((each) => !acted.includes(each)) ??
    known
      .slice(0, known.indexOf(acted[0]))
      .reverse()
      .find((each) => !acted.includes(each))
  );
}

function refocusRow() {
  all(".row.is-going").forEach((row) => row.classList.remove("is-going"));
  const row = nextRow && document.getElementById(nextRow);
  if (row && !row.contains(document.activeElement)) focusRow(row);
  nextRow = "";
}

// The back button returns to the earlier row.
function remember() {
  const row = currentRow() ?? one(".row:has([aria-current])");
  if (row) sessionStorage.setItem("row " + here(), row.id);
}
addEventListener("pagehide", remember);
document.addEventListener(
  "click",
  (event) => event.target.closest(".row-link") && remember(),
  true,
);
addEventListener("popstate", () => {
  nextRow = sessionStorage.getItem("row " + here()) ?? "";
});

function peek() {
  const row = currentRow();
  const path = row && one(".row-link", row)?.pathname;
  if (!/^\/cases\/R-\d+$/.test(path ?? "")) return false;
  const address = `${path}/peek`;
  const panes = one(".panes");
  const shown = one("#peek");
  if (shown?.dataset.of === address) return shown.remove();
  const hasRoom = panes && !one(".pane-main", panes);
  if (hasRoom && !shown)
    panes.append(make("aside", { class: "pane-side", id: "peek", "aria-label": "Peek" }));
  if (!hasRoom || !seen(one("#peek"))) {
    one("#peek")?.remove();
    return void openDialog(address, row);
  }
  htmx
    .ajax("GET", address, { target: "#peek", select: "#peek", swap: "outerMorph" })
    ?.then?.(() => announce(text(one("#peek"))));
}

// ---- case ----

function moveMessage(by) {
  const items = all(".thread .message, .thread .note, .thread .captured");
  if (!items.length) return act(by > 0 ? "page-older" : "page-newer");
  const at = items.indexOf(document.activeElement?.closest(".message, .note, .captured"));
  const to = items[Math.max(0, Math.min(items.length - 1, (at < 0 ? items.length : at) + by))];
  to.setAttribute("tabindex", "-1");
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

function togglePanel() {
  const panes = one(".panes");
  if (!panes) return false;
  const off = panes.dataset.side !== "off";
  if (off) panes.dataset.side = "off";
  else delete panes.dataset.side;
  sessionStorage.setItem("side", off ? "off" : "on");
  announce(off ? "Panel hidden" : "Panel shown");
}

function closeSomething() {
  const menu = one(".menu-holder[open]");
  if (menu) {
    menu.open = false;
    return one("summary", menu).focus();
  }
  if (isTyping(document.activeElement)) {
    flushDrafts();
    return one("#main")?.focus({ preventScroll: true });
  }
  if (all(".row-check:checked").length) {
    all(".row-check:checked").forEach((check) => (check.checked = false));
    return markSelection();
  }
  const peeked = one("#main .panes > #peek");
  if (peeked) return peeked.remove();
  return press(one('[data-action="close"], a[rel="up"]'));
}

let copiedAt = 0;
function copyLink() {
  const again = Date.now() - copiedAt < 1500;
  copiedAt = Date.now();
  const row = currentRow();
  // A case is its number alone; a list is what is asked of it.
  const isCase = one("#main")?.dataset.scope === "case";
  const page = isCase ? location.origin + location.pathname : location.href;
  const link = row ? one(".row-link", row).href : page;
  const title = row ? text(one(".row-subject-words", row) ?? row) : document.title;
  if (!navigator.clipboard) return tell(link); // Without TLS the browser gives none.
  navigator.clipboard.writeText(again ? `${title} ${link}` : link);
  tell(again ? "Link copied with its title" : "Link copied", 3);
}

// r and n: into the composer, which may first have to become the other one.
function write(kind) {
  const form = one("form.composer");
  if (form?.elements.namedItem("kind")?.value !== kind) return act(kind);
  return focusOn("form.composer textarea");
}

// Ctrl+Enter: the form one writes in, or the page's own send button.
function send(from) {
  const form = from?.closest?.("form") ?? one("form.composer");
  const button =
    form && (one('[data-action="send"]', form) ?? one("button:not([type=button])", form));
  return press(button);
}

function openSheet() {
  const body = make("div", { class: "key-sheet" });
  const heading = {
    anywhere: "Anywhere",
    list: "Lists",
    case: "On a case",
    composer: "While writing",
  };
  for (const [scope, title] of Object.entries(heading)) {
    const lines = make("dl");
    for (const [name, label, places] of redressKeys) {
      if (!places.some((place) => place[0] === scope)) continue;
      lines.append(make("dt", {}, label), make("dd", {}, make("kbd", {}, shownKey(name))));
    }
    body.append(make("section", {}, make("h2", {}, title), lines));
  }
  const close = make("button", { class: "button button-quiet", "data-close": true }, "Close");
  const head = make(
    "header",
    { class: "dialog-head" },
    make("h1", { id: "dialog-title" }, "Keyboard shortcuts"),
    close,
  );
  const dialog = one("#dialog");
  const back = document.activeElement;
  dialog.classList.add("dialog-wide");
  stash(dialog);
  dialog.dataset.address = "";
  dialog.replaceChildren(head, body);
  dialog.onclose = () => {
    dialog.classList.remove("dialog-wide");
    back?.focus();
  };
  dialog.showModal();
  close.focus();
}

document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest('a[data-action="keys"]') && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      openSheet();
    }
  },
  true,
);
