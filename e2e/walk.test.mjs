// Every key of the sheet, pressed where it acts: each does what the sheet says of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, signIn } from "./house.mjs";

let house;
let browser;
let page;
let customer;
let number = "";

before(async () => {
  house = await House.open();
  browser = await launch();
  [page, customer] = [await person(browser), await person(browser)];
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, house, "lead");
  await customer.goto(house.link("customer"));
  number = (await customer.locator("p.quiet.small").first().innerText()).trim();
  await customer.locator("#words").fill("Besides: nobody answers at your branch in Leeds.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await customer.getByText("nobody answers at your branch").first().waitFor();
  // A second page of rows, and an own view with a key.
  await page.goto(`${house.base}/q/team/keeping?kind=complaint`);
  await page.locator("form.form input[name=name]").fill("Complaints");
  await page.locator("form.form .button-primary").click();
  await page.waitForURL(/\/q\/team\?kind=complaint/);
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const keys = async (...names) => {
  for (const name of names) await page.keyboard.press(name);
};
const at = (address) => page.goto(house.base + address);
const onCase = (rest = "") => at(`/cases/${number}${rest}`);
const dialog = () => page.locator("dialog[open]");
const goes = (pattern) => () => page.waitForURL(pattern);
const focused = (selector) => () =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
const asks = (words) => async () => {
  await dialog().getByRole("heading").filter({ hasText: words }).first().waitFor();
  await keys("Escape");
  await dialog().waitFor({ state: "detached" });
};
const said = (words) => () => page.locator("#toasts").getByText(words).first().waitFor();
const row = () => page.evaluate(() => document.activeElement?.closest(".row")?.id ?? "");
async function toFreeRow() {
  await keys("j");
  const isFree = () =>
    page.evaluate(() => /Nobody has it/.test(document.activeElement.closest(".row").textContent));
  for (let n = 0; n < 49 && !(await isFree()); n += 1) await keys("j");
  page.free = await row();
}
const isUnread = (id) => page.locator(`#${id}.is-unread`).count();
const moves = async (...names) => {
  const before = await row();
  await keys(...names);
  assert.notEqual(await row(), before, names.join(" "));
};

// What each line of the sheet does: heading, label → from where, which keys, what is seen then.
const list = (key, then) => [() => at("/q/team"), async () => keys("j", key), then];
const tab = (key, word) => [() => at("/q/team"), () => keys(key), goes(new RegExp(`/q/${word}$`))];
const anywhere = (press, then) => [() => at("/customers"), () => keys(...press), then];
const onThe = (press, then, rest) => [() => onCase(rest), () => keys(...press), then];
const ON_LIST = {
  Next: [() => at("/q/team"), () => moves("j", "j")],
  Previous: [() => at("/q/team"), async () => (await keys("j", "j"), await moves("k"))],
  Open: list("Enter", goes(/\/cases\/R-\d+$/)),
  Peek: list("Space", () => page.locator("#peek").getByRole("heading").first().waitFor()),
  Select: list("x", () => page.getByText("1 selected").waitFor()),
  "Select the page, then the whole list": list("Shift+X", async () => {
    await page.getByText("50 selected").waitFor();
    await keys("Shift+X");
    await page.locator("[data-whole] input:checked").waitFor();
  }),
  "Show new rows": [
    () => at("/q/team?severity=4"),
    async () => {
      await newCase();
      await page.locator(".new-rows").waitFor();
      await keys("0");
    },
    () => page.locator(".new-rows").waitFor({ state: "detached" }),
  ],
  Older: [() => at("/q/team"), () => keys("]"), goes(/after=/)],
  Newer: [
    async () => (await at("/q/team"), await keys("]"), await page.waitForURL(/after=/)),
    () => keys("["),
    goes(/\/q\/team$/),
  ],
  "First saved view": tab("1", "mine"),
  "Second saved view": [() => at("/q/mine"), () => keys("2"), goes(/\/q\/team$/)],
  "Third saved view": tab("3", "promises"),
  "Fourth saved view": tab("4", "public"),
  "Fifth saved view": tab("5", "reopened"),
  "Sixth saved view": tab("6", "snoozed"),
  "Seventh saved view": tab("7", "ideas"),
  "Eighth saved view": tab("8", "closed"),
  "First view of your own": tab("9", "team\\?kind=complaint"),
  Filter: [() => at("/q/team"), () => keys("f"), asks(/./)],
  "Take it": [
    async () => (await at("/q/team"), await toFreeRow()),
    () => keys("m"),
    () => page.locator(`#${page.free} .row-owner`, { hasText: "You" }).waitFor(),
  ],
  Assign: list("a", asks(/./)),
  Transfer: list("t", asks(/./)),
  Snooze: [
    async () => (await at("/q/team"), await toFreeRow()),
    () => keys("s"),
    // At some hours something is due before tomorrow: then the case stays, and the page says why.
    () =>
      page.waitForFunction(
        (id) => {
          const row = document.getElementById(id);
          const says = document.getElementById("toasts").textContent;
          return !row || (/due before then/.test(says) && !row.matches(".is-going"));
        },
        page.free,
      ),
  ],
  Resolve: list("e", asks(/./)),
  "Set the priority": list("p", asks(/./)),
  "Label or cause": list("l", asks(/./)),
  "Read or unread": list("u", said(/Marked as (un)?read/)),
};
const ON_CASE = {
  Next: [() => onCase(), () => keys("j"), goes((url) => !url.pathname.endsWith(number))],
  Previous: [
    async () => {
      await at("/q/team");
      const second = page.locator("#list .row-link").nth(1);
      await at(await second.getAttribute("href"));
    },
    () => keys("k"),
    goes((url) => url.pathname !== page.seenAt),
  ],
  "Take it": onThe(["m"], () => page.locator(".case-head").getByText(/With you|you have it/).waitFor()),
  Assign: onThe(["a"], asks(/Assign|Who/)),
  Transfer: onThe(["t"], asks(/Transfer|Hand/)),
  Snooze: onThe(["s"], asks(/./)),
  Resolve: onThe(["e"], asks(/./)),
  "Set the priority": onThe(["p"], asks(/./)),
  "Label or cause": onThe(["l"], asks(/./)),
  "Previous message": onThe(["["], focused(".message, .note")),
  "Next message": onThe(["]"], focused(".message, .note")),
  Reply: onThe(["r"], focused("textarea#words")),
  "Private note": onThe(["n"], () => page.locator(".editor.note textarea:focus").waitFor()),
  "What would be fair?": onThe(["o"], asks(/./)),
  "Make a promise": onThe(["w"], asks(/./)),
  Escalate: onThe(["Shift+T"], asks(/./)),
  "Show or hide the panel": onThe(["h"], async () => {
    await page.locator('.panes[data-side="off"]').waitFor();
    await keys("h");
    await page.locator('.panes:not([data-side="off"])').waitFor();
  }),
  "Publicity check": [
    async () => {
      await onCase("?write=reply");
      await page.locator("#words").fill("We give you back both fees by Friday.");
      await page.locator("#main").focus();
    },
    () => keys("q"),
    () => page.getByRole("heading", { name: "If this were public tomorrow" }).waitFor(),
  ],
  Merge: onThe(["Shift+M"], asks(/./)),
  "Split from this message": onThe(["Shift+S"], asks(/./)),
  "Case file to print": onThe(["Shift+P"], goes(/\/file$/)),
};
const STIFF = "Kindly be advised pursuant to our aforementioned policy. You failed to read it.";
const stiff = async () => {
  await onCase("?write=reply");
  await page.locator("#words").fill(STIFF);
  await page.locator(".findings li").first().waitFor();
  await page.locator("#words").focus();
};
const marked = () => page.locator('.findings [aria-current="true"]').waitFor();
const IN_COMPOSER = {
  Send: [() => writing("note", "To myself."), () => keys("Control+Enter"), inThread("To myself.")],
  "Send and open the next": [
    () => writing("note", "Onward."),
    () => keys("Control+Shift+Enter"),
    goes((url) => !url.pathname.endsWith(number)),
  ],
  "Put in a reply text": [() => writing("reply", ""), () => keys("/"), asks(/Reply texts/)],
  "Put in something from the case": [
    () => writing("reply", ""),
    () => page.keyboard.type("{{"),
    asks(/Reply texts/),
  ],
  "Name a colleague in a note": [() => writing("note", ""), () => keys("@"), asks(/colleague/)],
  "Next finding": [stiff, () => keys("F8"), marked],
  "Previous finding": [stiff, () => keys("Shift+F8"), marked],
  "Use the suggested wording": [
    stiff,
    () => keys("F8", "Alt+Enter"),
    () => page.waitForFunction((was) => document.querySelector("#words").value !== was, STIFF),
  ],
};
const ANYWHERE = {
  "Find any action or place": anywhere(["Control+k"], async () => {
    await dialog().getByRole("combobox").waitFor();
    await keys("Escape");
  }),
  Search: anywhere(["/"], focused("#search-field")),
  "Keyboard shortcuts": anywhere(["?"], asks(/./)),
  "New case": anywhere(["c"], goes(/\/cases\/new$/)),
  Notifications: anywhere(["b"], goes(/\/bell$/)),
  Undo: [
    async () => {
      await at("/q/team");
      await keys("j");
      page.marked = [await row(), await isUnread(await row())];
      await keys("u");
      await said(/Marked as/)();
    },
    () => keys("z"),
    async () => {
      const [id, unread] = page.marked;
      await page.locator(`#${id}${unread ? "" : ":not"}${unread ? ".is-unread" : "(.is-unread)"}`).waitFor();
      assert.match(page.url(), /\/q\/team$/);
    },
  ],
  "Close or back": [
    async () => (await at("/q/team"), await keys("j", "Enter"), await goes(/\/cases\//)()),
    () => keys("Escape"),
    goes(/\/q\/team$/),
  ],
  "Copy the link": anywhere(["."], async () => {
    await said(/./)();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/customers$/);
  }),
  Today: anywhere(["g", "t"], goes(/\/(today)?$/)),
  Queue: anywhere(["g", "q"], goes(/\/q\/mine$/)),
  Promises: anywhere(["g", "p"], goes(/\/promises$/)),
  Feedback: anywhere(["g", "v"], goes(/\/feedback$/)),
  Customers: [() => at("/today"), () => keys("g", "c"), goes(/\/customers$/)],
  Insight: anywhere(["g", "i"], goes(/\/insight/)),
  Snoozed: anywhere(["g", "z"], goes(/\/q\/snoozed$/)),
  Settings: anywhere(["g", "s"], goes(/\/settings/)),
};
const SHEET = {
  Anywhere: ANYWHERE,
  Lists: ON_LIST,
  "On a case": ON_CASE,
  "While writing": IN_COMPOSER,
};

async function writing(kind, words) {
  await onCase(`?write=${kind}`);
  await page.locator("#words").fill("");
  await page.locator("#words").focus();
  if (words) await page.keyboard.type(words);
}

function inThread(words) {
  return () => page.locator("#thread").getByText(words).first().waitFor();
}

async function newCase() {
  const other = await person(browser);
  await other.context().addCookies(await page.context().cookies());
  await other.goto(`${house.base}/cases/new`);
  await other.locator("input[name=name]").fill("Noor Haddad");
  await other.locator("textarea[name=said]").fill("Somebody was hurt in your lift. It stands still.");
  await other.locator("input[name=safety]").check();
  await other.locator("select[name=severity]").selectOption("4");
  await other.getByRole("button", { name: /^Open the case/ }).click();
  await other.waitForURL(/\/cases\/R-\d+/);
  await other.context().close();
}

test("every line of the key sheet is walked, and no other", async () => {
  await at("/keys");
  const lines = await page.locator(".key-sheet section").evaluateAll((parts) =>
    parts.map((part) => [
      part.querySelector("h2").textContent,
      [...part.querySelectorAll("dt")].map((label) => label.textContent),
    ]),
  );
  const walked = Object.entries(SHEET).map(([where, actions]) => [where, Object.keys(actions)]);
  const sorted = (all) => all.map(([where, names]) => [where, [...names].sort()]);
  assert.deepEqual(sorted(walked), sorted(lines));
});

for (const [where, actions] of Object.entries(SHEET)) {
  for (const [name, [from, press, seen]] of Object.entries(actions)) {
    test(`${where}: ${name}`, async () => {
      await from();
      page.seenAt = new URL(page.url()).pathname;
      await press();
      await seen?.();
    });
  }
}
