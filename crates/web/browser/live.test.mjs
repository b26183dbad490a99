// Drafts, dialogs, live updates and the back button, with a desk that answers.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Desk, focused, launch } from "./guide.mjs";

let browser;
let desk;
let base;
let context;
let page;
before(async () => (browser = await launch()));
after(() => browser.close());
beforeEach(async () => {
  desk = new Desk();
  base = await desk.open();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await desk.close();
});

const EDITOR = ".composer textarea";
const SEND = '[data-action="send"]';
const until = async (is) => {
  const end = Date.now() + 5000;
  while (!is()) {
    assert.ok(Date.now() < end, `waited in vain for ${is}`);
    await page.waitForTimeout(20);
  }
};
const says = (selector, words) =>
  page.waitForFunction(
    ([where, pattern]) =>
      new RegExp(pattern).test(document.querySelector(where)?.textContent ?? ""),
    [selector, words.source],
  );

async function write(words) {
  await page.focus(EDITOR);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(words);
}

test("a draft is saved within a second after typing stops, and kept here while the line is down", async () => {
  await page.goto(base + "case");
  await write(" More.");
  const stopped = Date.now();
  await until(() => desk.drafts.length === 1);
  assert.ok(Date.now() - stopped <= 1100);
  await says("[data-draft-state]", /Saved \d\d:\d\d/);
  desk.draftsFail = true;
  await write(" Offline.");
  await says("[data-draft-state]", /this device/);
});

test("others see that one looks and that one replies", async () => {
  await page.goto(base + "case");
  await until(() => desk.presence.includes("looking"));
  await write("x");
  await until(() => desk.presence.includes("replying"));
});

test("a new message shows, typed words stay, and the first press of Send shows what is new", async () => {
  await page.goto(base + "case");
  await until(() => desk.streams.size === 1);
  await write(" Mine.");
  const typed = await page.inputValue(EDITOR);
  desk.hasNewMessage = true;
  desk.tell("case R-10482 v20");
  await page.waitForSelector("#m-9");
  assert.equal(await page.inputValue(EDITOR), typed);
  assert.equal(await page.textContent(SEND), "Review 1 new message");
  await page.keyboard.press("Control+Enter");
  await says(SEND, /^Send/);
  assert.equal(await page.inputValue(EDITOR), typed);
});

test("a fault of ours keeps the text and says what to do", async () => {
  await page.goto(base + "case");
  await write(" Mine.");
  const typed = await page.inputValue(EDITOR);
  await page.keyboard.press("Control+Enter");
  await says("#toasts", /our fault.*7F3K/);
  assert.equal(await page.inputValue(EDITOR), typed);
});

test("a dialog keeps what was typed, shows what to put right, and closes when it is done", async () => {
  await page.goto(base + "case");
  await page.keyboard.press("t");
  await page.waitForSelector("#dialog[open] #because");
  await page.keyboard.type("They can");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#dialog[open]", { state: "detached" });
  await page.keyboard.press("t");
  await page.waitForSelector("#dialog[open] #because");
  assert.equal(await page.inputValue("#because"), "They can");
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => document.activeElement.id === "error-summary");
  await page.fill("#because", "They can book a van");
  await page.focus("#because");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#transferred", { state: "attached" });
  assert.equal(await page.locator("#dialog[open]").count(), 0);
  assert.equal(desk.transfers, 2);
});

test("rows stay where they are while new ones wait behind a bar", async () => {
  await page.goto(base + "queue");
  await until(() => desk.streams.size === 1);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const top = () => page.$eval("#row-R-10479", (row) => row.getBoundingClientRect().top);
  const before = await top();
  desk.hasNewRows = true;
  desk.tell("case R-1 v1");
  await says(".new-rows", /^3 new – press 0$/);
  assert.equal(await top(), before);
  await page.keyboard.press("0");
  await page.waitForSelector("#row-N1");
  assert.equal(await focused(page), "row-N1");
});

test("two tabs share one stream, and a line that is down is told after five seconds", async () => {
  await page.goto(base + "queue");
  await until(() => desk.streams.size === 1);
  const second = await context.newPage();
  await second.goto(base + "queue");
  await second.waitForTimeout(500);
  assert.equal(desk.streams.size, 1);
  await desk.close();
  await page.bringToFront();
  await page.waitForSelector("#line-strip", { timeout: 9000 });
  await says("#line-strip", /^Reconnecting\. What you see is from \d\d:\d\d\.$/);
  await desk.open();
  await page.waitForSelector("#line-strip", { state: "detached", timeout: 15000 });
});

test("going on and back returns to the earlier row without loading anew", async () => {
  await page.goto(base + "today");
  await page.evaluate(() => (window.isSamePage = true));
  await page.click("text=All 118 in the queue");
  await page.waitForURL("**/queue");
  await page.waitForFunction(() => document.activeElement.id === "main");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/case");
  await page.goBack();
  await page.waitForFunction(() => document.activeElement.closest("#row-R-10479"));
  assert.ok(await page.evaluate(() => window.isSamePage));
});
