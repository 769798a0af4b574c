// Shows of the decision form what belongs to the chosen decision; without it everything is shown.
const form = document.getElementById("decision-form");
const MEASURES = ["control", "hold", "do_not_load"];
const QUESTIONS = ["rfi", "amd", "rfs"];

// By its name: a field called "elements" hides the form's own list of that name.
const field = (name) => form.querySelector(`[name="${name}"]`);
const chosen = () => form.querySelector("[name=verb]:checked")?.value ?? "";
const reason = () => field("reason_code").selectedOptions[0];

function reasonsOf(verb) {
  for (const group of form.querySelectorAll("optgroup")) {
    const fits = group.dataset.verb === verb;
    group.hidden = group.disabled = !fits;
    if (!fits) for (const option of group.children) option.selected = false;
  }
}

function announcement() {
  const rule = reason()?.dataset.announced ?? "";
  if (rule !== "choice") return { rule, told: rule === "always" };
  return { rule, told: form.querySelector("[name=announce]:checked")?.value === "yes" };
}

function show(id, visible) {
  document.getElementById(id).hidden = !visible;
}

function help(verb, code) {
  for (const text of form.querySelectorAll("[data-help]")) {
    text.hidden = code ? text.dataset.help !== code : text.dataset.of !== verb;
  }
}

function whoIsTold(verb) {
  const { rule, told } = announcement();
  const isKnown = rule !== "" && (rule !== "choice" || form.querySelector("[name=announce]:checked"));
  for (const part of form.querySelectorAll("[data-consequence]")) {
    part.hidden = part.dataset.consequence !== verb;
    const yes = part.querySelector("[data-told]");
    if (!yes) continue;
    yes.hidden = Boolean(isKnown && !told);
    part.querySelector("[data-not-told]").hidden = !(isKnown && !told);
    const words = reason()?.dataset.text ?? "";
    for (const text of yes.querySelectorAll("[data-trader-text]")) text.textContent = words && `: ${words}`;
  }
}

function render() {
  const verb = chosen();
  const measure = MEASURES.includes(verb);
  show("reason-fields", verb !== "");
  show("subject-fields", measure || (QUESTIONS.includes(verb) && "byConsignment" in form.dataset));
  show("place-fields", verb === "control");
  show("announce-fields", measure && announcement().rule === "choice");
  show("question-fields", QUESTIONS.includes(verb));
  const methods = document.getElementById("methods-fields");
  if (methods) methods.hidden = verb !== "rfs";
  show("elements-fields", verb !== "rfs");
  show("note-fields", verb !== "");
  help(verb, reason()?.value ?? "");
  whoIsTold(verb);
  const button = document.getElementById("decide-button");
  const words = form.querySelector("[name=verb]:checked")?.dataset.button ?? button.dataset.empty;
  // Leaving a field by pressing the button changes the form first; text replaced then eats the press.
  if (button.textContent !== words) button.textContent = words;
}

function insert(menu, text) {
  const into = field(menu.dataset.into);
  into.value = into.value.trim() ? `${into.value.trimEnd()}\n${text}` : text;
}

// A reason brings its own text into an empty field, to be read and changed before it is sent.
function startText() {
  const code = reason()?.value;
  for (const menu of form.querySelectorAll("[data-into]")) {
    const into = field(menu.dataset.into);
    const own = [...menu.options].find((option) => code && option.dataset.reason === code);
    if (!own || (into.value.trim() && into.value !== into.dataset.started)) continue;
    into.value = into.dataset.started = own.dataset.text;
  }
  const asked = field("question");
  if (QUESTIONS.includes(chosen()) && !asked.value.trim()) asked.value = asked.dataset.started = reason()?.dataset.text ?? "";
}

// The n-th reason of the chosen decision, by its digit.
function byDigit(digit) {
  const options = [...form.querySelectorAll("optgroup")].find((group) => !group.hidden)?.children;
  const option = options?.[Number(digit) - 1];
  if (!option || chosen() === "") return false;
  option.selected = true;
  field("reason_code").dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "verb") reasonsOf(chosen());
    if (event.target.name === "reason_code") startText();
    render();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=insert]");
    if (!button) return;
    const menu = form.querySelector(`[data-into="${button.value}"]`);
    const text = menu.selectedOptions[0].dataset.text;
    event.preventDefault();
    if (text) insert(menu, text);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) document.getElementById("decide-button").click();
  });
  document.addEventListener("portal:digit", (event) => { if (byDigit(event.detail)) event.preventDefault(); });
  if (chosen()) reasonsOf(chosen());
  render();
}
