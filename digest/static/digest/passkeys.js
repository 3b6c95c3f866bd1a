// Passkeys, in the panel and on the site. The forms for them are there only where this can run; codes and links by mail
// need no script.
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
  QuotaExceededError: "busy",
};

async function question(form) {
  const answer = await fetch(form.dataset.question, { method: "POST", body: new FormData(form) });
  if (answer.status === 429) throw new DOMException("too many", "QuotaExceededError");
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

// Put what the service answers into the place of a section, whose forms are new then.
async function sendInPlace(form) {
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { "HX-Request": "true" },
  });
  if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error("no section");
  const place = form.dataset.inPlace;
  document.getElementById(place).outerHTML = await answer.text();
  const section = document.getElementById(place);
  window.htmx?.process(section);
  prepareAll(section);
  section.querySelector("[autofocus]")?.focus();
}

function prepare(form) {
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
      if ("inPlace" in form.dataset) await sendInPlace(form);
      else form.submit();
    } catch (error) {
      tell(TROUBLES[error.name] ?? "unanswered");
      button.disabled = false;
    }
  };

  // Where there is another way, a browser without passkeys need not hear of them.
  if (!window.PublicKeyCredential && "optional" in form.dataset) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use();
  });
  if (!window.PublicKeyCredential) {
    // Browsers take passkeys away where the address is neither https nor this very machine.
    tell(window.isSecureContext ? "unsupported" : "elsewhere");
    button.hidden = true;
    return;
  }
  document.querySelector("[data-instead]")?.removeAttribute("open");
  if ("atOnce" in form.dataset) use();
}

function prepareAll(part) {
  part.querySelectorAll("[data-passkey]").forEach((form) => {
    if ("ready" in form.dataset) return;
    form.dataset.ready = "";
    prepare(form);
  });
}

prepareAll(document);
// A section that htmx exchanged has a new form.
document.addEventListener("htmx:afterSettle", () => prepareAll(document));
