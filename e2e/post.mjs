// Mail between the tests and the house: a mail server that keeps what it takes, and handing mails in.

import net from "node:net";

// Takes every letter of the house and keeps it; `letters` are `{ to, text }` in their order.
export class Post {
  static async open() {
    const post = new Post();
    post.letters = [];
    post.server = net.createServer((line) => post.converse(line));
    await new Promise((ready) => post.server.listen(0, "127.0.0.1", ready));
    post.port = post.server.address().port;
    return post;
  }

  converse(line) {
    let heard = "";
    let to = "";
    let inText = false;
    line.setEncoding("utf8").on("error", () => {});
    line.write("220 post\r\n");
    line.on("data", (more) => {
      heard += more;
      for (;;) {
        const end = heard.indexOf(inText ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const words = heard.slice(0, end);
        heard = heard.slice(end + (inText ? 5 : 2));
        if (inText) {
          this.letters.push({ to, text: words.replace(/^\.\./gm, ".") });
          inText = false;
          line.write("250 Taken\r\n");
        } else if (/^DATA/i.test(words)) {
          inText = true;
          line.write("354 Go on\r\n");
        } else if (/^QUIT/i.test(words)) {
          line.end("221 Bye\r\n");
        } else {
          to = /^RCPT TO:<(.*?)>/i.exec(words)?.[1] ?? to;
          line.write("250 Fine\r\n");
        }
      }
    });
  }

  // The first letter to an address that `wanted` holds for, as soon as it has come.
  async letter(to, wanted = () => true, within = 120_000) {
    const until = Date.now() + within;
    while (Date.now() < until) {
      const found = this.letters.find((one) => one.to === to && wanted(one));
      if (found) return found;
      await new Promise((next) => setTimeout(next, 100));
    }
    throw new Error(`no such letter to ${to} came`);
  }

  close() {
    this.server.close();
  }
}

// Hands one mail to a listener on this machine; every answer must be good.
export async function handIn(port, from, to, text) {
  const line = net.connect(port, "127.0.0.1").setEncoding("utf8");
  const answers = (async function* () {
    let heard = "";
    for await (const more of line) {
      heard += more;
      const lines = heard.split("\r\n");
      heard = lines.pop();
      for (const one of lines) if (one[3] !== "-") yield one;
    }
  })();
  const steps = [
    "",
    "EHLO trial.test\r\n",
    `MAIL FROM:<${from}>\r\n`,
    `RCPT TO:<${to}>\r\n`,
    "DATA\r\n",
    `${text.replaceAll("\n", "\r\n")}\r\n.\r\n`,
  ];
  for (const words of steps) {
    if (words) line.write(words);
    const answer = (await answers.next()).value ?? "nothing";
    if (!/^[23]/.test(answer)) throw new Error(`${words.slice(0, 40)} was answered ${answer}`);
  }
  line.end("QUIT\r\n");
}

// A field of a letter's head, on one line.
export function field(letter, name) {
  const head = letter.text.split("\r\n\r\n")[0].replace(/\r\n[ \t]+/g, " ");
  return new RegExp(`^${name}:\\s*(.*)$`, "im").exec(head)?.[1] ?? "";
}
