// The palette lists what the page's own controls do, then places, then what the search finds.

let palette;
let choices = [];
let chosen = 0;

function openPalette() {
  const back = document.activeElement;
  const field = make("input", {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "palette-list",
    "aria-autocomplete": "list",
    "aria-label": "Find any action or place",
    autocomplete: "off",
    spellcheck: "false",
  });
  const found = make("div", {
    class: "palette-list",
    id: "palette-list",
    role: "listbox",
    "aria-label": "Actions and places",
  });
  const mine = make(
    "dialog",
    { class: "dialog palette", "aria-label": "Find any action or place" },
    make("div", { class: "palette-field" }, field),
    found,
  );
  palette?.remove();
  palette = mine;
  document.body.append(mine);
  const known = [...pageActions(back), ...places()];
  const draw = (more = []) => drawPalette(found, field, known, more);
  field.addEventListener("input", () => {
    chosen = 0;
    draw();
    searchSoon(field.value, draw);
  });
  field.addEventListener("keydown", (event) => paletteKey(event, field));
  mine.addEventListener("close", () => {
    mine.remove(); // Its own: a newer palette may be open by now.
    if (document.activeElement === document.body) back?.focus?.();
  });
  mine.showModal();
  chosen = 0;
  draw();
}

function pageActions(from) {
  const about = text(one("#main h1")) || document.title;
  const controls = all("#main :is([data-action], [data-palette], button, a.button)")
    .concat(all(".top [data-action]"))
    .filter((control) => !control.closest("[hidden], [data-row-only], .rows") && !control.disabled);
  const known = new Map();
  for (const control of controls) {
    const name = control.dataset.action;
    const registered = redressKeys.find((key) => key[0] === name);
    const own = control.cloneNode(true);
    all("kbd, svg, .count", own).forEach((extra) => extra.remove());
    const words =
      control.dataset.palette ||
      (isTyping(control) ? "" : text(own)) ||
      control.getAttribute("aria-label") ||
      registered?.[1] ||
      "";
    if (!words || known.has(words)) continue;
    const also = registered && registered[1] !== words ? registered[1] : "";
    known.set(words, {
      group: control.closest(".top") ? "Anywhere" : `On this page: ${about}`,
      words,
      also,
      key: shownKey(name),
      run: () => runOn(control, name, from),
      href: control.href,
    });
  }
  return [...known.values()];
}

// A list action chosen in the palette acts on the row one came from.
function runOn(control, name, from) {
  from?.focus?.();
  return name && !isTyping(control) ? perform(name) || press(control) : press(control);
}

function places() {
  return all(".rail a, #own-menu .menu :is(a, button)").map((control) => {
    const label = one(".rail-label", control);
    const count = text(one(".count", control));
    const own = control.cloneNode(true);
    all("kbd, svg", own).forEach((extra) => extra.remove());
    const words = label ? text(label) + (count ? ` (${count})` : "") : text(own);
    return {
      group: "Go to",
      words,
      also: "",
      key: shownKey(control.dataset.action),
      run: () => press(control),
      href: control.href,
    };
  });
}

// How well words fit what was typed; 0 for not at all. Start, start of a word, inside, in order.
function fit(words, typed) {
  const low = words.toLowerCase();
  if (low.startsWith(typed)) return 4;
  if (low.includes(" " + typed)) return 3;
  if (low.includes(typed)) return 2;
  let at = -1;
  return [...typed].every((letter) => (at = low.indexOf(letter, at + 1)) >= 0) ? 1 : 0;
}

function drawPalette(found, field, known, more) {
  const typed = field.value.trim().toLowerCase();
  const rank = (choice) =>
    Math.max(fit(choice.words, typed), choice.also ? fit(choice.also, typed) : 0);
  const groups = new Map();
  for (const choice of [...known.filter((each) => !typed || rank(each) > 0), ...more]) {
    if (!groups.has(choice.group)) groups.set(choice.group, []);
    groups.get(choice.group).push(choice);
  }
  choices = [];
  found.replaceChildren();
  let number = 0;
  for (const [title, members] of groups) {
    if (typed) members.sort((one, other) => rank(other) - rank(one));
    const id = `palette-group-${++number}`;
    const group = make(
      "div",
      { role: "group", "aria-labelledby": id },
      make("div", { class: "palette-group", id, role: "presentation" }, title),
    );
    for (const choice of members) {
      const option = make(
        "div",
        {
          class: "palette-option",
          role: "option",
          id: `palette-${choices.length}`,
          "aria-selected": "false",
        },
        make("span", {}, choice.words),
      );
      if (choice.key) option.append(make("kbd", {}, choice.key));
      const at = choices.push(choice) - 1;
      option.addEventListener("click", () => runChoice(at));
      group.append(option);
    }
    found.append(group);
  }
  if (!choices.length) {
    found.append(
      make(
        "p",
        { class: "palette-empty" },
        `Nothing here matches “${field.value}”. Enter searches everywhere.`,
      ),
    );
  }
  markChoice(field);
}

function markChoice(field) {
  chosen = Math.max(0, Math.min(choices.length - 1, chosen));
  for (const option of all(".palette-option", palette)) {
    const on = option.id === `palette-${chosen}`;
    option.setAttribute("aria-selected", on);
    if (on) option.scrollIntoView({ block: "nearest" });
  }
  if (choices.length) field.setAttribute("aria-activedescendant", `palette-${chosen}`);
  else field.removeAttribute("aria-activedescendant");
}

function paletteKey(event, field) {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (by) {
    chosen =
      Math.abs(by) === 1 ? (chosen + by + choices.length) % (choices.length || 1) : chosen + by;
    markChoice(field);
  } else if (event.key === "Enter") {
    if (choices.length) runChoice(chosen, event.ctrlKey || event.metaKey);
    else location.assign("/search?q=" + encodeURIComponent(field.value));
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function runChoice(at, inNewTab) {
  const choice = choices[at];
  palette.close();
  if (inNewTab && choice.href) open(choice.href);
  else choice.run();
}

let searchTimer;
function searchSoon(typed, draw) {
  clearTimeout(searchTimer);
  if (typed.trim().length < 2) return;
  searchTimer = setTimeout(async () => {
    const answer = await fetch("/search?part=palette&q=" + encodeURIComponent(typed.trim()), {
      headers: { "HX-Request": "true" },
    }).catch(() => null);
    if (!answer?.ok || one(".palette input")?.value !== typed) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    draw(
      all("a[data-option]", page).map((link) => ({
        group: link.dataset.group || "Found",
        words: text(link),
        also: "",
        key: "",
        href: link.href,
        run: () => location.assign(link.getAttribute("href")),
      })),
    );
  }, 120);
}
