// The first hour of a new house: it says what to do next, and a complaint can be made and answered.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { freePort, launch, person } from "./house.mjs";

const REDRESS = process.env.REDRESS ?? "redress";
let folder;
let program;
let base = "";
let browser;
let admin;
let password = "";

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "redress-e2e-"));
  const data = ["--data", path.join(folder, "data")];
  const named = ["--organisation", "Nordlys Heating", "--admin-email", "kari@nordlys.example"];
  const said = execFileSync(REDRESS, ["init", ...data, ...named], { encoding: "utf8" });
  password = said.trim().split(/\s+/).at(-1);
  const listen = `127.0.0.1:${await freePort()}`;
  base = `http://${listen}`;
  program = spawn(REDRESS, ["serve", ...data, "--listen", listen], { stdio: "ignore" });
  const isUp = () => fetch(`${base}/readyz`).then((answer) => answer.ok, () => false);
  while (!(await isUp())) await new Promise((next) => setTimeout(next, 100));
  browser = await launch();
  admin = await person(browser);
});
after(async () => {
  await browser?.close();
  const ended = new Promise((done) => program.once("exit", done));
  if (program.kill("SIGTERM")) await ended;
  fs.rmSync(folder, { recursive: true, force: true });
});

const step = (words) => admin.locator(".first-steps li", { hasText: words });

test("who comes to the front door as a customer is led to the form", async () => {
  const customer = await person(browser);
  await customer.goto(base);
  await customer.getByRole("link", { name: /you are a customer/ }).click();
  await customer.waitForURL(/\/start$/);
});

test("Today names the first steps, and each is done once it is done", async () => {
  await admin.goto(base);
  await admin.getByLabel("E-mail address").fill("kari@nordlys.example");
  await admin.getByLabel("Password").fill(password);
  await admin.getByRole("button", { name: "Sign in" }).click();
  await admin.getByRole("heading", { name: "First steps" }).waitFor();
  assert.equal(await admin.locator('.first-steps [data-state="open"]').count(), 5);
  await step("how else people reach you").getByRole("link").click();
  await admin.locator("textarea[name=contact]").fill("Telephone 22 00 11 22, weekdays 9 to 17");
  await admin.getByRole("button", { name: "Save the organisation" }).click();
  await admin.waitForURL(/policies/);
  await admin.goto(`${base}/today`);
  await step("how else people reach you").getByText("Done").waitFor();
  await step("Complain yourself").getByRole("link").click();
  await admin.waitForURL(/\/start$/);
  await admin.getByText("Telephone 22 00 11 22").waitFor();
});

test("an empty list says why it is empty in its own words", async () => {
  for (const [view, words] of [
    ["closed", "Nothing is closed yet."],
    ["reopened", "Nothing came back."],
    ["promises", "No promise is open here."],
  ]) {
    await admin.goto(`${base}/q/${view}`);
    await admin.getByText(words).waitFor();
  }
});
