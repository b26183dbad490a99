// The whole loop without one script: a complaint becomes a case, is put right, and is confirmed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, rowIn, signIn, workday } from "./house.mjs";

let house;
let browser;
let customer;
let agent;
let number = "";
let token = "";
const BARE = { javaScriptEnabled: false };

before(async () => {
  house = await House.open();
  browser = await launch();
  customer = await person(browser, BARE);
  agent = await person(browser, BARE);
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const at = (page, address) => page.goto(house.base + address);
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const says = async (page, words) => {
  const main = page.locator("main");
  // The page that follows a press may still be on its way.
  await main.filter({ hasText: words }).waitFor({ timeout: 15_000 }).catch(() => {});
  assert.match(await main.innerText(), words, page.url());
};
const STORY =
  "The courier left my parcel in the rain on 12 November. The lamp inside is broken, and nobody answers.";

test("a customer complains page by page and gets a reference", async () => {
  await at(customer, "/start");
  await customer.getByRole("link", { name: "Tell us what went wrong" }).click();
  await press(customer, "Continue");
  await says(customer, /There is a problem/);
  assert.match(await customer.title(), /^Error:/);
  await customer.getByLabel("What happened?").fill(STORY);
  await press(customer, "Continue");
  await customer.getByLabel("What do you think would be fair? (optional)").fill("A new lamp");
  await press(customer, "Continue");
  await press(customer, "Continue");
  await customer.getByLabel("Your name").fill("Amara Okafor");
  await press(customer, "Continue");
  await says(customer, /There is a problem/);
  assert.equal(await customer.getByLabel("Your name").inputValue(), "Amara Okafor");
  await customer.getByLabel("E-mail address").fill("amara.okafor@example.com");
  await press(customer, "Continue");
  await says(customer, /Check your answers[\s\S]*left my parcel in the rain/);
  await press(customer, "Send my complaint");
  await says(customer, /We have it, Amara/);
  await reload(customer, () => customer.locator(".reference").count());
  number = (await customer.locator(".reference").innerText()).trim();
  assert.match(number, /^R-\d+$/);
  await press(customer, "See where it stands");
  token = new URL(customer.url()).pathname.split("/")[2];
  await says(customer, /left my parcel in the rain/);
});

test("the customer adds a photo to the case, and both sides read of it", async () => {
  await customer.getByRole("link", { name: "Add photos or files" }).click();
  await press(customer, "Send it");
  await says(customer, /There is a problem[\s\S]*Write something, or choose a file/);
  assert.match(await customer.title(), /^Error:/);
  await customer.locator("#words").fill("This is what is left of the lamp.");
  const photo = { name: "lamp.png", mimeType: "image/png", buffer: Buffer.from("no real picture") };
  await customer.locator("#files").setInputFiles(photo);
  await press(customer, "Send it");
  await customer.waitForURL(/\/c\/[0-9a-f]+$/);
  await says(customer, /This is what is left of the lamp[\s\S]*With files: lamp\.png/);
});

test("an agent signs in by link and finds the case in the queue", async () => {
  await signIn(agent, house);
  const row = await rowIn(agent, house, "team", number);
  await row.locator(".row-link").click();
  await says(agent, /Amara Okafor[\s\S]*left my parcel in the rain/);
  await agent.locator(".case-head summary").click();
  await press(agent, "Take it");
  await says(agent, /With you|With Maya/);
  await says(agent, /what is left of the lamp/);
});

test("a reply, a promise and a private note stand in the case", async () => {
  await at(agent, `/cases/${number}?write=reply`);
  await agent.locator("#words").fill(REPLY);
  await agent.locator("form.composer .button-primary").click();
  await says(agent, /I will look into the courier/);
  await at(agent, `/cases/${number}/promises/new`);
  await agent.locator("form.form").getByRole("textbox").first().fill("send you a new lamp");
  await agent.locator("input[type=datetime-local]").fill(workday());
  await agent.locator("form.form .button-primary").click();
  await says(agent, /We will send you a new lamp/);
  await at(agent, `/cases/${number}?write=note`);
  await agent.locator("#words").fill("The courier had three such parcels that day.");
  await agent.locator("form.composer .button-primary").click();
  await says(agent, /Private[\s\S]*three such parcels/i);
  await at(customer, `/c/${token}`);
  await says(customer, /send you a new lamp/);
  assert.doesNotMatch(await customer.content(), /three such parcels/);
});
const REPLY =
  "Hi Amara,\n\nI'm sorry we left your parcel in the rain and broke your lamp. I will look into the courier today and tell you by noon tomorrow. How else can I help?\n\nMaya";

test("a transfer without a reason is refused with words, with one the customer reads it", async () => {
  await at(agent, `/cases/${number}/transfers/new`);
  const owner = agent.locator("select[name=owner]");
  await owner.selectOption({ label: "Priya Nair" });
  const chosen = await owner.inputValue();
  await agent.locator("input[name=by]").fill(workday());
  await agent.locator("form.form .button-primary").click();
  await says(agent, /There is a problem/);
  assert.match(await agent.title(), /^Error:/);
  assert.equal(await owner.inputValue(), chosen);
  await agent.locator("textarea[name=reason]").fill("they can send a new lamp straight away");
  await agent.locator("form.form .button-primary").click();
  await at(customer, `/c/${token}`);
  await reads(/they can send a new lamp straight away/);
});

test("an offer asks first, and the customer's own words come back", async () => {
  const lead = await person(browser, BARE);
  await signIn(lead, house, "lead");
  agent = lead; // The case went to a colleague; a lead acts on every case of the team.
  await at(agent, `/cases/${number}/offers/new`);
  await agent.locator("input[name=how][value=ask]").check();
  await agent.locator("form.form .button-primary").click();
  await at(customer, `/c/${token}`);
  await customer.locator('a[href*="/offers/"]').first().click();
  await customer.getByLabel("What do you think would be fair?").fill("A new lamp by Friday");
  await press(customer, "Send my choice");
  await at(agent, `/cases/${number}`);
  await says(agent, /A new lamp by Friday/);
});

test("put right is asked back, and following the link changes nothing", async () => {
  await resolve("We sent a new lamp by courier, and it was signed for.");
  await at(customer, `/c/${token}`);
  await reads(/We sent a new lamp by courier/);
  const head = house.head();
  for (const answer of ["yes", "no"])
    for (let n = 0; n < 3; n += 1) {
      const address = `${house.base}/c/${token}/solved?answer=${answer}`;
      assert.equal((await fetch(address)).status, 200);
      assert.equal((await fetch(address, { method: "HEAD" })).status, 200);
    }
  assert.equal(house.head(), head);
});

test("a no brings the case back on top with a promise", async () => {
  await at(customer, `/c/${token}/solved?answer=no`);
  await customer.locator("#words").fill("The new lamp came without its shade.");
  await press(customer, "Send my answer");
  await at(agent, "/q/reopened");
  assert.ok(await agent.locator(`#row-${number}`).count());
  await at(agent, `/cases/${number}`);
  await says(agent, /came without its shade/);
  await at(customer, `/c/${token}`);
  await says(customer, /What we promised you/);
});

test("a page that is past its time leads on, and nobody is called faster", async () => {
  await at(customer, "/c/ffffffffffffffffffffffffffffffff");
  await says(customer, /There is nothing here for you/);
  await customer.getByRole("link", { name: "Go to the start" }).click();
  await customer.waitForURL(/\/start$/);
});

test("a yes closes it as confirmed by the customer", async () => {
  await keepPromises();
  await resolve("We sent the shade, and it arrived this morning.");
  await at(customer, `/c/${token}/solved?answer=yes`);
  await press(customer, "Send my answer");
  await at(agent, `/cases/${number}`);
  await says(agent, /confirmed|solved/i);
  await at(agent, "/q/closed");
  assert.ok(await agent.locator(`#row-${number}`).count());
  // A closed page offers only what can be done, and the question knows its answer.
  await at(customer, `/c/${token}`);
  await says(customer, /Write here any time to open it again/);
  assert.equal(await customer.getByRole("button", { name: "Ask someone else" }).count(), 0);
  await at(customer, `/c/${token}/solved`);
  await says(customer, /You already told us that it is solved/);
});

// A letter goes out when the time for undoing it is over; then the customer's page shows it.
async function reads(words) {
  const letters = customer.locator('.message[data-from="us"]').filter({ hasText: words });
  await reload(customer, () => letters.count());
  assert.ok(await letters.count(), String(words));
}

// What comes by a worker comes in a moment; people look again.
async function reload(page, there) {
  for (let n = 0; n < 300 && !(await there()); n += 1) {
    await new Promise((next) => setTimeout(next, 200));
    await page.reload();
  }
}

async function keepPromises() {
  for (let n = 0; n < 9; n += 1) {
    await at(agent, `/cases/${number}`);
    const kept = agent.locator('.pane-side a[href$="/kept"]').first();
    if (!(await kept.count())) return;
    await kept.click();
    await agent.locator("form.form").getByRole("textbox").first().fill("Done this morning.");
    await agent.locator("form.form .button-primary").click();
  }
}

async function resolve(whatWeDid) {
  await keepPromises();
  await at(agent, `/cases/${number}/resolution/new`);
  await agent.locator("textarea[name=what_we_did]").fill(whatWeDid);
  await agent.locator("form.form .button-primary").click();
  await says(agent, /checking/i);
}
