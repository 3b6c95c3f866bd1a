// A passkey instead of a code. The forms for it are there only where this can run; codes need no script.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

// What browsers call it, and what we do. Nobody may learn from a page which passkeys a device holds, so a device that
// holds none of the person's, a person who stops it, and one who waits too long are the same to us.
const TROUBLES = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "elsewhere",
  NotSupportedError: "unsupported",
  ConstraintError: "unsupported",
};

async function question(form) {
  const answer = await fetch(form.dataset.question, { method: "POST", body: new FormData(form) });
  if (!answer.ok || answer.redirected) throw new Error("not a question");
  const asked = await answer.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  asked.excludeCredentials = named(asked.excludeCredentials);
  asked.allowCredentials = named(asked.allowCredentials);
  return asked;
}

// The older of the browsers that know passkeys cannot write their answer down themselves.
function written({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({ id, rawId: text(rawId), type, response: said, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const button = form.querySelector("button");
  const tell = (trouble) => {
    form.querySelectorAll("[data-trouble]").forEach((line) => { line.hidden = line.dataset.trouble !== trouble; });
  };

  const use = async () => {
    tell();
    button.disabled = true;
    try {
      const publicKey = await question(form);
      const key = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.answer.value = written(key);
      form.submit();
    } catch (error) {
      tell(TROUBLES[error.name] ?? "unanswered");
      button.disabled = false;
    }
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use();
  });
  if (!window.PublicKeyCredential) {
    // Browsers take passkeys away where the address is neither https nor this very machine.
    tell(window.isSecureContext ? "unsupported" : "elsewhere");
    button.hidden = true;
    continue;
  }
  document.querySelector("[data-instead]")?.removeAttribute("open");
  if ("atOnce" in form.dataset) use();
}
