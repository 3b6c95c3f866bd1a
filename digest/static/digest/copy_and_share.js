// Copy the text of an element, and share or copy an address. The buttons are only shown if this can run.
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
  // Closing the system's share dialog is not an error: the person changed their mind.
  button.addEventListener("click", () =>
    navigator.share ? navigator.share({ title, text, url }).catch(() => {}) : copy(button, url),
  );
}
