// Passkeys, in the panel and on the site. Their forms are only shown if this can run. Codes and magic links need no
// script.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

// Browsers' error names, and ours. Pages must not find out which passkeys a device has, so a device without any of the
// person's passkeys, a person who cancels, and a timeout all look the same to us.
const ERROR_NAMES = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "elsewhere",
  NotSupportedError: "unsupported",
  ConstraintError: "unsupported",
  QuotaExceededError: "busy",
};

async function fetchOptions(form) {
  const answer = await fetch(form.dataset.optionsUrl, { method: "POST", body: new FormData(form) });
  if (answer.status === 429) throw new DOMException("too many", "QuotaExceededError");
  if (!answer.ok || answer.redirected) throw new Error("no options");
  const options = await answer.json();
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  options.excludeCredentials = named(options.excludeCredentials);
  options.allowCredentials = named(options.allowCredentials);
  return options;
}

// Older browsers with passkeys cannot serialise their response themselves.
function written({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({ id, rawId: text(rawId), type, response: said, clientExtensionResults: {} });
}

// Replace a section with the response, and prepare its new forms.
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
  const tell = (name) => {
    form.querySelectorAll("[data-error]").forEach((line) => { line.hidden = line.dataset.error !== name; });
  };

  const use = async () => {
    tell();
    button.disabled = true;
    try {
      const publicKey = await fetchOptions(form);
      const key = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.answer.value = written(key);
      if ("inPlace" in form.dataset) await sendInPlace(form);
      else form.submit();
    } catch (error) {
      tell(ERROR_NAMES[error.name] ?? "unanswered");
      button.disabled = false;
    }
  };

  // If there is another way to sign in, browsers without passkeys do not need this form.
  if (!window.PublicKeyCredential && "optional" in form.dataset) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use();
  });
  if (!window.PublicKeyCredential) {
    // Browsers disable passkeys unless the address is https or localhost.
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
// A section that htmx swapped has a new form.
document.addEventListener("htmx:afterSettle", () => prepareAll(document));
