// A row more in a skill's form, without a round trip: what was typed as a secret is not sent back by the server.

for (const button of document.querySelectorAll("button[name=more]")) {
  const count = button.form.elements.namedItem(button.value);
  const row = document.querySelector(`template[data-row=${button.value}]`);
  button.type = "button";
  button.addEventListener("click", () => {
    const number = Number(count.value);
    if (number >= 50) return; // as many as the server reads
    const holder = document.createElement("template");
    holder.innerHTML = row.innerHTML.replaceAll(/\b([ph])999\./g, `$1${number}.`);
    const first = holder.content.querySelector("input");
    button.closest("p").before(holder.content);
    count.value = number + 1;
    first.focus();
  });
}
