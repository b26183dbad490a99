// Clocks count on by themselves, in the same words as the server's.

const MINUTE = 60000;

function size(length) {
  const minutes = Math.max(1, Math.floor(Math.abs(length) / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} days`;
}

function tick() {
  const now = stillAt || Date.now();
  for (const clock of all("time.due[data-started]")) {
    if (!clock.dataset.started || clock.dataset.tone === "kept") continue;
    const due = Date.parse(clock.dateTime);
    const left = due - now;
    const whole = due - Date.parse(clock.dataset.started);
    const tone = left <= 0 ? "over" : left > whole / 2 ? "plain" : "warn";
    const words = left > 0 ? size(left) : `${size(left)} over`;
    if (clock.textContent !== words) clock.textContent = words;
    if (tone === clock.dataset.tone) continue;
    clock.dataset.tone = tone;
    if (tone === "over") {
      const about =
        text(one(".row-who", clock.closest(".row") ?? undefined)) || text(one("#main h1"));
      announce(`Due time has passed: ${about}`);
    }
  }
  for (const moment of all("time.moment")) {
    const gone = now - Date.parse(moment.dateTime);
    if (!(Math.abs(gone) < 1440 * MINUTE)) continue;
    const words =
      Math.abs(gone) < MINUTE ? "just now" : gone > 0 ? `${size(gone)} ago` : `in ${size(gone)}`;
    if (moment.textContent !== words) moment.textContent = words;
  }
}

// Practice stands still at a moment of its own: the page says which.
const stillAt = Date.parse(document.body.dataset.now ?? "") || 0;
setInterval(tick, MINUTE / 2);
document.addEventListener("visibilitychange", () => document.hidden || tick());
