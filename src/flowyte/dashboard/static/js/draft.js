// A draft that saves itself: a second after the last change, and at once when a control is left. Without script there is
// the button. A draft that somebody else has changed meanwhile is never overwritten: the page that shows both sides comes.

const AFTER_MS = 1000;
const form = document.querySelector("form[data-autosave]");
const told = form.querySelector("[data-saved]");
const version = form.elements.namedItem("version");
const bar = document.querySelector("[data-bar]");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
let waiting = 0;
let saving = false;
let dirty = false;
// A page that shows two sides, or a fault, waits for the person's own word.
const asked = form.querySelector(".sides, .wrong") !== null;

function marks(errors) {
  for (const error of form.querySelectorAll(".error[data-by-script]")) error.remove();
  for (const field of form.querySelectorAll(".field.wrong")) {
    field.classList.remove("wrong");
    for (const control of field.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }
  for (const [path, message] of Object.entries(errors)) {
    const control = path ? document.getElementById(path) : null;
    const field = control?.closest(".field") ?? form.querySelector(`[data-rows="${CSS.escape(path)}"]`);
    if (!field) continue;
    const shown = document.createElement("p");
    shown.className = "error";
    shown.dataset.byScript = "";
    shown.id = `${path}-error`;
    shown.textContent = message;
    field.append(shown);
    field.classList.add("wrong");
    control?.setAttribute("aria-invalid", "true");
  }
}

async function save() {
  clearTimeout(waiting);
  if (saving || !dirty || asked) return;
  saving = true;
  dirty = false;
  told.textContent = "Saving";
  let again = false;
  try {
    const answer = await fetch(form.action || location.pathname, {
      method: "POST",
      headers: { Accept: "application/json", "If-Match": version.value },
      body: new URLSearchParams(new FormData(form)),
    });
    if (answer.status === 409) {
      told.textContent = "Somebody else saved this draft meanwhile.";
      form.submit(); // with the old version: the page that answers shows both sides
      return;
    }
    if (!answer.headers.get("content-type")?.includes("json")) { // a page: signed out, or not allowed to
      told.textContent = "Not saved: you may not change this agent, or you are signed out. Load the page again.";
      return;
    }
    const said = await answer.json();
    if (answer.status === 400) {
      marks(said.errors);
      const other = said.errors[""];
      told.textContent = other ?? "Not saved: a field cannot be taken as it is.";
    } else if (answer.ok) {
      marks({});
      version.value = said.version;
      bar.innerHTML = said.bar;
      told.textContent = `Saved at ${clock.format(new Date(said.savedAt))}. Callers hear the live version until you publish.`;
    } else {
      told.textContent = `Not saved: ${said.detail ?? answer.status}`;
    }
  } catch {
    dirty = true;
    again = true;
    told.textContent = "Not saved: the product does not answer. It is tried again.";
  } finally {
    saving = false;
    if (again) waiting = setTimeout(save, 5 * AFTER_MS);
    else if (dirty) waiting = setTimeout(save, 0); // typed while that was under way
  }
}

form.addEventListener("input", () => {
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(save, AFTER_MS);
});
form.addEventListener("change", save);
form.addEventListener("submit", () => { dirty = false; clearTimeout(waiting); });
// Left within the second: sent on the way out; only when another saving is under way is the person asked to stay.
addEventListener("beforeunload", (event) => {
  if (!dirty || asked) return;
  if (saving) { event.preventDefault(); return; }
  dirty = false;
  fetch(form.action || location.pathname, {
    method: "POST", keepalive: true, headers: { Accept: "application/json", "If-Match": version.value },
    body: new URLSearchParams(new FormData(form)),
  });
});

// A row more: the last one again, empty and with the next number.
for (const rows of form.querySelectorAll("[data-rows]")) {
  const more = rows.querySelector("[data-more]");
  more.hidden = false;
  more.addEventListener("click", () => {
    const last = [...rows.querySelectorAll("[data-row]")].at(-1);
    const next = last.cloneNode(true);
    for (const control of next.querySelectorAll("input, select")) {
      control.name = control.name.replace(/\.(\d+)\.(\w+)$/, (_, number, column) => `.${Number(number) + 1}.${column}`);
      if (control instanceof HTMLSelectElement) control.selectedIndex = 0;
      else control.value = "";
    }
    last.after(next);
    next.querySelector("input, select").focus();
  });
}
