// A language model suggests words, and a person takes them or not: with scripts and without. The
// endpoint is a stand-in of ours that speaks the chat-completions protocol.

import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { House, launch, person, signIn } from "./house.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WORDS = "We are sorry. The engineer comes today. Does that help you?";

let house;
let browser;
let agent;
let model;
let says = WORDS;
let status = 200;
const asked = [];

before(async () => {
  model = http.createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    asked.push(body);
    response.writeHead(status, { "Content-Type": "application/json" });
    const choices = [{ message: { role: "assistant", content: says } }];
    response.end(JSON.stringify({ choices, usage: { total_tokens: 10 } }));
  });
  await new Promise((ready) => model.listen(0, "127.0.0.1", ready));
  process.env.REDRESS_MODEL_URL = `http://127.0.0.1:${model.address().port}/v1`;
  process.env.REDRESS_MODEL_NAME = "stand-in";
  house = await House.open();
  browser = await launch();
  agent = await person(browser);
  await signIn(agent, house, "agent");
  await agent.goto(`${house.base}/q/team`);
  await agent.locator(".row-link").first().click();
  await agent.locator("form.composer").waitFor();
});
after(async () => {
  await browser?.close();
  await house?.close();
  model?.close();
});

const suggestion = (page) => page.getByRole("region", { name: "Suggested by model" });
const editor = (page) => page.locator("form.composer textarea");

test("a suggestion stands beside what is typed until somebody takes it", async () => {
  await editor(agent).fill("Dear customer, I have looked at it.");
  assert.equal(asked.length, 0, "nobody asked yet");
  await agent.getByRole("button", { name: "Suggest a reply" }).click();
  await suggestion(agent).getByText(WORDS).waitFor();
  assert.equal(await editor(agent).inputValue(), "Dear customer, I have looked at it.");
  assert.equal(asked.length, 1);
  await suggestion(agent).getByRole("button", { name: "Put it below my words" }).click();
  await suggestion(agent).waitFor({ state: "detached" });
  assert.equal(await editor(agent).inputValue(), `Dear customer, I have looked at it.\n\n${WORDS}`);
  await agent.locator(".system-line").getByText("asked the language model").first().waitFor();
  await agent.reload();
  assert.match(await editor(agent).inputValue(), /engineer comes today/, "it is a kept draft");
});

test("what a model says is text and cannot do anything", async () => {
  says = '<img src=x onerror="document.title=1"><b>Hi</b> [x](https://evil.example/)';
  await agent.getByRole("button", { name: "Summarise" }).click();
  await suggestion(agent).getByText("Hi x [link left out]").waitFor();
  assert.equal(await suggestion(agent).locator("img, b:has-text('Hi'), a").count(), 0);
  assert.notEqual(await agent.title(), "1");
  await suggestion(agent).getByRole("button", { name: /Set it aside/ }).click();
  await suggestion(agent).waitFor({ state: "detached" });
});

test("without scripts a model that is away says so, and what was typed stays", async () => {
  const bare = await person(browser, { javaScriptEnabled: false });
  await bare.context().addCookies(await agent.context().cookies());
  await bare.goto(agent.url());
  await editor(bare).fill("Typed before the model broke.");
  status = 500;
  await bare.getByRole("button", { name: "Suggest a reply" }).click();
  await bare.getByText(/No suggestion came: .* answers 500\. What you typed is kept\./).waitFor();
  assert.equal(await editor(bare).inputValue(), "Typed before the model broke.");
  [status, says] = [200, WORDS];
  await bare.getByRole("button", { name: "Suggest a reply" }).click();
  await suggestion(bare).getByRole("button", { name: "Use it instead of my words" }).click();
  assert.equal(await editor(bare).inputValue(), WORDS);
  assert.equal(await suggestion(bare).count(), 0);
});

test("advice that was waved away stays away when a suggestion comes", async () => {
  const bare = await person(browser, { javaScriptEnabled: false });
  await bare.context().addCookies(await agent.context().cookies());
  await bare.goto(agent.url());
  await editor(bare).fill("We look into it. Calm down, it is not our fault.");
  await bare.getByRole("button", { name: "Coach it" }).click();
  const findings = bare.locator(".finding");
  const before = await findings.count();
  assert.ok(before > 0, "the coach has something to say");
  await findings.first().getByRole("button", { name: /^Keep/ }).click();
  const after = await findings.count();
  assert.ok(after < before, `${after} of ${before}`);
  await bare.getByRole("button", { name: "Suggest a reply" }).click();
  await suggestion(bare).getByText(WORDS).waitFor();
  assert.equal(await findings.count(), after);
  await suggestion(bare).getByRole("button", { name: /Set it aside/ }).click();
  await bare.locator("#words").fill("");
});

test("the page with a suggestion fits a small screen and passes axe", async () => {
  await agent.reload();
  await agent.getByRole("button", { name: "Suggest a reply" }).click();
  await suggestion(agent).getByText(WORDS).waitFor();
  // Through the debugger, since the content policy rightly lets no other script in.
  const tools = await agent.context().newCDPSession(agent);
  await tools.send("Runtime.evaluate", { expression: AXE });
  await tools.detach();
  const { violations } = await agent.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map((one) => one.id), []);
  await agent.setViewportSize({ width: 320, height: 700 });
  const width = await agent.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 320, `${width} px`);
});
