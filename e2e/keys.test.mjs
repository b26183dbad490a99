// The agent's work with the keyboard alone, as somebody does it who knows the keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, workday } from "./house.mjs";

let house;
let browser;
let page;
let number = "";

before(async () => {
  house = await House.open();
  browser = await launch();
  page = await person(browser);
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const keys = async (...names) => {
  for (const name of names) await page.keyboard.press(name);
};
const focused = (selector) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
const row = () => page.evaluate(() => document.activeElement?.closest(".row")?.id ?? "");
const dialog = () => page.locator("dialog[open]");
const thread = () => page.locator("#thread");
const REPLY = "Hello,\n\nI'm sorry we took the fee twice. jkmrwnse/?z";

test("one press on the link signs in, g then q opens the queue", async () => {
  await page.goto(house.link("agent"));
  while (!(await page.evaluate(() => document.activeElement.matches("button")))) await keys("Tab");
  await keys("Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await keys("g", "q");
  await page.waitForURL(/\/q\/mine$/);
  await keys("2");
  await page.waitForURL(/\/q\/team$/);
});

test("j and k move through the rows, Enter opens one, m takes it", async () => {
  await keys("j");
  const first = await row();
  await keys("j");
  assert.notEqual(await row(), first);
  await keys("k");
  assert.equal(await row(), first);
  const isFree = () =>
    page.evaluate(() => /Nobody has it/.test(document.activeElement.closest(".row").textContent));
  for (let n = 0; n < 49 && !(await isFree()); n += 1) await keys("j");
  number = (await row()).replace("row-", "");
  await keys("Enter");
  await page.waitForURL(new RegExp(`/cases/${number}$`));
  await keys("m");
  await page.locator(".case-head .tag", { hasText: "With you" }).waitFor();
});

test("j and k on a case follow the list one came from", async () => {
  await page.goto(`${house.base}/q/team?severity=1`);
  await page.locator("#list .row").nth(2).waitFor();
  const listed = await page.locator("#list .row-link").evaluateAll((links) => links.map((a) => a.pathname));
  await keys("j", "Enter");
  await page.waitForURL(house.base + listed[0]);
  for (const [key, place] of [["j", 1], ["j", 2], ["k", 1], ["k", 0]]) {
    await page.locator("#main").focus();
    await keys(key);
    await page.waitForURL(house.base + listed[place]);
  }
  await page.locator(".pane-back").getByRole("link", { name: "Team" }).click();
  await page.waitForURL(/\/q\/team\?severity=1$/);
  await page.goto(`${house.base}/cases/${number}`);
});

test("j and k on a case follow what a search found, and one comes back to it", async () => {
  await page.goto(`${house.base}/search?q=card`);
  const listed = await page.locator("#list .row-link").evaluateAll((links) => links.map((a) => a.pathname));
  assert.ok(listed.length > 2);
  await page.goto(house.base + listed[0]);
  await page.locator("#main").focus();
  await keys("j");
  await page.waitForURL(house.base + listed[1]);
  await page.locator(".pane-back").getByRole("link", { name: "Search" }).click();
  await page.waitForURL(/\/search\?q=card$/);
  await page.goto(`${house.base}/q/team`);
  await page.goto(`${house.base}/cases/${number}`);
});

test("r writes a reply, Ctrl+Enter sends it, z brings the words back", async () => {
  await keys("r");
  await focused("#words");
  await page.keyboard.type(REPLY);
  assert.equal(await page.locator("#words").inputValue(), REPLY);
  assert.equal(await dialog().count(), 0);
  await keys("Control+Enter");
  await thread().getByText("we took the fee twice").first().waitFor();
  await page.locator("#toasts").getByText("Sent a reply").waitFor();
  await focused("#main");
  await keys("z");
  await page.waitForFunction((words) => document.querySelector("#words").value === words, REPLY);
  await thread().locator(".is-undone").waitFor();
});

test("w promises, with the same words for the customer and a clock", async () => {
  await keys("w");
  await dialog().waitFor();
  await page.keyboard.type("look at both payments");
  while (!(await page.evaluate(() => document.activeElement.matches("[type=datetime-local]"))))
    await keys("Tab");
  // A field for day and hour is typed into part by part, in the order of the browser's language.
  await dialog().locator("[type=datetime-local]").fill(workday());
  await keys("Control+Enter");
  await page.locator(".pane-side .promise", { hasText: "look at both payments" }).waitFor();
  assert.equal(await dialog().count(), 0);
});

test("n writes a private note beside a reply that waits, and the reply is still there", async () => {
  await page.locator("#main").focus();
  await keys("n");
  await page.waitForURL(/write=note/);
  await focused("#words");
  await page.keyboard.type("Both payments have the same date.");
  await keys("Control+Enter");
  await thread().locator(".note", { hasText: "the same date" }).waitFor();
  await focused("#main");
  await keys("r");
  await page.waitForURL((url) => !/write=note/.test(url.search));
  await page.waitForFunction((words) => document.querySelector("#words").value === words, REPLY);
});

test("s asks until when, and Escape leaves things as they were", async () => {
  await page.locator("#main").focus();
  await keys("s");
  await dialog().getByText("until", { exact: false }).first().waitFor();
  await keys("Escape");
  await dialog().waitFor({ state: "detached" });
  await focused("#main, .button, summary, body");
});

test("Ctrl+K finds an action by its words, ? shows the keys, / searches", async () => {
  await keys("Control+k");
  await focused("dialog[open] input");
  await page.keyboard.type("Transfer");
  await dialog().getByRole("option", { name: /Transfer/ }).first().waitFor();
  await keys("Escape");
  await dialog().waitFor({ state: "detached" });
  await keys("?");
  await dialog().getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
  await keys("Escape");
  await dialog().waitFor({ state: "detached" });
  await keys("/");
  await focused("#search-field");
  await page.keyboard.type("card");
  await keys("Enter");
  await page.waitForURL(/\/search\?q=card/);
  await page.locator(".row").first().waitFor();
});

test("f filters the queue, the filter stands in the address, and a kept one has a key", async () => {
  await page.goto(`${house.base}/q/team`);
  await keys("f");
  await focused("#filter-kind");
  await page.keyboard.type("Question");
  await keys("Control+Enter");
  await page.waitForURL(/\/q\/team\?kind=question$/);
  await page.locator(".filter-line .chip", { hasText: "Question" }).waitFor();
  await page.getByRole("link", { name: "Keep this view" }).press("Enter");
  await dialog().getByLabel("Name").waitFor();
  await page.keyboard.type("My questions");
  await keys("Control+Enter");
  await page.locator(".tabs [aria-current]", { hasText: "My questions" }).waitFor();
  await keys("2");
  await page.waitForURL(/\/q\/team$/);
  await keys("9");
  await page.waitForURL(/\/q\/team\?kind=question$/);
});

test("l labels a row and goes on with the next, u marks it, p asks about that row", async () => {
  await page.goto(`${house.base}/q/team`);
  await keys("j");
  const first = await row();
  await keys("l");
  await focused("dialog[open] input[type=checkbox]");
  const label = page.locator("dialog[open] label", { hasText: "Call back" });
  const was = await label.locator("input").isChecked();
  await label.locator("input").press("Space");
  await keys("Control+Enter");
  await page.locator(`#${first} .tag`, { hasText: "Call back" }).waitFor({
    state: was ? "detached" : "attached",
  });
  await page.waitForFunction(
    (id) => ![id, ""].includes(document.activeElement?.closest(".row")?.id ?? ""),
    first,
  );
  assert.match(page.url(), /\/q\/team$/);
  const second = await row();
  const isUnread = () => page.locator(`#${second}.is-unread`).count();
  const before = await isUnread();
  await keys("u");
  await page.waitForFunction(
    ([id, was]) => document.querySelectorAll(`#${id}.is-unread`).length !== was,
    [second, before],
  );
  await page.locator(`#${second} .row-link`).focus();
  await keys("p");
  await dialog().getByText("What is right?").waitFor();
  assert.match(
    await dialog().locator("form").getAttribute("action"),
    new RegExp(second.replace("row-", "")),
  );
  await keys("Escape");
  await page.waitForFunction((id) => document.activeElement?.closest(".row")?.id === id, second);
});

test("a slash brings a reply text, two braces a gap, and one key sends and goes on", async () => {
  await page.goto(`${house.base}/cases/${number}`);
  await keys("r");
  await focused("#words");
  await page.locator("#words").fill("");
  await page.keyboard.type("/");
  await dialog().getByRole("heading", { name: "We are looking into it" }).waitFor();
  await focused("dialog[open] [data-insert]");
  await dialog().getByRole("button", { name: /Put it in ?: We are looking/ }).press("Enter");
  await page.waitForFunction(() => /^Dear \w/.test(document.querySelector("#words").value));
  await page.keyboard.type(" {{");
  await focused("dialog[open] [data-gap]");
  await dialog().getByRole("button", { name: /the number of the case/ }).press("Enter");
  await page.waitForFunction(
    (end) => document.querySelector("#words").value.endsWith(end),
    ` ${number}`,
  );
  // Pasted: typed, two braces bring the picker again.
  const typed = await page.locator("#words").inputValue();
  await page.locator("#words").fill(`${typed} {{promise.nothing}}`);
  await keys("Control+Enter");
  const stops = page.locator(".finding", { hasText: "Nothing fills {{promise.nothing}}" });
  await stops.first().waitFor();
  assert.match(page.url(), new RegExp(`/cases/${number}`));
  const words = await page.locator("#words").inputValue();
  await page.locator("#words").fill(words.replace(" {{promise.nothing}}", ""));
  await keys("Control+Shift+Enter");
  await page.waitForURL(({ pathname }) =>
    pathname !== `/cases/${number}` && /^\/(cases\/R-\d+|q\/mine)$/.test(pathname));
});

test("single keys typed into any field of a case change nothing", async () => {
  await page.goto(`${house.base}/cases/${number}`);
  const events = await page.locator("#thread").getAttribute("data-version");
  for (const field of ["#search-field", "#words"]) {
    await page.focus(field);
    await page.keyboard.type("mrnwtseoahijkq?zgxc");
    assert.equal(await dialog().count(), 0);
  }
  await page.reload();
  assert.equal(await page.locator("#thread").getAttribute("data-version"), events);
});
