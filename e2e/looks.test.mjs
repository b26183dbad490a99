// Every page: readable by everyone, at home on small screens, and quiet towards the outside.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { House, launch, signIn, watch } from "./house.mjs";
import { customerPages, offerPage, settingsPages, staffPages } from "./pages.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDTHS = [320, 360, 1280];

let house;
let browser;
let visits = []; // Who looks at which pages.
const faults = [];

before(async () => {
  house = await House.open();
  browser = await launch();
  const [lead, admin, customer] = [await person(), await person(), await person()];
  await signIn(lead, house, "lead");
  await signIn(admin, house, "admin");
  const offer = await offerPage(lead, customer, house);
  visits = [
    [customer, [...(await customerPages(customer, house)), offer]],
    [lead, await staffPages(lead, house)],
    [admin, settingsPages()],
  ];
});
after(async () => {
  await browser?.close();
  await house?.close();
});

async function person() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  faults.push(await watch(context, house));
  return context.newPage();
}

// Goes through all pages and gives what `look` found wrong, one line a finding.
async function walk(look) {
  const found = [];
  for (const [page, addresses] of visits)
    for (const address of addresses) {
      await page.goto(house.base + address);
      for (const words of await look(page)) found.push(`${address}: ${words}`);
    }
  return found;
}

for (const colorScheme of ["light", "dark"])
  test(`no page has an accessibility violation, ${colorScheme}, narrow and wide`, async () => {
    for (const [page] of visits) await page.emulateMedia({ colorScheme });
    const found = await walk(async (page) => {
      // Through the debugger, since the content policy rightly lets no other script in.
      const tools = await page.context().newCDPSession(page);
      await tools.send("Runtime.evaluate", { expression: AXE });
      await tools.detach();
      const said = [];
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const result = await page.evaluate((runOnly) => axe.run(document, { runOnly }), RULES);
        for (const rule of result.violations)
          said.push(`${width} ${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`);
      }
      return said;
    });
    assert.deepEqual(found, []);
  });

test("no page scrolls sideways, not even at 320 px", async () => {
  const found = await walk(async (page) => {
    const said = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (over > 0) said.push(`${width}: ${over} px too wide`);
    }
    return said;
  });
  assert.deepEqual(found, []);
});

test("every page has one heading of the first rank and a title of its own", async () => {
  const found = await walk(async (page) => {
    const headings = await page.locator("h1").count();
    const title = await page.title();
    return [headings !== 1 && `${headings} h1`, !title.trim() && "no title"].filter(Boolean);
  });
  assert.deepEqual(found, []);
});

test("no page breaks the content policy, logs an error, or asks another machine", () => {
  assert.deepEqual([...new Set(faults.flat())], []);
});
