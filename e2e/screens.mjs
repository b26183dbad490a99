// Takes the pictures of docs/screens afresh: node screens.mjs FOLDER [WIDTH]

import fs from "node:fs";
import path from "node:path";
import { House, launch, person, signIn } from "./house.mjs";

const [folder = "screens", width = "1280"] = process.argv.slice(2);
const house = await House.open(Number(process.env.COMPLAINTS ?? 300));
const browser = await launch();
fs.mkdirSync(folder, { recursive: true });

const DRAFT =
  "Hi, we're sorry that you are having this problem. We will correct the entry soon.\nMaya";
const viewport = { width: Number(width), height: 800 };
const cookies = await (async () => {
  const page = await person(browser);
  await signIn(page, house);
  return page.context().cookies();
})();

for (const colorScheme of ["light", "dark"]) {
  const page = await person(browser, { viewport, colorScheme });
  await page.context().addCookies(cookies);
  const take = async (name, address) => {
    await page.goto(house.base + address);
    await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
  };
  await take("today", "/today");
  const owed = await page.locator('.promise a[href^="/cases/"]').first().getAttribute("href");
  await take("queue", "/q/team");
  await page.goto(house.base + owed.replace(/\/promises.*/, ""));
  await page.locator("#words").fill(DRAFT);
  await page.locator(".findings li").first().waitFor();
  await page.locator("#main").focus();
  await page.screenshot({ path: path.join(folder, `case-${colorScheme}.png`) });
  await take("promises", "/promises");
  await take("search", "/search?q=payment");
  await take("new-case", "/cases/new");
  await take("customer-page", new URL(house.link("customer")).pathname);
  await take("complain", "/complain");
  await page.context().close();
}
await browser.close();
await house.close();
