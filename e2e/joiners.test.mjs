// Who writes with a case's own address and takes no part in it waits there: taken in or made a case
// of their own, by keys alone and without scripts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, signIn } from "./house.mjs";

let house;
let browser;
let lead;
let customer;
let number = "";
const INES = "taken again this morning";
const TOM = "taken from my account";

before(async () => {
  house = await House.open();
  browser = await launch();
  lead = await person(browser);
  await signIn(lead, house, "lead");
  customer = await person(browser, { javaScriptEnabled: false });
  await customer.goto(house.link("customer"));
  number = (await customer.locator("p.quiet.small").first().innerText()).trim();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const box = (page, name) =>
  page.getByRole("region", { name: "Waits to join" }).filter({ hasText: name });

test("those who wait stand on the case, and the customer sees nothing of them", async () => {
  await lead.goto(`${house.base}/cases/${number}`);
  const waiting = [
    ["Ines Duarte", INES],
    ["Tom Whitfield", TOM],
  ];
  for (const [name, words] of waiting) {
    await box(lead, name).getByText(words).waitFor();
    assert.match(await box(lead, name).innerText(), /reply address/);
  }
  const page = await customer.content();
  assert.ok(!page.includes(INES) && !page.includes(TOM));
});

test("somebody is taken in without scripts, as who they are", async () => {
  const bare = await person(browser, { javaScriptEnabled: false });
  await bare.context().addCookies(await lead.context().cookies());
  await bare.goto(`${house.base}/cases/${number}`);
  await box(bare, "Ines Duarte").getByRole("combobox").selectOption("representative");
  await box(bare, "Ines Duarte").getByRole("button", { name: "Take them in" }).click();
  await bare.locator("article.message").getByText(INES).waitFor();
  assert.equal(await box(bare, "Ines Duarte").count(), 0);
  await bare.locator(".system-line").getByText("Ines Duarte").first().waitFor();
  await customer.reload();
  await customer.getByText(INES).waitFor();
});

test("somebody else gets a case of their own by keys alone", async () => {
  await lead.goto(`${house.base}/cases/${number}`);
  const choice = box(lead, "Tom Whitfield").getByRole("combobox");
  await choice.focus();
  await lead.keyboard.press("Tab");
  await lead.keyboard.press("Tab");
  const button = await lead.evaluate(() => document.activeElement.textContent);
  assert.equal(button, "Make it a case of their own");
  await lead.keyboard.press("Enter");
  await lead.locator("article.message").getByText(TOM).waitFor();
  const own = new URL(lead.url()).pathname.split("/").pop();
  assert.notEqual(own, number);
  await lead.goto(`${house.base}/cases/${number}`);
  assert.equal(await box(lead, "Tom Whitfield").count(), 0);
  await customer.reload();
  assert.ok(!(await customer.content()).includes(TOM), "the first customer reads nothing of it");
});

test("a reply on the case still goes to its customer alone", async () => {
  await lead.goto(`${house.base}/cases/${number}?write=reply`);
  await lead.locator("#words").fill("We give the fee back today.");
  await lead.locator("form.composer .button-primary").click();
  await lead.locator("#thread").getByText("We give the fee back today").waitFor();
  assert.doesNotMatch(await lead.locator("form.composer .composer-head").innerText(), /Ines|Tom/);
});
