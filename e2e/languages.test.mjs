// Customers' pages in their language: by the browser, by the switch, and readable in each.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { House, launch, person, watch } from "./house.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};
const CODES = ["de", "en", "es", "fr", "it", "nl", "pt"];
// Where pictures go, for looking at them; none are taken without it.
const PICTURES = process.env.PICTURES;

let house;
let browser;

before(async () => {
  house = await House.open(30);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

// What is wrong with the page that is open: axe at two widths, and nothing wider than the screen.
async function examine(page, name) {
  const wrong = [];
  const tools = await page.context().newCDPSession(page);
  await tools.send("Runtime.evaluate", { expression: AXE });
  await tools.detach();
  for (const width of [320, 360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (over > 0) wrong.push(`${name}: ${over} px too wide at ${width}`);
    if (width === 320) continue;
    if (PICTURES) {
      const picture = path.join(PICTURES, `${name.replace(/[^a-z-]+/gi, "-")}-${width}.png`);
      await page.screenshot({ path: picture, fullPage: true });
    }
    const result = await page.evaluate((rules) => axe.run(document, rules), RULES);
    for (const rule of result.violations)
      wrong.push(`${name}: ${width} ${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`);
  }
  return wrong;
}

test("a German browser without scripts reads German from the start to the receipt", async () => {
  const page = await person(browser, { locale: "de-DE", javaScriptEnabled: false });
  const answer = await page.goto(`${house.base}/start`);
  assert.equal(answer.headers()["content-language"], "de");
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.getByRole("link", { name: "Sagen Sie uns, was passiert ist" }).click();
  await page.getByLabel("Was ist passiert?").fill("Die Gebühr für meine Karte wurde zweimal abgebucht.");
  const next = page.getByRole("button", { name: "Weiter", exact: true });
  for (let step = 0; step < 3; step += 1) await next.click();
  await next.click();
  await page.getByRole("heading", { name: "Bitte prüfen Sie Ihre Angaben" }).waitFor();
  assert.match(await page.title(), /^Fehler: Wie erreichen wir Sie\?/);
  await page.getByLabel("Ihr Name").fill("Jörg Müller");
  await page.getByLabel("E-Mail-Adresse").fill("joerg@example.com");
  await next.click();
  await page.getByRole("button", { name: "Beschwerde absenden" }).click();
  await page.waitForURL(/\/received\//);
  await page.getByRole("heading", { name: "Ihre Nachricht ist angekommen, Jörg Müller." }).waitFor();
  await page.getByRole("button", { name: "Sehen, wie weit es ist" }).click();
  await page.waitForURL(/\/c\//);
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.getByRole("heading", { name: "Was gesagt wurde" }).waitFor();
});

test("the switch changes the language without scripts, and the visit goes on in it", async () => {
  const page = await person(browser, { locale: "en-GB", javaScriptEnabled: false });
  await page.goto(`${house.base}/start`);
  await page.getByText("Tell us what went wrong").waitFor();
  await page.locator("details.language summary").click();
  await page.getByRole("link", { name: "Français" }).click();
  await page.getByRole("link", { name: "Dites-nous ce qui s’est passé" }).click();
  await page.getByLabel("Que s’est-il passé").fill("La carte a été débitée deux fois.");
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.getByText("Être remboursé").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
});

test("pages of customers are readable by everyone in every language", async () => {
  const own = new URL(house.link("customer")).pathname;
  const page = await person(browser);
  const faults = await watch(page.context(), house);
  const wrong = [];
  for (const code of CODES) {
    for (const address of ["/start", "/complain", own, `${own}/files`, `${own}/solved`, "/c/0"]) {
      const answer = await page.goto(`${house.base}${address}?lang=${code}`);
      assert.equal(answer.headers()["content-language"], code, address);
      assert.equal(await page.locator("html").getAttribute("lang"), code);
      wrong.push(...(await examine(page, `${code} ${address.replace(own, "own")}`)));
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(faults, []);
});

test("a customer's page with all it needs weighs at most 30 kB in each language", async () => {
  const own = house.link("customer");
  for (const code of CODES) {
    const page = await person(browser);
    const tools = await page.context().newCDPSession(page);
    await tools.send("Network.enable");
    let bytes = 0;
    let requests = 0;
    tools.on("Network.loadingFinished", (done) => {
      bytes += done.encodedDataLength;
      requests += 1;
    });
    await page.goto(`${own}?lang=${code}`, { waitUntil: "networkidle" });
    assert.ok(bytes <= 30_000 && requests <= 3, `${code}: ${bytes} bytes, ${requests} requests`);
    await page.context().close();
  }
});
