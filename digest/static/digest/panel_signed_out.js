// If the sign-in has ended: asks to sign in in another tab, instead of sending a form whose text would be lost.
const UNAUTHORIZED = 401;
const ID = "signed-out";

const warn = () => {
  document.getElementById(ID)?.remove();
  const box = document.createElement("div");
  Object.assign(box, { id: ID, className: "p-error", role: "alert", tabIndex: -1 });
  const link = document.createElement("a");
  Object.assign(link, { href: "/admin/", target: "_blank", textContent: "Sign in in a new tab" });
  box.append("You’ve been signed out. ", link, ", then try again here: what you typed is still there.");
  (document.getElementById("content") ?? document.body).prepend(box);
  return box;
};

// The smallest thing that needs a sign-in.
const isSignedOut = async () => {
  const headers = { "HX-Request": "true" };
  const answer = await fetch("/admin/jsi18n/", { method: "HEAD", cache: "no-store", headers });
  return answer.status === UNAUTHORIZED;
};

// Signing in again in another tab changes the token.
const renewToken = (form) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  const field = form.querySelector("[name=csrfmiddlewaretoken]");
  if (token && field) field.value = token;
};

const hasText = (form) => [...form.querySelectorAll("input:not([type=hidden], [type=password]), textarea")]
  .some((field) => field.value && field.value !== field.defaultValue);

const asked = new WeakSet();
document.addEventListener("submit", async (event) => {
  const form = event.target;
  // The board sends its own forms. Pages of someone who isn't signed in have no form to sign out.
  if (event.defaultPrevented || form.method !== "post" || form.closest("#board")) return;
  if (!document.getElementById("logout-form")) return;
  if (asked.delete(form) || !hasText(form)) return;
  event.preventDefault();
  if (await isSignedOut().catch(() => false)) {
    warn().focus();
    return;
  }
  renewToken(form);
  asked.add(form);
  form.requestSubmit(event.submitter);
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === UNAUTHORIZED && !document.getElementById(ID)) warn();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) document.getElementById(ID)?.remove();
});
