// The coach: findings come from the server after a pause; marks lie under the text, in place.

const PAUSE = 400; // ms
let coachTimer;
let coachAsked;

const findings = (editor) => all(".finding", editor.form);
const editorHere = () =>
  document.activeElement?.closest("textarea[data-coach]") ?? one("textarea[data-coach]");

// Findings count characters as people do, not the two halves of an emoji.
function spot(words, finding) {
  const letters = [...words];
  const from = letters.slice(0, Number(finding.dataset.from)).join("").length;
  const to = letters.slice(0, Number(finding.dataset.to)).join("").length;
  return [from, to];
}

document.addEventListener("input", (event) => {
  const editor = event.target;
  if (!editor.matches("textarea[data-coach]")) return;
  clearMarks(editor);
  clearTimeout(coachTimer);
  coachTimer = setTimeout(() => ask(editor), PAUSE);
});

async function ask(editor) {
  coachAsked?.abort();
  coachAsked = new AbortController();
  const form = editor.form;
  const words = editor.value;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(editor.dataset.coach, {
    method: "POST",
    body,
    signal: coachAsked.signal,
    headers: { "HX-Request": "true" },
  }).catch(() => null);
  if (!answer?.ok || editor.value !== words || !editor.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = one(".findings", page);
  const old = one(".findings", form);
  if (!fresh || !old) return;
  const before = findings(editor).length;
  old.replaceChildren(...fresh.childNodes);
  paint(editor);
  const count = findings(editor).length;
  if (count !== before) announce(count === 1 ? "1 suggestion" : `${count || "No"} suggestions`);
}

function clearMarks(editor) {
  one(".editor-marks", editor.parentElement)?.replaceChildren();
}

function paint(editor) {
  const under = one(".editor-marks", editor.parentElement);
  if (!under) return;
  under.replaceChildren();
  let at = 0;
  for (const finding of findings(editor)) {
    const [from, to] = spot(editor.value, finding);
    if (!(to > from) || from < at) continue;
    under.append(
      editor.value.slice(at, from),
      make("mark", { "data-tone": finding.dataset.tone ?? "warn" }, editor.value.slice(from, to)),
    );
    at = to;
  }
  under.append(editor.value.slice(at) + "\n");
  under.scrollTop = editor.scrollTop;
}

document.addEventListener(
  "scroll",
  (event) => {
    if (event.target.matches?.("textarea[data-coach]")) {
      const under = one(".editor-marks", event.target.parentElement);
      if (under) under.scrollTop = event.target.scrollTop;
    }
  },
  true,
);

function moveFinding(by) {
  const editor = editorHere();
  const known = editor ? findings(editor) : [];
  if (!known.length) return false;
  const now = known.findIndex((finding) => finding.getAttribute("aria-current") === "true");
  const at = now < 0 ? (by > 0 ? 0 : known.length - 1) : (now + by + known.length) % known.length;
  known.forEach((finding, number) =>
    number === at
      ? finding.setAttribute("aria-current", "true")
      : finding.removeAttribute("aria-current"),
  );
  const finding = known[at];
  const [from, to] = spot(editor.value, finding);
  editor.focus();
  if (to > from) editor.setSelectionRange(from, to);
  finding.scrollIntoView({ block: "nearest" });
  const better = finding.dataset.better ? ` Better: ${finding.dataset.better}` : "";
  announce(`${at + 1} of ${known.length}: ${text(one("b", finding))}.${better}`);
}

function useSuggestion() {
  const editor = editorHere();
  const known = editor ? findings(editor) : [];
  const finding = known.find((each) => each.getAttribute("aria-current") === "true") ?? known[0];
  if (!finding?.dataset.better) return false;
  useFinding(editor, finding);
}

// What was done with advice is sent along with the form, for whoever learns which rules help.
function sendAlong(editor, name, finding) {
  const rule = finding.dataset.rule;
  if (rule) editor.form.append(make("input", { type: "hidden", name, value: rule }));
}

// Typed in, so that the browser's own undo takes it back; later marks move along.
function useFinding(editor, finding) {
  const better = finding.dataset.better;
  const [from, to] = spot(editor.value, finding);
  const start = Number(finding.dataset.from);
  const moved = [...better].length - (Number(finding.dataset.to) - start);
  editor.focus();
  editor.setSelectionRange(from, to);
  sendAlong(editor, "used", finding);
  finding.remove();
  for (const later of findings(editor)) {
    if (Number(later.dataset.from) < start) continue;
    later.dataset.from = Number(later.dataset.from) + moved;
    later.dataset.to = Number(later.dataset.to) + moved;
  }
  if (!document.execCommand("insertText", false, better)) {
    editor.setRangeText(better, from, to, "end");
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  paint(editor);
}

document.addEventListener("click", (event) => {
  const finding = event.target.closest(".finding");
  const editor = finding && one("textarea[data-coach]", finding.closest("form"));
  if (!editor) return;
  const use = event.target.closest("[data-use]");
  const dismiss = event.target.closest("[data-dismiss]");
  // Without scripts both are sent with the form; with them nothing has to be.
  if (use || dismiss) event.preventDefault();
  if (use) useFinding(editor, finding);
  else if (dismiss) {
    sendAlong(editor, "kept", finding);
    finding.remove();
    paint(editor);
    editor.focus();
  }
});

// ---- reply texts (`/` at the start of a line), what the case knows (`{{`), colleagues (`@`) ----

let typedForPicker = "";

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!area.matches?.("textarea[data-picker]") || event.isComposing) return;
  const before = area.value.slice(0, area.selectionStart);
  if (area.dataset.picker.endsWith("/colleagues")) {
    if (event.data === "@" && /(^|[^\p{L}\p{N}])@$/u.test(before)) openPicker(area, "@");
  } else if (event.data === "/" && /(^|\n)\/$/.test(before)) openPicker(area, "/");
  else if (event.data === "{" && before.endsWith("{{")) openPicker(area, "{{");
});

async function openPicker(area, typed) {
  typedForPicker = typed;
  await openDialog(area.dataset.picker);
  if (typed === "{{") one("#dialog [data-gap]")?.focus();
}

// What was chosen takes the place of what opened the picker; typed in, so that it can be undone.
document.addEventListener(
  "click",
  (event) => {
    const chosen = event.target.closest("#dialog [data-insert]");
    const area = chosen && one("textarea[data-picker]");
    if (!area) return;
    event.preventDefault();
    event.stopPropagation();
    const words = chosen.dataset.insert;
    // Read before: a field that comes back from under a dialog has its cursor at the start.
    const [at, end] = [area.selectionStart, area.selectionEnd];
    one("#dialog").close();
    area.focus();
    const from = at - typedForPicker.length;
    const isThere = area.value.slice(from, at) === typedForPicker;
    area.setSelectionRange(isThere ? from : at, end);
    typedForPicker = "";
    if (!document.execCommand("insertText", false, words)) {
      area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  },
  true,
);
