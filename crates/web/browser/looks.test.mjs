// Every page of the guide: readable by everyone, at every width, in both directions.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { GUIDE, launch } from "./guide.mjs";

const PAGES = [
  "parts",
  "queue",
  "case",
  "today",
  "sign-in",
  "start",
  "form",
  "confirmation",
  "progress",
];
const AXE = fs.readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("no page has an accessibility violation, light and dark, narrow and wide", async () => {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  for (const name of PAGES) {
    for (const width of [360, 1280]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.goto(`${GUIDE}/styleguide/${name}`);
        await page.evaluate(AXE);
        const found = await page.evaluate((runOnly) => axe.run(document, { runOnly }), RULES);
        const said = found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`);
        assert.deepEqual(said, [], `${name} ${width} ${colorScheme}`);
      }
    }
  }
});

test("no page scrolls sideways, not even at 320 px, in a long language or right to left", async () => {
  const page = await browser.newPage();
  for (const name of PAGES) {
    for (const width of [320, 640, 768, 1024, 1280, 1920]) {
      for (const direction of ["ltr", "rtl"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${GUIDE}/styleguide/${name}?direction=${direction}`);
        await page.evaluate(lengthen);
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(over <= 0, `${name} ${width} ${direction}: ${over} px`);
      }
    }
  }
});

// Makes every longer word 40 per cent longer, as German or Finnish would.
function lengthen() {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.tagName === "TEXTAREA") continue;
    node.data = node.data.replace(
      /\S{4,}/g,
      (word) => word + "ëñ".repeat(Math.ceil(word.length * 0.2)),
    );
  }
}

test("nothing is refused by the content policy and no script fails", async () => {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (line) => line.type() === "error" && said.push(line.text()));
  page.on("pageerror", (fault) => said.push(fault.message));
  for (const name of PAGES) {
    await page.goto(`${GUIDE}/styleguide/${name}`);
    await page.waitForFunction(() => document.readyState === "complete");
  }
  assert.deepEqual(said, []);
});
