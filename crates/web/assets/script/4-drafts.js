// Drafts: on the server within a second after typing stops, on this device while the line is down.

const SOON = 800; // ms after the last letter
const AT_LEAST = 5000; // ms while typing goes on
const drafts = new WeakMap(); // form → what is known about its draft

function draftOf(form) {
  if (!drafts.has(form))
    drafts.set(form, { timer: 0, savedAt: Date.now(), saving: null, sent: false });
  return drafts.get(form);
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

async function saveDraft(form) {
  const draft = draftOf(form);
  clearTimeout(draft.timer);
  draft.timer = 0;
  draft.savedAt = Date.now();
  if (draft.sent) return;
  draft.saving?.abort(); // Only the newest words count; a slow older save must not win.
  const saving = (draft.saving = new AbortController());
  const stamp = form.elements.namedItem("stamp");
  if (stamp) stamp.value = Number(stamp.value) + 1; // A save counts when its stamp has grown.
  const body = new URLSearchParams(new FormData(form));
  const held = heldAs(form);
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body,
      signal: saving.signal,
      keepalive: String(body).length < 60000,
      headers: { "HX-Request": "true" },
    });
    if (!answer.ok) throw new Error(answer.status);
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
