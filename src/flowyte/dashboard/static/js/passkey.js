// Passkeys: asks our server what to ask the browser, asks the browser, and sends its answer with an ordinary form.

const form = document.querySelector("[data-passkey]");
const elsewhere = document.querySelector("[data-elsewhere]");
const fits = (site) => location.hostname === site || location.hostname.endsWith(`.${site}`);

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The server's names for what the browser takes as bytes, and back.
const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && {
    excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) })),
  }),
});

const answered = (found) => {
  const given = found.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[name]) response[name] = text(given[name]);
  }
  return JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response });
};

if (form && window.PublicKeyCredential) {
  form.hidden = !fits(form.dataset.site);
  if (elsewhere) elsewhere.hidden = !form.hidden;
  const words = form.querySelector("[data-words]");
  const adding = form.dataset.passkey === "add";
  form.querySelector("button").addEventListener("click", async (event) => {
    event.preventDefault();
    if (adding && !form.reportValidity()) return;
    const sent = new URLSearchParams();
    if (adding) sent.set("password", form.querySelector("#key-password").value);
    const answer = await fetch(`${form.getAttribute("action")}/options`, { method: "POST", body: sent });
    const { options, token, error } = await answer.json();
    if (error) {
      words.textContent = error;
      return;
    }
    try {
      const publicKey = asked(options);
      const found = adding
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
      form.elements.token.value = token;
      form.elements.credential.value = answered(found);
      form.submit();
    } catch (refusal) {
      words.textContent =
        refusal.name === "InvalidStateError"
          ? "This device has a passkey for the account already."
          : "The browser has given no passkey. Try again.";
    }
  });
}
