// Counts down how long a decision can still be undone; then the offer goes away.
const panel = document.getElementById("undo");
const left = panel?.querySelector("[data-undo-left]");

function tick() {
  const seconds = Math.ceil((new Date(panel.dataset.until).getTime() - Date.now()) / 1000);
  if (seconds <= 0) {
    panel.querySelector("form")?.remove();
    clearInterval(timer);
    return;
  }
  left.textContent = `(${seconds})`;
}

const timer = panel ? setInterval(tick, 1000) : undefined;
if (panel) tick();
