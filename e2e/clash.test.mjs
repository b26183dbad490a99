// Two people at one form: the later one is told what the earlier one changed, and loses nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, signIn } from "./house.mjs";

let house;
let browser;
let first;
let second;
let number = "";

before(async () => {
  house = await House.open();
  browser = await launch();
  [first, second] = [await person(browser), await person(browser)];
  await signIn(first, house, "admin");
  await signIn(second, house, "lead");
  await first.goto(`${house.base}/q/team`);
  number = (await first.locator("#list .row-link").first().getAttribute("href")).split("/").at(-1);
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const both = async (address) => {
  for (const page of [first, second]) await page.goto(house.base + address);
};
const keep = (page) => page.locator("main .button-primary").first().click();
const line = (page) => page.getByLabel("The problem in one line");

test("a problem line that a colleague changed meanwhile is shown beside one's own", async () => {
  await both(`/cases/${number}/problem`);
  await line(first).fill("The fee was taken twice.");
  await keep(first);
  await first.waitForURL(/\/cases\/R-\d+$/);
  await line(second).fill("Two fees in one month.");
  await keep(second);
  const told = "Meanwhile it was changed to “The fee was taken twice.”";
  await second.getByText(told).first().waitFor();
  assert.match(await second.title(), /^Error:/);
  assert.equal(await line(second).inputValue(), "Two fees in one month.");
  await keep(second);
  await second.locator(".problem-line q", { hasText: "Two fees in one month." }).waitFor();
});

test("labels that two people put on at the same moment all stay", async () => {
  await both(`/cases/${number}/labels`);
  const box = (page, name) => page.locator("label.choice", { hasText: name }).locator("input");
  await box(first, "Branch visit").check();
  await box(second, "Letter not understood").check();
  for (const page of [first, second]) {
    await keep(page);
    await page.waitForURL(/\/cases\/R-\d+$/);
  }
  const labels = second.locator(".problem-line", { hasText: "Labels" });
  for (const name of ["Branch visit", "Letter not understood"])
    await labels.getByText(name).waitFor();
});

test("settings changed meanwhile are told with their words, and sending again decides", async () => {
  const again = await first.context().newPage();
  for (const page of [first, again]) await page.goto(`${house.base}/settings/labels`);
  const label = await first.locator('main a[href^="/settings/labels/"]:not([href$=new])').first();
  const address = await label.getAttribute("href");
  for (const page of [first, again]) await page.goto(house.base + address);
  await first.locator("input[name=name]").fill("Called back");
  await keep(first);
  await first.waitForURL(/\/settings\/labels$/);
  await again.locator("input[name=name]").fill("Ring back");
  await keep(again);
  const told = again.locator("#error-summary");
  await told.getByText("Somebody was faster").waitFor();
  await told.getByText("Name: Called back").waitFor();
  assert.equal(await again.evaluate(() => document.activeElement.id), "error-summary");
  assert.equal(await again.locator("input[name=name]").inputValue(), "Ring back");
  await keep(again);
  await again.waitForURL(/\/settings\/labels$/);
  await again.getByRole("link", { name: "Ring back" }).waitFor();
});

test("a form over the case that comes back says so in the title, until it is closed", async () => {
  await first.goto(`${house.base}/cases/${number}`);
  const title = await first.title();
  await first.locator("#main").focus();
  await first.keyboard.press("w");
  await first.locator("dialog[open] .button-primary").click();
  await first.locator("dialog[open] #error-summary").waitFor();
  assert.match(await first.title(), /^Error:/);
  await first.keyboard.press("Escape");
  await first.locator("dialog[open]").waitFor({ state: "detached" });
  await first.waitForFunction((before) => document.title === before, title);
});
