// Copy what stands in an element, and share or copy an address; a button is there only where this can run.
async function copy(button, text) {
  await navigator.clipboard.writeText(text);
  button.querySelector("span").textContent = "Copied";
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => copy(button, document.getElementById(button.dataset.copy).textContent));
}

for (const button of document.querySelectorAll("[data-share]")) {
  const { share: url, text, title } = button.dataset;
  button.hidden = !navigator.clipboard && !navigator.share;
  // Whoever closes the system's own dialog has changed their mind.
  button.addEventListener("click", () =>
    navigator.share ? navigator.share({ title, text, url }).catch(() => {}) : copy(button, url),
  );
}
