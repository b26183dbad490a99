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

test("a reply goes to its customer alone until somebody is ticked, by keys too", async () => {
  await lead.goto(`${house.base}/cases/${number}?write=reply`);
  const chips = lead.getByRole("group", { name: "Who gets this letter" });
  const ines = chips.getByRole("checkbox", { name: /Ines Duarte/ });
  assert.equal(await chips.getByRole("checkbox").count(), 2, "Tom was not taken in");
  assert.equal(await ines.isChecked(), false);
  assert.equal(await chips.getByRole("checkbox").first().isChecked(), true);
  await lead.locator("#words").fill("We give the fee back today.");
  await lead.locator("form.composer .button-primary").click();
  const first = lead.locator("article.message").filter({ hasText: "We give the fee back today" });
  await first.waitFor();
  assert.doesNotMatch(await first.innerText(), /Ines/);

  await lead.goto(`${house.base}/cases/${number}?write=reply`);
  await ines.focus();
  await lead.keyboard.press("Space");
  await lead.locator("#words").fill("The fee is on its way to you.");
  await lead.locator("form.composer .button-primary").click();
  const second = lead.locator("article.message").filter({ hasText: "The fee is on its way" });
  await second.getByText("Also to Ines Duarte").waitFor();
});

test("without scripts a letter needs somebody, and keeps its words until there is one", async () => {
  const bare = await person(browser, { javaScriptEnabled: false });
  await bare.context().addCookies(await lead.context().cookies());
  await bare.goto(`${house.base}/cases/${number}?write=reply`);
  const boxes = bare.getByRole("group", { name: "Who gets this letter" }).getByRole("checkbox");
  await boxes.first().uncheck();
  await bare.locator("#words").fill("Only for whoever speaks for them.");
  await bare.locator("form.composer .button-primary").click();
  await bare.getByText("Choose at least one person").waitFor();
  assert.equal(await bare.locator("#words").inputValue(), "Only for whoever speaks for them.");
  await boxes.last().check();
  await bare.locator("form.composer .button-primary").click();
  const sent = bare.locator("article.message").filter({ hasText: "Only for whoever speaks" });
  await sent.getByText("Also to Ines Duarte").waitFor();
  assert.match(await sent.innerText(), /Shown on the customer’s page/);
});
