// What the other parts share, and what happens around a partial update.
// Everything listens on the document, since any element below may be replaced.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const text = (element) => (element?.textContent ?? "").replace(/\s+/g, " ").trim();
const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const here = () => location.pathname + location.search;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Says something to those who hear the page, without moving them.
function announce(words) {
  const polite = one("#polite");
  if (!polite) return;
  polite.textContent = "";
  setTimeout(() => (polite.textContent = words), 30);
}

function hour(moment = new Date()) {
  return moment.toLocaleTimeString(document.documentElement.lang || "en", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

// A toast of our own, for what only the browser knows.
function tell(words, seconds = 8) {
  const toast = make("div", { class: "toast" }, make("p", {}, words));
  one("#toasts")?.append(toast);
  announce(words);
  setTimeout(() => toast.remove(), seconds * 1000);
}

// Puts a part of an answer in the place of the same part of the page.
function put(html, selector, push) {
  return htmx.swap({
    text: html,
    sourceElement: document.body,
    target: selector,
    select: selector,
    swap: "outerMorph",
    push: push ?? null,
    request: {},
    response: { raw: { url: location.href } },
    hx: {},
  });
}

// ---- before and after a partial update ----

// A file behind a link is the browser's business.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (
    ctx.request.method !== "GET" ||
    /html/.test(ctx.response.headers.get("content-type") ?? "html")
  )
    return;
  event.preventDefault();
  location.assign(ctx.response.raw.url);
});

// The address changes only when one has come to another page: not for the same one again, nor for
// what answers a form in its place, which could not be loaded again.
document.addEventListener("htmx:before:history:update", (event) => {
  const { history, response, sourceElement } = event.detail;
  const raw = response?.raw;
  const form = sourceElement?.matches?.("form, button, input") && (sourceElement.form ?? sourceElement);
  const answersForm = !raw?.redirected && (raw?.status >= 400 || form?.method === "post");
  if (history.path === here() || answersForm) event.preventDefault();
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const answer = ctx.response?.raw;
  if (ctx.target === undefined || !answer?.status) return;
  const main = tasks.find((task) => task.type === "main");
  const isOurs = main?.fragment.firstElementChild; // A page in our frame.
  if (answer.status >= 500 || (answer.status >= 400 && !isOurs && ctx.request.method !== "GET")) {
    event.preventDefault();
    const late = answer.status === 412 && ctx.sourceElement?.closest?.("form");
    if (late) return void showClash(late);
    const page = new DOMParser().parseFromString(ctx.text, "text/html");
    all(".row.is-going").forEach((row) => row.classList.remove("is-going")); // They stay.
    const words = all("main h1, main p", page).filter((part) => !one("a", part));
    const said = words.slice(0, 3).map(text).join(" ");
    tell(said || "That didn't work, and it's our fault. Your text is kept.", 20);
    return;
  }
  if (main && !isOurs) {
    event.preventDefault(); // Signing in, or a problem: let the browser show it.
    location.assign(answer.url);
    return;
  }
  const form = ctx.sourceElement?.closest?.("form");
  ctx.isSent = form?.matches(".composer") && answer.ok && ctx.request.method !== "GET";
  if (form && answer.ok && ctx.request.method !== "GET") form.reset();
  const arrived = new URL(answer.url, location.href);
  if (form) clean(form);
  if (answer.ok && arrived.pathname !== location.pathname) {
    remember();
    all("[data-dirty]").forEach((kept) => kept.removeAttribute("data-dirty"));
    ctx.isNewPlace = true;
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  all(".menu-holder[open]").forEach((menu) => menu.removeAttribute("open"));
  if (ctx?.isNewPlace) {
    scrollTo(0, 0);
    all(".pane-main, .pane-side").forEach((pane) => (pane.scrollTop = 0));
    if (location.hash.length < 2) one("#main")?.focus({ preventScroll: true });
    announce(document.title);
  }
  arrive();
  if (ctx?.isSent) one("#main")?.focus({ preventScroll: true }); // Where `z` takes it back.
  const tab = ctx?.sourceElement?.closest?.(WRITES);
  if (tab) one("textarea", document.getElementById(tab.hash.slice(1)))?.focus();
});

// The tabs of the composer: what was typed is kept as a draft, and the other one may stand there.
const WRITES = '.composer-head a[href*="#composer-"]';
document.addEventListener(
  "click",
  (event) => {
    const form = event.target.closest(WRITES)?.closest("form[data-draft]");
    if (!form) return;
    flushDrafts();
    form.removeAttribute("data-dirty");
  },
  true,
);

// ---- somebody was faster: theirs is told above what was typed, and sending again decides ----

// What a form says, by its labels: what is ticked, chosen or typed.
function saidIn(form) {
  const said = new Map();
  for (const field of form.elements) {
    if (!field.name || /^(hidden|submit)$/.test(field.type)) continue;
    const isTick = /^(checkbox|radio)$/.test(field.type);
    const group = isTick && one("legend", field.closest("fieldset") ?? make("p"));
    const label = text(group || field.labels?.[0]) || field.name;
    const list = said.get(label) ?? [];
    if (isTick && field.checked) list.push(group ? text(field.labels?.[0]) : "yes");
    const chosen = field.selectedOptions?.[0];
    if (!isTick) list.push(chosen ? text(chosen) : field.value.trim());
    said.set(label, list);
  }
  return new Map([...said].map(([label, list]) => [label, list.join(", ")]));
}

async function showClash(form) {
  const answer = await fetch(here(), { headers: { "HX-Request": "true" } }).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const same = (other) => other.getAttribute("action") === form.getAttribute("action");
  const theirs = page && all("form", page).find(same);
  const kept = "Somebody changed this meanwhile. Your text is kept. Look at it in a new tab.";
  if (!theirs) return tell(kept, 20);
  const mine = saidIn(form);
  const lines = [...saidIn(theirs)].filter(([label, words]) => mine.get(label) !== words);
  const list = lines.map(([label, words]) => make("li", { dir: "auto" }, `${label}: ${words || "–"}`));
  for (const field of all('[name^="version"], [name="press"]', theirs)) {
    const own = one(`[name="${CSS.escape(field.name)}"]`, form);
    if (own) own.value = field.value;
  }
  one(".error-summary", form)?.remove();
  const summary = make(
    "div",
    { class: "error-summary", id: "error-summary", role: "alert", tabindex: "-1", "data-told": "yes" },
    make("h2", {}, "Somebody was faster"),
    make("p", {}, "What you typed is still here. Send it again to put it in place of theirs, or leave it so:"),
    make("ul", {}, ...list),
    make("p", {}, make("a", { href: here(), "hx-boost": "false" }, "Show theirs, without mine")),
  );
  form.prepend(summary);
  summary.focus();
}

// Only what no answer came to was not sent; what broke after an answer came was.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail ?? {};
  if (!ctx) return;
  const isAnswered = ctx.response?.raw?.status;
  const isRead = (ctx.request?.method ?? "GET") === "GET";
  if (isAnswered && !isRead)
    tell("That went through, but this page could not show it. Reload it to see.", 20);
  else if (isRead) tell("The line dropped. Try again.", 8);
  else tell("No answer came, so it may not have been sent. Your text is kept. Try again.", 12);
});

