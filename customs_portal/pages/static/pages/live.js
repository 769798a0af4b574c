// Live parts of the queue and the clock of the review page. Nothing here moves a row.
const lateAfter = (element) => new Date(element.dataset.due).getTime();

function words(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours ? `${hours} h ${String(minutes).padStart(2, "0")} min ${rest} s` : `${minutes} min ${rest} s`;
}

function tick(clock) {
  const left = lateAfter(clock) - Date.now();
  clock.textContent = left < 0 ? clock.dataset.late.replace("%s", words(left)) : words(left);
  clock.classList.toggle("portal-late", left < 0);
}

for (const clock of document.querySelectorAll("[data-due]")) {
  tick(clock);
  setInterval(() => tick(clock), 1000);
}

// A status that says the same again must not be read out again.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.textContent.trim() === fragment.textContent.trim()) event.preventDefault();
});

const offline = document.getElementById("offline");
const show = (lost) => () => { if (offline) offline.hidden = !lost; };
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, show(true));
document.addEventListener("htmx:afterOnLoad", show(false));
