// What the checks share: a browser, the style guide, and a desk that answers like the program.

import http from "node:http";
import { chromium } from "playwright-core";

export const GUIDE = process.env.GUIDE ?? "http://127.0.0.1:4180";

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

// Which row has the focus, or the id or tag of what has it.
export const focused = (page) =>
  page.evaluate(
    () =>
      document.activeElement?.closest(".row")?.id ??
      (document.activeElement?.id || document.activeElement?.tagName),
  );

const ARTICLE = `<article class="message" id="m-9" data-from="customer"><header class="message-head"><b>Amara</b></header><div class="message-words">Is anyone there?</div></article>`;
const NEW_ROWS = [1, 2, 3]
  .map(
    (n) =>
      `<li class="row" id="row-N${n}"><input class="row-check" type="checkbox" form="bulk" name="case" value="N${n}" aria-label="Select N${n}"><a class="row-link" href="/styleguide/case"><span class="row-who">New ${n}</span></a></li>`,
  )
  .join("");
const TRANSFER = (errors) =>
  `<!doctype html><html><body><div id="page"><main><section data-dialog-body tabindex="-1"><h1 id="dialog-title">Transfer R-10482</h1>${errors}<form method="post" action="/transfer"><label for="because">Because</label><textarea id="because" name="because"></textarea><a href="/styleguide/case" data-close>Cancel</a><button>Transfer and tell her</button></form></section></main></div></body></html>`;
const SAY_WHY = `<div id="error-summary" tabindex="-1"><h2>There is a problem</h2><a href="#because">Say why it helps her</a></div>`;
const FAULT = `<html><body><main><h1>That didn't work, and it's our fault.</h1><p>Your text is saved. Quote 7F3K.</p></main></body></html>`;

// Stands before the guide and adds what only the program has: drafts, a stream, a transfer.
export class Desk {
  drafts = [];
  presence = [];
  streams = new Set();
  transfers = 0;
  draftsFail = false;
  hasNewMessage = false;
  hasNewRows = false;
  isTransferred = false;

  async open() {
    this.server = http.createServer((ask, answer) => this.answer(ask, answer));
    await new Promise((ready) => this.server.listen(this.port ?? 0, "127.0.0.1", ready));
    this.port = this.server.address().port;
    return `http://127.0.0.1:${this.port}/styleguide/`;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }

  tell(fact) {
    for (const stream of this.streams) stream.write(`data: ${fact}\n\n`);
  }

  async answer(ask, answer) {
    const { pathname } = new URL(ask.url, "http://desk");
    let body = "";
    for await (const piece of ask) body += piece;
    const end = (status, text = "", headers = {}) =>
      answer.writeHead(status, { "content-type": "text/html", ...headers }).end(text);
    if (pathname === "/events") {
      answer.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
      this.streams.add(answer);
      answer.on("close", () => this.streams.delete(answer));
    } else if (pathname === "/draft") {
      if (!this.draftsFail) this.drafts.push(body);
      end(this.draftsFail ? 503 : 204);
    } else if (pathname === "/presence") {
      this.presence.push(new URLSearchParams(body).get("state"));
      end(204);
    } else if (pathname === "/fault") {
      end(500, FAULT);
    } else if (pathname === "/transfer" && ask.method === "GET") {
      end(200, TRANSFER(""));
    } else if (pathname === "/transfer") {
      this.transfers += 1;
      this.isTransferred = new URLSearchParams(body).get("because").length > 11;
      if (this.isTransferred) end(303, "", { location: "/styleguide/case" });
      else end(422, TRANSFER(SAY_WHY));
    } else {
      const guide = await fetch(GUIDE + ask.url);
      const type = guide.headers.get("content-type") ?? "";
      const content = Buffer.from(await guide.arrayBuffer());
      end(guide.status, type.includes("html") ? this.dressed(String(content)) : content, {
        "content-type": type,
      });
    }
  }

  dressed(html) {
    const more =
      (this.hasNewMessage ? ARTICLE : "") +
      (this.isTransferred
        ? `<p class="system-line" id="transferred">Transferred to Priya</p>`
        : "");
    return html
      .replace('data-events=""', 'data-events="/events"')
      .replace(
        'id="composer-R-10482" data-keep',
        'id="composer-R-10482" data-keep data-draft="/draft"',
      )
      .replace('action="/styleguide/messages"', 'action="/fault"')
      .replace(/href="#"( data-action="transfer")/, 'href="/transfer" data-dialog$1')
      .replace(
        'data-part="thread" data-version="19"',
        `data-part="thread" data-watch="case:R-10482" data-version="${this.hasNewMessage ? 20 : 19}"`,
      )
      .replace(
        'class="pane-main case-pane"',
        'class="pane-main case-pane" data-presence="/presence"',
      )
      .replace(/(<\/article>\s*)(<\/div>\s*<form class="composer")/, `$1${more}$2`)
      .replace('data-list data-part="list"', 'data-list data-part="list" data-watch="case:*"')
      .replace(
        '<li class="row is-unread" id="row-R-10482"',
        (this.hasNewRows ? NEW_ROWS : "") + '<li class="row is-unread" id="row-R-10482"',
      );
  }
}
