// Every page of the product, with what to do first where a page needs something to show.

import { workday } from "./house.mjs";

const FORMS = [
  "transfers/new",
  "escalation/new",
  "promises/new",
  "offers/new",
  "assignment/new",
  "snooze/new",
  "resolution/new",
  "closing/new",
  "conduct/new",
  "problem",
  "reading",
  "escalation/answer",
  "labels",
  "topics",
  "reply-texts",
  "merger/new",
  "separation/new",
];
const SETTINGS = [
  "",
  "/me",
  "/keyboard",
  "/theme",
  "/tokens",
  "/people",
  "/people/new",
  "/teams",
  "/teams/new",
  "/labels",
  "/labels/new",
  "/topics",
  "/topics/new",
  "/reply-texts",
  "/reply-texts/new",
  "/units",
  "/hours",
  "/policies",
  "/record",
  "/failed-work",
  "/mail",
  "/mail?dns=1",
  "/mail/agreed?error=access_denied",
  "/mail/relay",
];
// Keys on a case that open a dialog: what every form looks like above the case.
export const DIALOGS = ["t", "Shift+T", "w", "o", "s", "a", "e", "l", "?", "Control+k"];
const VIEWS = ["mine", "team", "promises", "public", "reopened", "snoozed", "ideas", "closed"];

// Pages of staff; `lead` sees every team, so every form is there.
export async function staffPages(page, customer, house) {
  await page.goto(`${house.base}/q/team`);
  const found = await page.locator(".row-link").first().getAttribute("href");
  await page.goto(house.base + found);
  const original = await page.locator('a[href^="/feedback/"]').first().getAttribute("href");
  await take(page);
  const promise = await makePromise(page, house, found);
  const split = await furtherWords(page, customer, house);
  const many = await changeMany(page, house);
  await page.goto(`${house.base}/customers`);
  const known = await page.locator("tbody a").first().getAttribute("href");
  return [
    "/today",
    "/held",
    ...VIEWS.map((view) => `/q/${view}`),
    found,
    original,
    split,
    `${found}?write=note`,
    `${found}/colleagues`,
    `${found}/peek`,
    `${found}/file?notes=1`,
    ...FORMS.map((form) => `${found}/${form}`),
    ...promise,
    "/q/team?kind=complaint&waiting=1",
    "/q/team?kind=idea&severity=4",
    "/q/team/filter?kind=complaint",
    "/q/team/keeping?kind=complaint",
    ...["label", "assign", "priority", "snooze", "take"].map(
      (act) => `/bulk-changes/new?act=${act}&case=${found.split("/").at(-1)}&case=R-10001`,
    ),
    many,
    "/bulk-changes/new?act=read&list=team%3Fkind%3Dcomplaint",
    "/promises",
    "/search",
    "/search?q=card",
    "/search?q=zyzzyva",
    "/customers",
    known,
    "/feedback",
    "/cases/new",
    "/insight",
    "/insight/themes",
    "/insight/themes?kind=idea",
    "/insight/readings",
    "/insight/coach",
    "/bell",
    "/keys",
    "/me/actions",
    "/me/views",
    "/no-such-page",
    "/cases/R-999999",
  ];
}

// The settings, with one person and one team of the company.
export async function settingsPages(page, house) {
  const pages = SETTINGS.map((each) => `/settings${each}`);
  const lists = ["people", "teams", "labels", "topics", "reply-texts"].map((each) => `/settings/${each}`);
  for (const list of lists) {
    await page.goto(house.base + list);
    const row = page.locator(`main a[href^="${list}/"]:not([href$=new])`).first();
    pages.push(await row.getAttribute("href"));
  }
  return pages;
}

// Two cases are changed at once, so that there is something to say of it.
async function changeMany(page, house) {
  await page.goto(`${house.base}/q/team`);
  for (const at of [0, 1]) await page.locator(".row-check").nth(at).check();
  await page.locator('#bulk [value="read"]').click();
  await page.locator("#toasts").getByText(/Marked/).waitFor();
  await page.goto(`${house.base}/me/actions`);
  return page.locator('main a[href^="/bulk-changes/"]').first().getAttribute("href");
}

// Where further words of a customer become a matter of their own: they are written first.
async function furtherWords(lead, customer, house) {
  const number = await ownCase(customer, house);
  await customer.locator("#words").fill("Besides: nobody answers at your branch in Leeds.");
  await customer.getByRole("button", { name: /^Send to/ }).click();
  await customer.getByText("nobody answers at your branch").first().waitFor();
  await lead.goto(`${house.base}/cases/${number}`);
  return lead.locator('a[href*="/splits/"]').first().getAttribute("href");
}

// The number of the practice company's customer's case, on whose page they are then.
async function ownCase(customer, house) {
  await customer.goto(house.link("customer"));
  return (await customer.locator("p.quiet.small").first().innerText()).trim();
}

async function take(page) {
  await page.locator(".case-head summary").click();
  const button = page.getByRole("button", { name: "Take it", exact: true });
  if (!(await button.count())) return;
  await button.click();
  await button.waitFor({ state: "detached" });
}

async function makePromise(page, house, found) {
  await page.goto(`${house.base}${found}/promises/new`);
  await page.locator("form.form").getByRole("textbox").first().fill("look at both payments");
  await page.locator("form.form input[type=datetime-local]").fill(workday());
  await page.locator("form.form .button-primary").click();
  const kept = page.locator('.pane-side a[href$="/kept"]').first();
  const address = await kept.getAttribute("href");
  return [address, address.replace(/kept$/, "date")];
}

// Pages that anyone may open, and the pages of one customer from first word to "Did this solve it?".
export async function customerPages(page, house) {
  const door = new URL(house.link("agent")).pathname;
  const pages = ["/sign-in", door, "/sign-in/link/0", "/start", "/complain"];
  pages.push("/problems", "/problems/case_closed");
  pages.push("/c/00000000000000000000000000000000");
  const held = await complainUntilCheck(page, house);
  pages.push(...["story", "wish", "files", "reach", "check"].map((step) => `${held}/${step}`));
  await complainUntilCheck(page, house);
  await page.getByRole("button", { name: "Send my complaint" }).click();
  await page.waitForURL(/\/received\//);
  pages.push(new URL(page.url()).pathname);
  const own = new URL(house.link("customer")).pathname;
  return [...pages, own, `${own}/files`, `${own}/solved`, `${own}/solved?answer=no`, `${own}/solved?answer=yes`];
}

async function complainUntilCheck(page, house) {
  await page.goto(`${house.base}/complain`);
  await page.getByLabel("What happened?").fill("You took the fee for my card twice in October.");
  const next = page.getByRole("button", { name: "Continue", exact: true });
  for (let step = 0; step < 3; step += 1) await next.click();
  await page.getByLabel("Your name").fill("Li Na");
  await page.getByLabel("E-mail address").fill("li.na@example.com");
  await next.click();
  await page.waitForURL(/\/check$/);
  return new URL(page.url()).pathname.replace(/\/check$/, "");
}

// The lead asks the practice company's customer what would be fair: gives the page that asks.
export async function offerPage(lead, customer, house) {
  const number = await ownCase(customer, house);
  await lead.goto(`${house.base}/cases/${number}/offers/new`);
  await lead.locator("input[name=how][value=ask]").check();
  await lead.locator("form.form .button-primary").click();
  await lead.waitForURL(/\/cases\/R-\d+$/);
  await customer.goto(house.link("customer"));
  return customer.locator('a[href*="/offers/"]').first().getAttribute("href");
}
