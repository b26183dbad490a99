// Letters that come back, words that are held, and senders who are held back: what people see, and
// what they can do by keys, without scripts and on a small screen.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { freePort, House, launch, person, signIn } from "./house.mjs";
import { field, handIn, Post } from "./post.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OURS = "help@redress.localhost";
const NORA = "nora@gone.example";
const HOME = "nora@home.example";

let post;
let house;
let browser;
let lead;
let bare;
let port;
let number = "";
let letter;

before(async () => {
  [post, browser, port] = [await Post.open(), await launch(), await freePort()];
  house = await House.open(20, [
    "--smtp-listen",
    `127.0.0.1:${port}`,
    "--relay",
    `127.0.0.1:${post.port}`,
    "--relay-tls",
    "none",
  ]);
  lead = await person(browser);
  await signIn(lead, house, "lead");
  bare = await person(browser, { javaScriptEnabled: false });
  await bare.context().addCookies(await lead.context().cookies());
  const words = "My bill was charged twice and nobody answers. I want my money back.";
  await mail("first", NORA, OURS, `Subject: Charged twice\n\n${words}`);
  number = /\[(R-\d+)\]/.exec(field(await post.letter(NORA), "Subject"))[1];
});
after(async () => {
  await browser?.close();
  await house?.close();
  post?.close();
});

async function mail(id, from, to, rest) {
  const head = `From: ${from}\nTo: ${to}\nMessage-ID: <${id}@trial.example>\n`;
  await handIn(port, from.includes("DAEMON") ? "" : from, to, head + rest);
}

// Writes to the customer and waits until the letter has come to `to`; `asks` looks at the question
// that comes first where the last letter did not arrive.
async function answer(text, to, asks) {
  await lead.goto(`${house.base}/cases/${number}?write=reply`);
  await lead.locator("#words").fill(text);
  await lead.locator("form.composer .button-primary").click();
  if (asks) {
    await asks(lead.locator("form.composer .notice"));
    assert.equal(await lead.locator("#words").inputValue(), text, "nothing typed is lost");
    await lead.getByRole("button", { name: /Send all the same/ }).click();
  }
  await lead.locator("article.message").filter({ hasText: text }).first().waitFor();
  return post.letter(to, (one) => one.text.includes(text.split(".")[0]));
}

// Their mail server gives a letter back.
async function giveBack(of, id) {
  const report = `Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.gone.example

Final-Recipient: rfc822; ${of.to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such person

--b
Content-Type: message/rfc822

Message-ID: ${field(of, "Message-ID")}
Subject: Letter

Text.

--b--`;
  await mail(id, "MAILER-DAEMON@gone.example", OURS, report);
}

const notArrived = (page) => page.getByRole("region", { name: "Did not arrive" });

async function until(page, address, what) {
  for (let n = 0; n < 300; n += 1) {
    await page.goto(house.base + address);
    if (await what(page).count()) return what(page).first();
    await new Promise((next) => setTimeout(next, 200));
  }
  throw new Error(`${address} never showed it`);
}

// Nothing stands in the way of anybody: axe finds nothing, and a small screen holds the page.
async function isForEverybody(page) {
  // Through the debugger, since the content policy rightly lets no other script in.
  const tools = await page.context().newCDPSession(page);
  await tools.send("Runtime.evaluate", { expression: AXE });
  await tools.detach();
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map((one) => one.id), []);
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.ok(wide <= 320, `${page.url()} is ${wide} wide`);
}

test("who wrote it is told by the bell until they have read it", async () => {
  letter = await answer("We pay it back today.", NORA);
  // What is in front of somebody counts as read.
  await lead.goto(`${house.base}/today`);
  await giveBack(letter, "report");
  const told = await until(bare, "/bell", (page) =>
    page.getByRole("listitem").filter({ hasText: number }),
  );
  assert.match(await told.innerText(), /could not be delivered to nora@gone\.example/);
});

test("a letter that came back stands on its case with the reason, and in the queue", async () => {
  const box = await until(lead, `/cases/${number}`, notArrived);
  const words = await box.innerText();
  assert.match(words, /could not be delivered to nora@gone\.example/);
  assert.match(words, /no such mailbox/i);
  assert.equal(await box.getByRole("checkbox").isChecked(), false, "for this letter only");
  await isForEverybody(lead);
  await lead.goto(`${house.base}/q/team`);
  const rows = lead.getByRole("list", { name: "Cases" }).getByRole("listitem");
  const row = rows.filter({ has: lead.locator(`a[href*="${number}"]`) });
  assert.match(await row.innerText(), /a letter did not arrive/);
});