// What every fresh page or part needs.
function arrive() {
  const summary = one("#error-summary");
  if (summary && !summary.dataset.told) {
    summary.dataset.told = "yes";
    summary.focus();
  }
  all(".message, .note").forEach((item) => item.setAttribute("tabindex", "-1"));
  all("textarea[data-count]").forEach(countDown);
  if (sessionStorage.getItem("side") === "off")
    all(".panes").forEach((panes) => (panes.dataset.side = "off"));
  showLatest();
  startToasts();
  markSelection();
  refocusRow();
  tick();
  for (const editor of all("textarea[data-coach]")) paint(editor);
  restoreDrafts();
  watchPresence();
  noteSeen();
}

// A case opens at its newest message, once per case.
let latestOf = "";
function showLatest() {
  const thread = one(".pane-main .thread");
  if (!thread || latestOf === location.pathname) return;
  latestOf = location.pathname;
  const pane = thread.closest(".pane-main");
  if (location.hash.length < 2 && pane.scrollHeight > pane.clientHeight)
    pane.scrollTop = pane.scrollHeight;
}

function countDown(area) {
  const most = Number(area.getAttribute("maxlength"));
  const words = one("#" + CSS.escape(area.dataset.count));
  if (words && most) words.textContent = `${most - area.value.length} characters left`;
}

// ---- toasts ----

function startToasts() {
  for (const toast of all("#toasts .toast:not([data-started])")) {
    toast.dataset.started = "yes";
    announce(text(one("p", toast)));
    const bar = one("[data-countdown]", toast);
    let left = bar ? Number(bar.dataset.countdown) : 8;
    const timer = setInterval(() => {
      if (!bar && toast.matches(":hover, :focus-within")) return;
      left -= 0.5;
      if (bar) bar.value = left;
      if (left <= 0 || !toast.isConnected) {
        clearInterval(timer);
        toast.remove();
      }
    }, 500);
  }
}

// ---- dialogs: a page's own form, shown over the page one came from ----

// What was typed into a dialog that was closed, by its address: it comes back with the dialog.
const closedDialogs = new Map();
const isTyped = (field) => field.value !== field.defaultValue && field.type !== "hidden";

