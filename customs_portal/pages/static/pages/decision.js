// Shows of the decision form what belongs to the chosen decision; without it everything is shown.
const form = document.getElementById("decision-form");

function chosen() {
  return form.querySelector("[name=verb]:checked")?.value ?? "";
}

function reasonsOf(verb) {
  for (const group of form.querySelectorAll("optgroup")) {
    const fits = group.dataset.verb === verb;
    group.hidden = group.disabled = !fits;
    if (!fits) for (const option of group.children) option.selected = false;
  }
}

function announcement() {
  const option = form.elements.reason_code.selectedOptions[0];
  const rule = option?.dataset.announced ?? "";
  if (rule !== "choice") return { rule, told: rule === "always" };
  return { rule, told: form.querySelector("[name=announce]:checked")?.value === "yes" };
}

function render() {
  const verb = chosen();
  const measure = ["control", "hold", "do_not_load"].includes(verb);
  const { rule, told } = announcement();
  const shown = {
    "reason-fields": verb !== "",
    "subject-fields": measure,
    "place-fields": verb === "control",
    "announce-fields": measure && rule === "choice",
    "note-fields": verb !== "",
  };
  for (const [id, visible] of Object.entries(shown)) document.getElementById(id).hidden = !visible;
  for (const text of form.querySelectorAll("[data-consequence]")) text.hidden = text.dataset.consequence !== verb;
  const isKnown = measure && rule !== "" && (rule !== "choice" || form.querySelector("[name=announce]:checked"));
  document.getElementById("told").hidden = !(isKnown && told);
  document.getElementById("not-told").hidden = !(isKnown && !told);
  const button = document.getElementById("decide-button");
  const words = form.querySelector("[name=verb]:checked")?.dataset.button ?? button.dataset.empty;
  // Leaving a field by pressing the button changes the form first; text replaced then eats the press.
  if (button.textContent !== words) button.textContent = words;
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "verb") reasonsOf(chosen());
    render();
  });
  if (chosen()) reasonsOf(chosen());
  render();
}