test("without scripts it goes to another address, and stays there where somebody says so", async () => {
  const once = await until(bare, `/cases/${number}`, notArrived);
  await once.getByRole("textbox").fill(HOME);
  await once.getByRole("button", { name: "Send it again" }).click();
  await post.letter(HOME, (one) => one.text.includes("We pay it back today"));
  const next = await answer("One more word about it.", NORA, async (question) => {
    const words = await question.innerText();
    assert.match(words, /last letter to nora@gone\.example did not arrive\. .*no such mailbox/i);
    assert.match(words, /another address on the customer's page, or send it there all the same/);
    await isForEverybody(lead);
  });

  await giveBack(next, "report2");
  const stays = await until(bare, `/cases/${number}`, notArrived);
  await stays.getByRole("textbox").fill(HOME);
  await stays.getByRole("checkbox", { name: /from now on/ }).focus();
  await bare.keyboard.press("Space");
  await stays.getByRole("button", { name: "Send it again" }).click();
  await post.letter(HOME, (one) => one.text.includes("One more word"));
  assert.equal(await notArrived(bare).count(), 0);
  await bare.getByText("where letters go from now on").first().waitFor();
  await answer("This goes home.", HOME);
});

test("words by which an account could be taken are held and say why, until somebody shows them", async () => {
  const back = /<([^>]+)>/.exec(field(letter, "Reply-To"))?.[1] ?? field(letter, "Reply-To");
  const rest = "Subject: Confirm your email address\n\nWelcome! Your code is: 483920";
  await mail("code", NORA, back.trim(), rest);
  const waits = (page) => page.getByRole("region", { name: "Waits to join" });
  const box = await until(lead, `/cases/${number}`, waits);
  const words = await box.innerText();
  assert.match(words, /takes part in this case\. What they wrote is held/);
  assert.match(words, /could take an account elsewhere/);
  assert.match(words, /held here, so that nobody outside sees it/);
  assert.equal(await box.getByRole("button", { name: "Take them in" }).count(), 0);
  await isForEverybody(lead);
  const page = /https?:\/\/\S+\/c\/\S+/.exec(letter.text.replace(/=\r\n/g, ""))[0];
  const customer = await person(browser, { javaScriptEnabled: false });
  await customer.goto(page);
  assert.ok(!(await customer.content()).includes("483920"), "the customer's page has no code");
  await box.getByRole("button", { name: "Show it on the case" }).focus();
  await lead.keyboard.press("Enter");
  await lead.locator("article.message").getByText("483920").waitFor();
  assert.equal(await waits(lead).count(), 0);
});

test("who hands in too much is held back: a lead keeps them held, and lets them go by keys", async () => {
  for (let n = 0; n < 12; n += 1) {
    const rest = `Subject: Request ${n}\n\nThis is a complaint about order ${n}. I want a refund.`;
    await mail(`robot${n}`, "robot@robots.example", OURS, rest);
  }
  const line = (page) => page.getByRole("listitem").filter({ hasText: "robot@robots.example" });
  const held = await until(bare, "/held", (page) => line(page).filter({ hasText: "12 messages" }));
  assert.match(await held.innerText(), /ends by itself/);
  await held.getByRole("button", { name: /Keep them held/ }).click();
  assert.match(await line(bare).innerText(), /held until somebody lets them go/);
  await lead.goto(`${house.base}/held`);
  await isForEverybody(lead);
  await line(lead).getByRole("button", { name: /Let them go/ }).focus();
  await lead.keyboard.press("Enter");
  await lead.getByText("Nobody is held back.").waitFor();
});

test("an answer to an encrypted mail is a question first, and goes where a colleague says", async () => {
  const sealed = `Subject: Between us
MIME-Version: 1.0
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"

--e
Content-Type: application/pgp-encrypted

Version: 1

--e
Content-Type: application/octet-stream

-----BEGIN PGP MESSAGE-----

hQEMA1234
-----END PGP MESSAGE-----
--e--`;
  await mail("sealed", "vera@sealed.example", OURS, sealed);
  const first = await post.letter("vera@sealed.example");
  const theirs = /\[(R-\d+)\]/.exec(field(first, "Subject"))[1];
  const text = "We ring you tomorrow at nine.";
  const write = async () => {
    await lead.goto(`${house.base}/cases/${theirs}?write=reply`);
    await lead.locator("#words").fill(text);
    await lead.locator("form.composer .button-primary").click();
    const question = lead.locator("form.composer .notice");
    assert.match(await question.innerText(), /came encrypted, and this letter leaves in clear/);
    assert.equal(await lead.locator("#words").inputValue(), text, "nothing typed is lost");
  };
  await write();
  await isForEverybody(lead);
  await lead.getByRole("button", { name: /Send all the same/ }).click();
  await post.letter("vera@sealed.example", (one) => one.text.includes("We ring you tomorrow"));
  await bare.goto(`${house.base}/customers?q=vera`);
  await bare.locator("tbody a").first().click();
  await bare.getByLabel("Another e-mail address").fill("vera@home.example");
  await bare.getByRole("button", { name: "Write to them there" }).click();
  await bare.getByText("vera@home.example").waitFor();
  await write();
  await lead.getByRole("button", { name: /Send all the same/ }).click();
  await post.letter("vera@home.example", (one) => one.text.includes("We ring you tomorrow"));
});
