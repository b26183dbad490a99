// Keys, lists, palette and coach, on the style guide.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { GUIDE, focused, launch } from "./guide.mjs";

let browser;
let page;
before(async () => (browser = await launch()));
after(() => browser.close());
beforeEach(async () => (page = await browser.newPage({ viewport: { width: 1280, height: 800 } })));
afterEach(() => page.close());

const open = (name) => page.goto(`${GUIDE}/styleguide/${name}`);
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const EDITOR = ".composer textarea";

test("j and k move, x ticks, Escape unticks", async () => {
  await open("queue");
  await press("j", "j", "k");
  assert.equal(await focused(page), "row-R-10482");
  await press("x");
  assert.ok(await page.isChecked("#row-R-10482 .row-check"));
  assert.ok(await page.isVisible("#bulk"));
  await press("Escape");
  assert.ok(!(await page.isChecked("#row-R-10482 .row-check")));
});

test("after an action on a row the next row has the focus", async () => {
  await open("queue");
  const html = await (await fetch(`${GUIDE}/styleguide/queue`)).text();
  let posted = "";
  await page.route("**/styleguide/changes", (route) => {
    posted = route.request().postData();
    const body = html.replace(/<li class="row is-unread" id="row-R-10482"[\s\S]*?<\/li>/, "");
    route.fulfill({ contentType: "text/html", body });
  });
  await press("j", "m");
  await page.waitForSelector("#row-R-10482", { state: "detached" });
  assert.match(posted, /case=R-10482/);
  assert.match(posted, /act=take/);
  await page.waitForFunction(() => document.activeElement.closest("#row-R-10479"));
});

test("letters typed into a field do nothing else", async () => {
  await open("queue");
  await page.focus("#search-field");
  await page.keyboard.type("mxjetgq?/");
  assert.equal(await page.inputValue("#search-field"), "mxjetgq?/");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await page.locator(".row-check:checked").count(), 0);
});

test("single keys can be switched off and changed, and titles are not needed for it", async () => {
  await open("queue");
  await page.evaluate(() => (document.body.dataset.singleKeys = "off"));
  await press("j");
  assert.notEqual(await focused(page), "row-R-10482");
  await press("Alt+j");
  assert.equal(await focused(page), "row-R-10482");
  await page.evaluate(() =>
    Object.assign(document.body.dataset, { singleKeys: "on", keys: '{"next":"d"}' }),
  );
  await press("d");
  assert.equal(await focused(page), "row-R-10479");
});

test("the palette lists every button of a case with its key", async () => {
  await open("case");
  const labels = {
    Offer: "O",
    Transfer: "T",
    Resolve: "E",
    Reply: "R",
    "Private note": "N",
    Promise: "W",
    Macro: "/",
    Send: "Ctrl Enter",
    "Not right": "",
  };
  for (const [label, key] of Object.entries(labels)) {
    await press("Control+k");
    await page.keyboard.type(label);
    const chosen = page.locator(".palette-option[aria-selected=true]");
    assert.equal(await chosen.locator("span").textContent(), label);
    if (key) assert.equal(await chosen.locator("kbd").textContent(), key);
    await press("Escape");
    await page.waitForSelector(".palette", { state: "detached" });
  }
});

test("the key sheet opens on ? and closes on Escape, giving the focus back", async () => {
  await open("queue");
  await press("j", "?");
  assert.ok(await page.isVisible(".key-sheet"));
  await press("Escape");
  await page.waitForSelector(".key-sheet", { state: "hidden" });
  assert.equal(await focused(page), "row-R-10482");
});

test("g and a letter go to a place", async () => {
  await open("case");
  await page.evaluate(() =>
    document.addEventListener(
      "click",
      (event) => {
        document.body.dataset.went = event.target.closest("a")?.getAttribute("href");
        event.preventDefault();
        event.stopPropagation();
      },
      true,
    ),
  );
  await press("g", "q");
  assert.equal(await page.getAttribute("body", "data-went"), "/q/mine");
});

test("findings are gone through with F8 and taken with Alt+Enter, and the browser's undo takes it back", async () => {
  await open("case");
  await page.focus(EDITOR);
  await press("F8");
  const marked = await page.$eval(EDITOR, (area) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  assert.equal(marked, "we're sorry that you are having this problem");
  await press("Alt+Enter", "F8", "Alt+Enter");
  const better =
    "Hi Amara, I'm sorry we left you without heating. We will send someone today by 17:00.";
  assert.equal(await page.inputValue(EDITOR), better);
  await press("Control+z");
  assert.match(await page.inputValue(EDITOR), /someone soon/);
});

test("Ctrl+Enter sends once and leaves an empty composer", async () => {
  await open("case");
  const html = await (await fetch(`${GUIDE}/styleguide/case`)).text();
  let sent = 0;
  await page.route("**/styleguide/messages", (route) => {
    sent += 1;
    route.fulfill({
      contentType: "text/html",
      body: html.replace(/(<textarea[^>]*>)[\s\S]*?<\/textarea>/, "$1</textarea>"),
    });
  });
  await page.focus(EDITOR);
  await page.keyboard.type("More. ");
  await press("Control+Enter");
  await page.waitForFunction((area) => document.querySelector(area).value === "", EDITOR);
  assert.equal(sent, 1);
});

test("h hides the panel and shows it again", async () => {
  await open("case");
  await press("h");
  assert.ok(!(await page.isVisible(".pane-side")));
  await press("h");
  assert.ok(await page.isVisible(".pane-side"));
});
