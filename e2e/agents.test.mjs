// Several people on one case: nobody talks past the other, and a reply can be taken back anywhere.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House, launch, person, rowIn, signIn } from "./house.mjs";

let house;
let browser;
let agent;
let lead;
let customer;
let number = "";

before(async () => {
  house = await House.open();
  browser = await launch();
  [agent, lead, customer] = [await person(browser), await person(browser), await person(browser)];
  await signIn(agent, house);
  await signIn(lead, house, "lead");
  await customer.goto(house.link("customer"));
  number = (await customer.locator("p.quiet.small").first().innerText()).trim();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

const open = (page) => page.goto(`${house.base}/cases/${number}?write=reply`);
const send = (page) => page.locator("form.composer .button-primary").click();

test("what a customer writes meanwhile is shown before the reply goes out", async () => {
  const still = await person(browser, { javaScriptEnabled: false });
  await still.context().addCookies(await agent.context().cookies());
  await open(still);
  await customer.locator("#words").fill("The second fee is back on my account today.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await customer.getByText("back on my account today").first().waitFor();
  await still.locator("#words").fill("I'm sorry. We give you back both fees.");
  await send(still);
  await still.getByText("Something new came while you were writing").waitFor();
  await still.locator("#thread").getByText("back on my account today").waitFor();
  assert.match(await still.locator("#words").inputValue(), /both fees/);
  assert.equal(await still.locator("#thread").getByText("give you back both fees").count(), 0);
  await send(still);
  await still.locator("#thread").getByText("give you back both fees").waitFor();
});

test("with scripts the new words come by themselves and the button says so", async () => {
  await open(lead);
  await lead.locator("#words").fill("We look at it once more.");
  await customer.goto(house.link("customer"));
  await customer.locator("#words").fill("And a third fee was taken now.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await lead.locator("#thread").getByText("And a third fee was taken now").waitFor();
  await lead.getByRole("button", { name: "Review 1 new message" }).click();
  assert.equal(await lead.locator("#thread").getByText("We look at it once more").count(), 0);
  await lead.locator("#words").fill("");
});

test("a colleague is named in a note with @, and finds it under Today", async () => {
  await lead.goto(`${house.base}/cases/${number}?write=note`);
  await lead.locator("#words").focus();
  await lead.keyboard.type("Please look, @");
  const picker = lead.locator("dialog[open]");
  await picker.getByRole("heading", { name: "Name a colleague" }).waitFor();
  await picker.getByRole("button", { name: "Name Maya Lindqvist" }).click();
  await lead.keyboard.type("– she waits since Monday.");
  assert.equal(await lead.locator("#words").inputValue(), "Please look, @Maya Lindqvist – she waits since Monday.");
  await lead.keyboard.press("Control+Enter");
  await lead.locator("#thread .note").getByText("@Maya Lindqvist").waitFor();
  await agent.goto(`${house.base}/today`);
  const waiting = agent.getByRole("region", { name: "Waiting for you" });
  await waiting.getByText("@Maya Lindqvist").waitFor();
  const read = agent.waitForResponse((answer) => answer.url().endsWith("/seen"));
  await waiting.getByRole("link", { name: /names you$/ }).first().click();
  await read;
  await agent.locator("#thread .note").getByText("@Maya Lindqvist").waitFor();
  await agent.goto(`${house.base}/today`);
  await waiting.getByText("@Maya Lindqvist").waitFor({ state: "detached" });
});

test("words of a note that could not be saved come back as a note, never as a reply", async () => {
  await agent.route("**/draft", (request) => request.abort());
  await agent.goto(`${house.base}/cases/${number}?write=note`);
  await agent.locator("#words").fill("Between us: the fee was our mistake.");
  await agent.getByText("Kept on this device").waitFor();
  await agent.goto(`${house.base}/cases/${number}?write=reply`);
  await agent.locator(".composer-head").getByText("Reply").waitFor();
  assert.equal(await agent.locator("#words").inputValue(), "");
  await agent.goto(`${house.base}/cases/${number}?write=note`);
  await agent.waitForFunction(() => /our mistake/.test(document.querySelector("#words").value));
  await agent.unroute("**/draft");
  await agent.locator("#words").fill("");
  await agent.getByText(/^Saved/).waitFor();
});

test("a draft of one's own second page is never written over without a word", async () => {
  const second = await agent.context().newPage();
  for (const page of [agent, second]) await page.goto(`${house.base}/cases/${number}?write=note`);
  await agent.locator("#words").fill("From the first page.");
  await agent.getByText(/^Saved/).waitFor();
  await second.locator("#words").fill("From the second page.");
  await second.getByText("another page of yours changed or sent this draft").waitFor();
  await agent.reload();
  assert.equal(await agent.locator("#words").inputValue(), "From the first page.");
  await second.getByRole("button", { name: "Save these words instead" }).click();
  await second.getByText(/^Saved/).waitFor();
  await agent.locator("#words").fill("First again.");
  await agent.getByText("another page of yours changed or sent this draft").waitFor();
  await second.close();
  await agent.reload();
  assert.equal(await agent.locator("#words").inputValue(), "From the second page.");
  await agent.locator("#words").fill("");
  await agent.getByText(/^Saved/).waitFor();
});

test("colleagues see who looks at a case and who is replying", async () => {
  await lead.goto(`${house.base}/cases/${number}`);
  await agent.goto(`${house.base}/cases/${number}?write=reply`);
  const there = lead.locator("#presence");
  await there.getByText("Maya Lindqvist is looking").waitFor();
  await agent.locator("#words").focus();
  await agent.keyboard.type("We");
  await there.getByText("Maya Lindqvist is replying").waitFor();
  await agent.goto(`${house.base}/today`);
  await there.getByText("Maya Lindqvist").first().waitFor({ state: "detached" });
});

test("a case that one has opened counts as read", async () => {
  await lead.goto(`${house.base}/today`); // What comes while the case is open is read at once.
  await customer.goto(house.link("customer"));
  await customer.locator("#words").fill("One more thing: the branch was closed.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await customer.getByText("the branch was closed").first().waitFor();
  const row = await rowIn(lead, house, "team", number);
  assert.match(await row.getAttribute("class"), /is-unread/);
  const read = lead.waitForResponse((answer) => answer.url().endsWith(`/${number}/seen`));
  await row.locator(".row-link").click();
  await read;
  await rowIn(lead, house, "team", number);
  assert.doesNotMatch(await row.getAttribute("class"), /is-unread/);
});

test("what answers a press in its place can be loaded again", async () => {
  await open(lead);
  const here = lead.url();
  for (const name of [/^Coach it/, /^Publicity check/]) {
    await lead.goto(here);
    await lead.locator("#words").fill("I'm sorry about the second fee. It is not our fault.");
    const answered = lead.waitForResponse((answer) => answer.url().endsWith("/messages"));
    await lead.getByRole("button", { name }).click();
    await answered;
    await lead.waitForFunction(() => !document.querySelector(".htmx-request"));
    assert.equal(lead.url(), here, `${name}`);
    assert.equal((await lead.reload()).status(), 200);
  }
});

test("words that come to an open case are read when somebody is there, not before", async () => {
  await lead.goto(`${house.base}/cases/${number}`);
  const said = [];
  lead.on("request", (ask) => ask.url().endsWith("/seen") && said.push(ask.postData()));
  const settled = lead.waitForResponse((answer) => answer.url().includes("part=thread"));
  await customer.goto(house.link("customer"));
  await customer.locator("#words").fill("And the fee for the letter, please.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await settled;
  await lead.locator("#thread").getByText("the fee for the letter").waitFor();
  const before = said.length;
  const read = lead.waitForResponse((answer) => answer.url().endsWith("/seen"));
  await lead.mouse.move(300, 300);
  await read;
  assert.equal(said.length, before + 1, "the mouse, and nothing before it");
});

test("a reply sent in one browser is taken back from another", async () => {
  await open(agent);
  await agent.locator("#words").fill("I'm sorry about the third fee.");
  await send(agent);
  await agent.locator("#thread").getByText("sorry about the third fee").waitFor();
  const phone = await person(browser);
  await phone.context().addCookies(await agent.context().cookies());
  await agent.close();
  await open(phone);
  await phone.locator("#toasts").getByRole("button", { name: /^Undo/ }).click();
  await phone.waitForFunction(() =>
    document.querySelector("#words").value.includes("sorry about the third fee"),
  );
  await customer.goto(house.link("customer"));
  assert.equal(await customer.getByText("sorry about the third fee").count(), 0);
});

test("the second to take a case is told who was first, and may take it over knowingly", async () => {
  const [one, other] = [await person(browser), await person(browser)];
  await one.context().addCookies(await lead.context().cookies());
  await other.goto(house.link("admin"));
  await other.getByRole("button", { name: /Sign in as/ }).click();
  await other.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  const free = await freeCase(one);
  // Who is told of changes in time sees whose it is and takes it over; this one is not.
  await other.route("**/events*", (request) => request.abort());
  for (const page of [one, other]) await page.goto(house.base + free);
  await one.keyboard.press("m");
  await one.locator(".case-head .tag", { hasText: "With you" }).waitFor();
  await other.keyboard.press("m");
  await other.locator("#toasts").getByText("has this case now").waitFor();
  await other.goto(house.base + free);
  await other.keyboard.press("m");
  await other.locator(".case-head .tag", { hasText: "With you" }).waitFor();
  await other.keyboard.press("m");
  await other.locator("#toasts").getByText("You have this case already").waitFor();
});

test("the bell says what a customer wrote, until it is read", async () => {
  await open(lead);
  await lead.keyboard.press("m");
  await lead.locator(".case-head").getByText(/With you|you have it/).waitFor();
  await lead.goto(`${house.base}/bell`);
  const news = lead.locator(`#bell-${number}`);
  if (await news.count()) await news.getByRole("button").click();
  await customer.goto(house.link("customer"));
  await customer.locator("#words").fill("Is there any news of the third fee?");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await customer.getByText("any news of the third fee").first().waitFor();
  await lead.goto(`${house.base}/today`);
  await lead.getByRole("link", { name: /Notifications, [1-9]\d* new/ }).click();
  await news.getByText("any news of the third fee").waitFor();
  await news.getByRole("button", { name: /^Mark as read/ }).click();
  await news.waitFor({ state: "detached" });
});

test("a search is kept under a name, renamed and removed", async () => {
  await lead.goto(`${house.base}/search?q=card`);
  await lead.getByLabel("Keep this search as").fill("Cards");
  await lead.getByRole("button", { name: "Keep this search" }).click();
  await lead.getByRole("link", { name: "Cards", exact: true }).waitFor();
  await lead.goto(`${house.base}/me/views`);
  await lead.getByLabel("Name of Cards").fill("Card trouble");
  await lead.getByRole("button", { name: "Rename Cards" }).click();
  await lead.getByRole("link", { name: "Card trouble" }).waitFor();
  await lead.getByRole("button", { name: "Remove Card trouble" }).click();
  await lead.getByText("You keep no view yet").waitFor();
});

async function freeCase(page) {
  await page.goto(`${house.base}/q/team`);
  const free = page.locator(".row", { hasText: "Nobody has it" }).first();
  return free.locator(".row-link").getAttribute("href");
}
