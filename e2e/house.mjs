// What the tests share: a practice company of their own, a browser, and people who are signed in.

import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const REDRESS = process.env.REDRESS ?? "redress";
// Where the sources lie; ./test runs these files from a folder in the cache.
export const CHECKOUT =
  process.env.REDRESS_CHECKOUT ?? path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
// A net for what never comes, in ms; what comes late on a busy machine is fine.
const PATIENCE = 180_000;

// A practice company that serves on a free port, with its one-press links.
export class House {
  // `more` are further flags of the program: where it takes mail in, and who takes its letters.
  static async open(complaints = 80, more = []) {
    const house = new House();
    house.folder = fs.mkdtempSync(path.join(os.tmpdir(), "redress-e2e-"));
    const listen = `127.0.0.1:${await freePort()}`;
    house.base = `http://${listen}`;
    const data = path.join(house.folder, "data");
    const log = fs.openSync(path.join(house.folder, "log"), "w");
    const told = ["demo", "--data", data, "--listen", listen, "--complaints", complaints, ...more];
    house.program = spawn(REDRESS, told.map(String), { stdio: ["ignore", log, log] });
    await house.ready();
    return house;
  }

  async ready() {
    const until = Date.now() + PATIENCE;
    while (Date.now() < until && this.program.exitCode === null) {
      const answer = await fetch(`${this.base}/readyz`).catch(() => null);
      if (answer?.ok && this.said().includes("/start")) return;
      await new Promise((next) => setTimeout(next, 100));
    }
    throw new Error(`the practice company did not open: ${this.said()}`);
  }

  said() {
    return fs.readFileSync(path.join(this.folder, "log"), "utf8");
  }

  // The one-press link of the agent, the lead, the admin or the customer.
  link(who) {
    return new RegExp(`^${who}\\s+\\S+\\s+(\\S+)`, "m").exec(this.said())[1];
  }

  // The head of the record: two equal heads mean that nothing at all was written.
  head() {
    const told = ["audit", "verify", "--json", "--data", path.join(this.folder, "data")];
    return JSON.parse(execFileSync(REDRESS, told, { encoding: "utf8" })).head;
  }

  async close() {
    const ended = new Promise((done) => this.program.once("exit", done));
    if (this.program.exitCode === null && this.program.kill("SIGTERM")) await ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export function launch() {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", ...quiet],
    timeout: PATIENCE,
  });
}

// Somebody at a browser of their own; nothing moves, so that nothing is looked at half-way.
export async function person(browser, told = {}) {
  const still = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" };
  const context = await browser.newContext({ ...still, ...told });
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}

// Presses the one-press link, as a person does. The link works once: sign in once a house.
export async function signIn(page, house, who = "agent") {
  await page.goto(house.link(who));
  await page.getByRole("button", { name: /Sign in as/ }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

// The row of a case in a queue, on whichever page its clock puts it at this hour of the day.
export async function rowIn(page, house, view, number) {
  const row = page.locator(`#row-${number}`);
  await page.goto(`${house.base}/q/${view}`);
  while (!(await row.count())) {
    await page.goto(await page.locator("a[rel=next]").evaluate((link) => link.href));
  }
  // As people do: away from the bar that stays at the foot of the window.
  await row.evaluate((it) => it.scrollIntoView({ block: "center" }));
  return row;
}

// The moment `hours` from now, as a field for day and hour takes it; Monday to Friday at noon.
export function workday(days = 2) {
  const day = new Date(Date.now() + days * 86_400_000);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return `${day.toISOString().slice(0, 10)}T12:00`;
}

// Collects whatever a page should never do: break its content policy, log an error, ask elsewhere.
export async function watch(context, house) {
  const faults = [];
  await context.exposeBinding("tellFault", (_, words) => void faults.push(words));
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      window.tellFault(`${location.pathname}: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  context.on("request", (ask) => {
    const url = ask.url();
    if (!url.startsWith(house.base + "/") && !url.startsWith("data:")) faults.push(`asks ${url}`);
  });
  context.on("console", (line) => {
    // A page that answers 404 on purpose is not an error of the page.
    if (line.type() === "error" && !/status of 4\d\d/.test(line.text()))
      faults.push(`${line.page()?.url()}: ${line.text()}`);
  });
  context.on("weberror", (error) => faults.push(String(error.error())));
  return faults;
}
