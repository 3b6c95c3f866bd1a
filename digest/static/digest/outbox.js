// Links of a mail open in the window, not in its frame; the frame is as high as the mail.
const frame = document.querySelector(".preview iframe");

function settle() {
  const mail = frame?.contentDocument;
  if (!mail?.body) return;
  mail.querySelectorAll("a").forEach((link) => { link.target = "_top"; });
  frame.style.height = "0";
  frame.style.height = `${mail.documentElement.scrollHeight}px`;
}

if (frame) {
  frame.addEventListener("load", settle);
  settle();
  new ResizeObserver(settle).observe(frame.parentElement);
  document.querySelector("#narrow").addEventListener("change", settle);
}
