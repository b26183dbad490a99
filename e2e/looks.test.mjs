// Every page: readable by everyone, at home on small screens, and quiet towards the outside.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { CHECKOUT, House, launch, person, signIn, watch } from "./house.mjs";
import { customerPages, DIALOGS, offerPage, settingsPages, staffPages } from "./pages.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};
// Answers that are no page of their own: drawings, programs, doors that lead on, mail as it came.
const NO_PAGE = /^\/(api\/|assets\/|livez|readyz|metrics|events|feedback\/\{id\}\/|q$|$)/;

let house;
let browser;
const seen = []; // The addresses looked at.
const found = { light: [], dark: [], sideways: [], headings: [] };
const links = new Map(); // Where links of each kind lead: an example, and who may follow it.
const faults = [];

before(async () => {
  house = await House.open();
  browser = await launch();
  const [lead, admin, customer] = [await watched(), await watched(), await watched()];
  await signIn(lead, house, "lead");
  await signIn(admin, house, "admin");
  const offer = await offerPage(lead, customer, house);
  const staff = await staffPages(lead, customer, house);
  const visits = [
    [customer, [...(await customerPages(customer, house)), offer]],
    [lead, staff],
    [admin, await settingsPages(admin, house)],
  ];
  await Promise.all(visits.map(([page, addresses]) => walk(page, addresses)));
  await openDialogs(lead, staff.find((address) => /^\/cases\/R-\d+$/.test(address)));
});
after(async () => {
  await browser?.close();
  await house?.close();
});

async function watched() {
  const page = await person(browser);
  faults.push(await watch(page.context(), house));
  return page;
}

async function walk(page, addresses) {
  for (const address of addresses) {
    seen.push(address);
    await look(page, address);
  }
}

// Whatever opens above a case is looked at where it opens.
async function openDialogs(page, address) {
  for (const key of DIALOGS) {
    await page.goto(house.base + address);
    await page.keyboard.press(key);
    await page.locator("dialog[open] :is(h1, input)").first().waitFor();
    await examine(page, `${address} ${key}`);
  }
  for (const menu of ["#own-menu", ".case-head .menu-holder"]) {
    await page.goto(house.base + address);
    await page.locator(`${menu} > summary`).click();
    // What an open menu covers was looked at before; whatever it leaves a strip of is no target.
    await examine(page, `${address} ${menu}`, menu);
  }
}

async function look(page, address, name = address) {
  await page.goto(house.base + address);
  await collectLinks(page);
  const headings = await page.locator("h1:visible").count();
  if (headings !== 1) found.headings.push(`${name}: ${headings} headings`);
  if (!(await page.title()).trim()) found.headings.push(`${name}: no title`);
  await examine(page, name);
}

// One link of each kind: those that differ only in a number, an id or a search are of one.
async function collectLinks(page) {
  const found = await page.locator('a[href^="/"]').evaluateAll((all) =>
    all.map((link) => link.getAttribute("href")),
  );
  for (const href of found) {
    const kind = href.replace(/R-\d+|[0-9a-f]{8}-[0-9a-f-]{27}|=[^&]*|\d+/g, "…");
    if (!links.has(kind)) links.set(kind, [page, href]);
  }
}

// Both colours, and from the narrowest screen to a wide one.
async function examine(page, name, part) {
  // Through the debugger, since the content policy rightly lets no other script in.
  const tools = await page.context().newCDPSession(page);
  await tools.send("Runtime.evaluate", { expression: AXE });
  await tools.detach();
  for (const width of [320, 360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (over > 0) found.sideways.push(`${name}: ${over} px too wide at ${width}`);
    if (width === 320) continue;
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const within = ([rules, part]) => axe.run(part ?? document, rules);
      const result = await page.evaluate(within, [RULES, part]);
      for (const rule of result.violations) {
        const where = rule.nodes[0].html.slice(0, 200);
        found[colorScheme].push(`${name}: ${width} ${rule.id}: ${where}`);
      }
    }
  }
}

test("no page has an accessibility violation in the light, narrow or wide", () => {
  assert.deepEqual(found.light, []);
});

test("no page has an accessibility violation in the dark, narrow or wide", () => {
  assert.deepEqual(found.dark, []);
});

test("no page scrolls sideways, not even at 320 px", () => {
  assert.deepEqual(found.sideways, []);
});

test("every page has one heading of the first rank and a title", () => {
  assert.deepEqual(found.headings, []);
});

test("no link leads nowhere", async () => {
  const nowhere = [];
  for (const [page, href] of links.values()) {
    const answer = await page.request.get(house.base + href);
    if (answer.status() >= 400 && !/R-999999|no-such|^\/c\/0+\?/.test(href))
      nowhere.push(`${href}: ${answer.status()}`);
  }
  assert.deepEqual(nowhere, []);
});

test("every page the product has was looked at", () => {
  const table = fs.readFileSync(`${CHECKOUT}/crates/app/src/routes.rs`, "utf8");
  const paths = [...table.matchAll(/\bget\("([^"]+)"/g)].map((row) => row[1]);
  const pages = paths.filter((path) => !NO_PAGE.test(path));
  const isSeen = (path) => {
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "(?!new$)[^/]+")}$`);
    return seen.some((address) => pattern.test(address.split("?")[0]));
  };
  assert.ok(pages.length > 50, "the table of routes was read");
  assert.deepEqual(pages.filter((path) => !isSeen(path)), []);
});

test("no page breaks the content policy, logs an error, or asks another machine", () => {
  assert.deepEqual([...new Set(faults.flat())], []);
});
