// Many cases at once, by keys alone: select, change, see how far it is, take all of it back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, signIn } from "./house.mjs";

let house;
let browser;
let page;

before(async () => {
  house = await House.open();
  browser = await launch();
  page = await person(browser);
  await signIn(page, house, "lead");
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const keys = async (...names) => {
  for (const name of names) await page.keyboard.press(name);
};
const words = (selector) => page.locator(selector).innerText();
const unread = () => page.locator("#list .row.is-unread").count();
const heading = (pattern) => page.getByRole("heading", { level: 1 }).filter({ hasText: pattern });

test("x selects several, one key changes them, z takes all of it back", async () => {
  await page.goto(`${house.base}/q/team`);
  const before = await unread();
  await keys("j", "x", "j", "x", "j", "x");
  await page.getByText("3 selected").waitFor();
  await keys("u");
  await page.locator("#toasts").getByText(/Marked 3 cases as read/).waitFor();
  assert.match(page.url(), /\/q\/team$/);
  await page.waitForFunction(
    (n) => document.querySelectorAll("#list .row.is-unread").length === n,
    before - 3,
  );
  await keys("z");
  await page.waitForFunction(
    (n) => document.querySelectorAll("#list .row.is-unread").length === n,
    before,
  );
  await page.goto(`${house.base}/me/actions`);
  await page.locator("li", { hasText: "Marked 3 cases as read" }).getByText("undone").waitFor();
});

test("Shift X selects the page, then the whole list, which goes on as a job", async () => {
  await page.goto(`${house.base}/q/team`);
  const all = Number((await words(".pager .figure")).split(" of ")[1].replace(",", ""));
  assert.ok(all > 50, `${all} cases are more than a page`);
  await keys("j", "Shift+X");
  await page.getByText("50 selected").waitFor();
  await keys("Shift+X");
  await page.getByText(`${all} selected`).waitFor();
  await keys("m");
  await heading(`Take ${all} cases?`).waitFor();
  await page.getByRole("button", { name: `Take ${all} cases` }).focus();
  await keys("Enter");
  await page.waitForURL(/\/bulk-changes\//);
  await page.getByText(`All ${all} done`).waitFor();
  const told = await words("#bulk-change .lede");
  assert.match(told, /\d+ changed/);
  await heading(/^Took \d+/).waitFor();
  assert.equal(await page.locator("#bulk-rows li").count(), 50);
  assert.equal(await page.locator("#toasts .toast").count(), 0, "the page has the button");
});

test("a row that was left as it is says why and leads to its case", async () => {
  const left = page.locator("#bulk-change .tabs a", { hasText: "Left as they are" });
  await left.click();
  await page.waitForURL(/show=refused/);
  const row = page.locator("#bulk-rows li").first();
  await row.getByText("has this case now").waitFor();
  const number = (await row.locator("a").innerText()).trim();
  await row.locator("a").click();
  await page.waitForURL(new RegExp(`/cases/${number}$`));
  await page.goBack();
});

test("z on its page undoes all of it, as a change of its own", async () => {
  await page.goto(page.url().split("?")[0]);
  const changed = /(\d+) changed/.exec(await words("#bulk-change .lede"))[1];
  await page.locator("#main").focus();
  await keys("z");
  await heading(/^Took back the change of/).waitFor();
  await page.getByText(`All ${changed} done`).waitFor();
  assert.equal((await words("#bulk-change .lede")).trim(), `${changed} changed`);
  await page.getByRole("link", { name: "What was taken back" }).click();
  await page.getByRole("link", { name: "How it was taken back" }).waitFor();
});

test("without scripts the whole list is changed by links and buttons", async () => {
  const still = await person(browser, { javaScriptEnabled: false });
  await still.context().addCookies(await page.context().cookies());
  await still.goto(`${house.base}/q/team`);
  await still.locator("[data-whole] input").check();
  await still.getByRole("button", { name: "Priority" }).click();
  await still.locator("[name=severity][value='3']").check();
  await still.locator("form.form .button-primary").click();
  await still.waitForURL(/\/bulk-changes\//);
  for (let n = 0; n < 60 && (await still.getByText(/^All \d+ done/).count()) === 0; n += 1) {
    await still.waitForTimeout(500);
    await still.reload();
  }
  await still.getByText(/^All \d+ done/).waitFor();
  await still.getByRole("button", { name: /^Undo all of it/ }).click();
  await still.getByRole("heading", { name: /^Took back/ }).waitFor();
  await still.context().close();
});
