// Drafts: on the server within a second after typing stops, on this device while the line is down.

const SOON = 800; // ms after the last letter
const AT_LEAST = 5000; // ms while typing goes on
const drafts = new WeakMap(); // form → what is known about its draft
// One person may write on two pages: what is left over of a stamp says which of them saved last.
const PAGES = 4096;
const ownPage = 1 + (crypto.getRandomValues(new Uint16Array(1))[0] % (PAGES - 1));

function draftOf(form) {
  if (!drafts.has(form)) {
    const since = form.elements.namedItem("stamp")?.value;
    drafts.set(form, { timer: 0, savedAt: Date.now(), saving: null, sent: false, since });
  }
  return drafts.get(form);
}

function nextStamp(stamp) {
  return (Math.floor(Number(stamp) / PAGES) + 1) * PAGES + ownPage;
}

// What is kept on this device is a note or a reply: the words of one must never become the other.
function heldAs(form) {
  return `draft ${form.dataset.draft} ${form.elements.namedItem("kind")?.value ?? ""}`;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  const kept = event.target.closest("[data-keep]");
  kept?.setAttribute("data-dirty", "");
  if (!form?.dataset.draft) return;
  const draft = draftOf(form);
  draft.sent = false;
  clearTimeout(draft.timer);
  if (Date.now() - draft.savedAt >= AT_LEAST) saveDraft(form);
  else draft.timer = setTimeout(() => saveDraft(form), SOON);
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && draftOf(form).timer) saveDraft(form);
});
document.addEventListener("visibilitychange", () => document.hidden && flushDrafts());
addEventListener("pagehide", flushDrafts);
addEventListener("online", () => all("form[data-draft][data-unsaved]").forEach(saveDraft));

function flushDrafts() {
  for (const form of all("form[data-draft]")) if (draftOf(form).timer) saveDraft(form);
}

async function saveDraft(form, over = false) {
  const draft = draftOf(form);
  clearTimeout(draft.timer);
  draft.timer = 0;
  draft.savedAt = Date.now();
  if (draft.sent || (draft.elsewhere && !over)) return;
  draft.saving?.abort(); // Only the newest words count; a slow older save must not win.
  const saving = (draft.saving = new AbortController());
  const stamp = form.elements.namedItem("stamp");
  if (stamp) stamp.value = nextStamp(stamp.value); // A save counts when its stamp has grown.
  const body = new URLSearchParams(new FormData(form));
  if ("draftShared" in form.dataset) body.set("since", draft.since);
  if (over) body.set("over", "yes");
  const held = heldAs(form);
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body,
      signal: saving.signal,
      keepalive: String(body).length < 60000,
      headers: { "HX-Request": "true" },
    });
    if (answer.status === 409) return sayElsewhere(form);
    if (!answer.ok) throw new Error(answer.status);
    draft.elsewhere = false;
    localStorage.removeItem(held);
    form.removeAttribute("data-unsaved");
    sayDraft(form, `Saved ${hour()}`);
  } catch (why) {
    if (why.name === "AbortError") return;
    const words = all("textarea[name], input[type=text][name]", form).map((field) => [
      field.name,
      field.value,
    ]);
    localStorage.setItem(held, JSON.stringify(words));
    form.setAttribute("data-unsaved", "");
    sayDraft(form, "Kept on this device until the line is back");
  }
}

function sayDraft(form, words) {
  const place = one("[data-draft-state]", form);
  if (place) place.textContent = words;
}

// Nothing is written over without a word: both pages keep theirs until the person says which.
function sayElsewhere(form) {
  draftOf(form).elsewhere = true;
  form.setAttribute("data-unsaved", "");
  const place = one("[data-draft-state]", form);
  if (!place) return;
  const these = document.createElement("button");
  these.type = "button";
  these.className = "button-link";
  these.textContent = "Save these words instead";
  these.addEventListener("click", () => saveDraft(form, true));
  const theirs = document.createElement("a");
  theirs.href = location.href;
  theirs.target = "_blank";
  theirs.textContent = "See the others";
  const words = "Not saved: another page of yours changed or sent this draft.";
  place.replaceChildren(words, " ", these, " ", theirs);
}

// Sent or reset: no late save may bring the words back.
function clean(form) {
  const draft = draftOf(form);
  clearTimeout(draft.timer);
  draft.timer = 0;
  draft.sent = true;
  draft.saving?.abort();
  if (form.dataset.draft) localStorage.removeItem(heldAs(form));
  form.removeAttribute("data-unsaved");
  form.closest("[data-keep]")?.removeAttribute("data-dirty");
}

// Words that never reached the server come back when the page does.
function restoreDrafts() {
  for (const form of all("form[data-draft]:not([data-restored])")) {
    form.dataset.restored = "yes";
    const held = localStorage.getItem(heldAs(form));
    if (!held) continue;
    for (const [name, words] of JSON.parse(held)) {
      const field = form.elements.namedItem(name);
      if (field && !field.value && words) field.value = words;
    }
    form.closest("[data-keep]")?.setAttribute("data-dirty", "");
    sayDraft(form, "Kept on this device");
    saveDraft(form);
  }
}

// Sending ends the draft; signing out leaves no words on the device.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (/\/sign-out$/.test(form.action)) {
      Object.keys(localStorage)
        .filter((key) => key.startsWith("draft "))
        .forEach((key) => localStorage.removeItem(key));
    }
    if (form.dataset.draft) {
      const draft = draftOf(form);
      clearTimeout(draft.timer);
      draft.timer = 0;
      draft.sent = true;
    }
  },
  true,
);
