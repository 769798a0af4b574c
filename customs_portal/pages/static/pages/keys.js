// Single keys: they press only what stands on the page, and are dead inside fields.
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function rows() {
  return [...document.querySelectorAll("[data-row-link]")];
}

function currentRow() {
  return rows().find((link) => link.closest("tr").hasAttribute("aria-current"));
}

function move(step) {
  const links = rows();
  const place = links.indexOf(currentRow());
  const next = links[Math.min(Math.max(place + step, 0), links.length - 1)];
  next?.focus();
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("tr");
  if (!row?.querySelector("[data-row-link]")) return;
  for (const other of document.querySelectorAll("tr[aria-current]")) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  sessionStorage.setItem("row", JSON.stringify({ id: row.id, place: rows().indexOf(currentRow()) }));
});

// Whoever comes back to the queue goes on at the row they left, or at the one that took its place.
function goOn() {
  const kept = JSON.parse(sessionStorage.getItem("row") ?? "null");
  if (!kept || document.activeElement !== document.body) return;
  const same = document.getElementById(kept.id)?.querySelector("[data-row-link]");
  (same ?? rows()[Math.min(kept.place, rows().length - 1)])?.focus();
}

goOn();

const ROW_KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => currentRow()?.click(),
  x: () => currentRow()?.closest("tr").querySelector("[type=checkbox]")?.click(),
};

// What is done to selected rows is done to the current one where none is selected.
function selectCurrent() {
  if (document.querySelector("[data-row-link]") && !document.querySelector("tr [type=checkbox]:checked")) ROW_KEYS.x();
}

// A decision form takes digits for its reasons once a decision is chosen.
function taken(key) {
  if (!/^[1-9]$/.test(key)) return false;
  return !document.dispatchEvent(new CustomEvent("portal:digit", { detail: key, cancelable: true }));
}

// Pressed again, the key of a chosen decision goes on: to the reason, or with one to the next step.
function again(radio) {
  const reason = document.getElementById("reason_code");
  if (!reason || !radio.checked) return false;
  if (reason.value) document.getElementById("decide-button").click();
  else reason.focus();
  return true;
}

function press(key) {
  if (taken(key)) return true;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target || target.closest("[hidden]")) return false;
  if ("ofRow" in target.dataset) selectCurrent();
  if (key === "d" && target.matches("[type=radio]") && again(target)) return true;
  if (target.matches("textarea, input[type=search], a[href^='#']")) target.focus();
  if (!target.matches("textarea, input[type=search]")) target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter" && event.target.matches?.("textarea")) {
    event.target.form?.querySelector("[data-key=s]")?.click();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.(FIELDS)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const move = document.querySelector("[data-row-link]") && ROW_KEYS[event.key];
  if (move) move();
  if (move || press(event.key)) event.preventDefault();
});