// From `row` of a list, one comes back to the list and goes on with the next row.
async function openDialog(address, row) {
  const dialog = one("#dialog");
  const back = document.activeElement;
  const title = document.title;
  stash(dialog); // The browser tells of the last closing later than keys may come.
  if (closedDialogs.has(address)) {
    dialog.replaceChildren(closedDialogs.get(address));
  } else {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer || !(await fillDialog(dialog, answer))) return location.assign(address);
  }
  dialog.dataset.address = address;
  dialog.dataset.row = row?.id ?? "";
  dialog.onclose = () => {
    if (dialog.open) return;
    stash(dialog);
    if (document.title.startsWith("Error:")) document.title = title;
    if (back?.isConnected) back.focus();
  };
  dialog.showModal();
  focusFirst(dialog);
}

function stash(dialog) {
  const address = dialog.dataset.address;
  if (!address) return;
  const fields = all("textarea, input:not([type=checkbox], [type=radio])", dialog);
  if (fields.some(isTyped)) closedDialogs.set(address, dialog.firstElementChild);
  else closedDialogs.delete(address);
}

async function fillDialog(dialog, answer, html) {
  const page = new DOMParser().parseFromString(html ?? (await answer.text()), "text/html");
  const body = one("[data-dialog-body]", page);
  if (!body) return false;
  for (const form of all("form:not([action])", body)) form.setAttribute("action", answer.url);
  dialog.replaceChildren(document.adoptNode(body));
  all("textarea[data-count]", dialog).forEach(countDown);
  if (one("#error-summary", dialog)) document.title = page.title;
  return true;
}

function focusFirst(dialog) {
  const field = "input:not([type=hidden]), textarea, select, button:not([data-close])";
  (one("#error-summary, [autofocus]", dialog) ?? one(field, dialog))?.focus();
}

function formRequest(form, submitter) {
  const fields = new FormData(form, submitter);
  const method = (submitter?.getAttribute("formmethod") ?? form.method).toUpperCase();
  const address = new URL(
    submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "",
    location.href,
  );
  if (method === "GET") {
    address.search = new URLSearchParams(fields);
    return [address, { headers: { "HX-Request": "true" } }];
  }
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  return [address, { method, body, headers: { "HX-Request": "true" } }];
}

async function sendDialog(form, submitter) {
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  const dialog = one("#dialog");
  try {
    const answer = await fetch(...formRequest(form, submitter));
    const html = await answer.text();
    if ((!answer.ok || !answer.redirected) && (await fillDialog(dialog, answer, html)))
      return focusFirst(dialog);
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!answer.ok) return tell(all("main h1, main p", page).slice(0, 3).map(text).join(" "), 20);
    if (!one("#page", page)) return location.assign(answer.url);
    closedDialogs.delete(dialog.dataset.address); // Sent: nothing to keep.
    dialog.dataset.address = "";
    const row = document.getElementById(dialog.dataset.row);
    dialog.close();
    if (row) return await goOnAfter(row);
    const address = new URL(answer.url);
    const isRead = form.method === "get" && address.search !== location.search;
    const moved = isRead || address.pathname !== location.pathname;
    if (moved) all("[data-dirty]").forEach((kept) => kept.removeAttribute("data-dirty"));
    await put(html, "#page", moved ? address.pathname + address.search : null);
  } catch {
    tell("That didn't go through. Nothing is lost: try again.", 12);
  } finally {
    delete form.dataset.sending;
  }
}

// Captured before htmx sees them.
document.addEventListener(
  "click",
  (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    const close = event.target.closest("[data-close]");
    const opener = event.target.closest("a[data-dialog]");
    if (close?.closest("dialog")) {
      event.preventDefault();
      close.closest("dialog").close();
    } else if (opener) {
      event.preventDefault();
      event.stopPropagation();
      openDialog(opener.href);
    }
    for (const menu of all(".menu-holder[open]"))
      if (!menu.contains(event.target)) menu.open = false;
    if (event.target.matches("dialog:not(:has(form))")) event.target.close(); // The veil around it.
  },
  true,
);

// What was done to a row from the list: the list as it is now, at the next row.
async function goOnAfter(row) {
  nextRow = rowAfter([row])?.id ?? row.id;
  const answer = await fetch(here(), { headers: { "HX-Request": "true" } });
  await put(await answer.text(), "#page");
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const button = event.submitter;
    if (button?.matches("[data-dialog]")) {
      event.preventDefault();
      event.stopPropagation();
      openDialog(String(formRequest(form, button)[0]));
    } else if (form.closest("#dialog") && form.method !== "dialog") {
      event.preventDefault();
      event.stopPropagation();
      sendDialog(form, button);
    }
  },
  true,
);

// `data-preview`: the server says what the customer will read, while it is typed.
let previewTimer;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-preview]");
  if (event.target.matches("textarea[data-count]")) countDown(event.target);
  if (!form) return;
  clearTimeout(previewTimer);
  previewTimer = setTimeout(async () => {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body,
      headers: { "HX-Request": "true" },
    }).catch(() => null);
    const place = one("[data-preview-here]", form);
    if (answer?.ok && place) place.textContent = await answer.text();
  }, 300);
});
